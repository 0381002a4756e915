"""``cnnanalyze draw``: what does the network look like?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cnnanalyze.cli import completion as complete
from cnnanalyze.cli import options as option

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
        help="Draw the inside of this block in place; may be repeated; 'all' for every block.",
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
Direction = Annotated[
    str,
    typer.Option(
        "--direction",
        metavar="down|right",
        help="Where the network runs to; blocks down by default, outputs to the right.",
        autocompletion=complete.one_of(complete.directions),
    ),
]
Style = Annotated[
    str,
    typer.Option(
        "--style",
        metavar="blocks|volumes|maps",
        help="Draw what layers do, or their outputs to scale: bodies in perspective, flat maps.",
        autocompletion=complete.one_of(complete.drawing_styles),
    ),
]
Output = Annotated[
    Path | None,
    typer.Option(
        "--output",
        "-o",
        metavar="FILE",
        help="Write to a file instead of stdout, as its name ends: .svg, .png, .pdf, .tex (TikZ), "
        ".dot or .mmd.",
    ),
]

EXAMPLES = (
    ("cnnanalyze draw zoo:resnet50 -o resnet50.svg", "every block once, repeats with their number"),
    ("cnnanalyze draw zoo:unet -o unet.tex", "a figure in TikZ; unet.pdf, unet.dot, unet.mmd, too"),
    ("cnnanalyze draw zoo:vgg16 --style volumes -o vgg16.pdf", "its outputs as bodies to scale"),
    ("cnnanalyze draw zoo:siamese --direction right -o siamese.svg", "from left to right"),
    ("cnnanalyze draw zoo:unet --colour macs -o unet.svg", "boxes coloured by what they cost"),
)


def draw(
    spec: option.Spec,
    *,
    output: Output = None,
    colour: Colour = "kind",
    expand: Expand = None,
    theme: Theme = "auto",
    direction: Direction = "",
    style: Style = "blocks",
    settings: option.Settings = None,
) -> None:
    """Draw the architecture as SVG, or as what the name of the file ends in.

    Equal blocks are drawn once; what is repeated is drawn once with its number.
    """
    from cnnanalyze.api.drawing import draw as drawn
    from cnnanalyze.cli.formats import ENDINGS, choose_format
    from cnnanalyze.cli.output import write
    from cnnanalyze.cli.specs import load, read_settings
    from cnnanalyze.core.file_writing import write_file
    from cnnanalyze.drawing.picture import require_converter
    from cnnanalyze.drawing.picture_formats import FORMATS

    endings = {**ENDINGS, **{name: one.endings for name, one in FORMATS.items()}}
    endings.pop("latex")  # a .tex is a figure here
    format = choose_format(  # noqa: A001 - as elsewhere
        "", output, tuple(FORMATS), has_option=False, shows_network=True, endings=endings
    )
    if FORMATS[format].needs_converter:
        require_converter(f"a {format.upper()}")
    picture = drawn(
        load(spec, read_settings(settings)),
        colour=colour,
        expand=expand or (),
        theme=theme,
        direction=direction,
        style=style,
    )
    made = picture.to(format)
    if isinstance(made, bytes):
        assert output is not None
        write_file(output, made)
    else:
        write(made, output, "svg" if format == "svg" else "raw")
