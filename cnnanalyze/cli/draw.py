"""``cnnanalyze draw``: what does the network look like?"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import typer

from cnnanalyze.cli import completion as complete
from cnnanalyze.cli import options as option
from cnnanalyze.errors import UsageError

Colour = Annotated[
    str,
    typer.Option(
        "--colour",
        metavar="BY",
        help="Colour boxes by kind, or by parameters, macs, activations or field "
        "(the receptive field).",
        autocompletion=complete.one_of(complete.colourings),
    ),
]
Expand = Annotated[
    list[str] | None,
    typer.Option(
        "--expand",
        metavar="PATH",
        help="Draw the inside of this block where it stands; may be repeated; all for every block.",
        autocompletion=complete.layers,
    ),
]
Theme = Annotated[
    str,
    typer.Option(
        "--theme",
        metavar="auto|light|dark",
        help="Colours; auto follows the reader's preference, and is light in a PNG.",
        autocompletion=complete.one_of(complete.themes),
    ),
]
Output = Annotated[
    Path | None,
    typer.Option(
        "--output", "-o", metavar="FILE", help="Write to an .svg or .png file instead of stdout."
    ),
]

SCALE = 2
"""Pixels of a PNG for one unit of the drawing."""
MOST_PIXELS = 16_000
"""Along one side; beyond, the scale is smaller."""
LEAST_SCALE = 0.25
"""At a smaller one, letters are no more than three pixels high."""


EXAMPLES = (
    ("cnnanalyze draw zoo:resnet50 -o resnet50.svg", "every block once, repeats with their number"),
    ("cnnanalyze draw zoo:unet --colour macs -o unet.svg", "boxes coloured by what they cost"),
)


def draw(
    spec: option.Spec,
    *,
    output: Output = None,
    colour: Colour = "kind",
    expand: Expand = None,
    theme: Theme = "auto",
    settings: option.Settings = None,
) -> None:
    """Draw the architecture as SVG, or as PNG if the file is called so.

    Equal blocks are drawn once; what is repeated is drawn once with its number.
    """
    from cnnanalyze.analysis.pipeline import analyze
    from cnnanalyze.cli.formats import choose_format
    from cnnanalyze.cli.output import write
    from cnnanalyze.cli.specs import load, read_settings
    from cnnanalyze.drawing.svg import draw as draw_svg

    format = choose_format(  # noqa: A001 - as elsewhere
        "", output, ("svg", "png"), has_option=False, shows_network=True
    )
    if format == "png":
        _require_cairo()
        theme = "light" if theme == "auto" else theme
    paths = expand or []
    picture = draw_svg(
        analyze(load(spec, read_settings(settings))),
        colour=colour,
        expanded=True if "all" in paths else paths,
        theme=theme,
    )
    if format == "png":
        assert output is not None
        _write_png(picture, output)
    else:
        write(picture, output, format)


def _require_cairo() -> None:
    try:
        import cairosvg  # noqa: F401
    except (ImportError, OSError):  # the package, or the library below it
        raise UsageError(
            "a PNG needs the package cairosvg, which is not installed",
            help="pip install 'cnnanalyze[draw]', or write an .svg",
        ) from None


def _write_png(picture: str, output: Path) -> None:
    import cairosvg

    from cnnanalyze.cli.output import write_file

    # The converter places every stretch of a line of text for itself; one stretch is enough.
    plain = re.sub(r"</?tspan[^<>]*>", "", picture)
    sides = [float(n) for n in re.findall(r'(?:width|height)="([0-9.]+)"', plain[:600])[:2]]
    scale = min(SCALE, MOST_PIXELS / max(sides))
    if scale < LEAST_SCALE:
        raise UsageError(
            f"the drawing is {sides[0]:,.0f} x {sides[1]:,.0f} units large; in the "
            f"{MOST_PIXELS:,} pixels that a PNG may have along a side nothing on it could be read",
            help="write an .svg, which can be enlarged, or draw fewer blocks where they stand",
        )
    write_file(output, cairosvg.svg2png(plain.encode(), scale=scale))
