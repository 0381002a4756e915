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
        help="Where the network runs to; a U stands in both.",
        autocompletion=complete.one_of(complete.directions),
    ),
]
Output = Annotated[
    Path | None,
    typer.Option(
        "--output", "-o", metavar="FILE", help="Write to an .svg or .png file instead of stdout."
    ),
]

EXAMPLES = (
    ("cnnanalyze draw zoo:resnet50 -o resnet50.svg", "every block once, repeats with their number"),
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
    direction: Direction = "down",
    settings: option.Settings = None,
) -> None:
    """Draw the architecture as SVG, or as PNG if the file is called so.

    Equal blocks are drawn once; what is repeated is drawn once with its number.
    """
    from cnnanalyze.api.drawing import draw as drawn
    from cnnanalyze.cli.formats import choose_format
    from cnnanalyze.cli.output import write
    from cnnanalyze.cli.specs import load, read_settings
    from cnnanalyze.drawing.picture import require_converter

    format = choose_format(  # noqa: A001 - as elsewhere
        "", output, ("svg", "png"), has_option=False, shows_network=True
    )
    if format == "png":
        require_converter()
        theme = "light" if theme == "auto" else theme
    picture = drawn(
        load(spec, read_settings(settings)),
        colour=colour,
        expand=expand or (),
        theme=theme,
        direction=direction,
    )
    if format == "png":
        assert output is not None
        picture.write(output)
    else:
        write(picture.svg, output, format)
