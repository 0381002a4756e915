"""Picture formats: what a drawing can be written as, by what the name of a file ends in."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple


class PictureFormat(NamedTuple):
    """A format of drawings."""

    endings: tuple[str, ...]
    """What the names of files end in."""
    purpose: str
    needs_converter: bool = False
    """Whether the package cairosvg makes it."""
    home: str = ""
    """For a program that draws by itself: what writes the graph, as ``module:function``."""


FORMATS = {
    "svg": PictureFormat((".svg",), "a picture for pages and for Inkscape"),
    "png": PictureFormat((".png",), "a picture of pixels", needs_converter=True),
    "pdf": PictureFormat((".pdf",), "a figure for a paper", needs_converter=True),
    "tikz": PictureFormat((".tex",), "a figure for a paper in LaTeX, in TikZ"),
    "dot": PictureFormat(
        (".dot", ".gv"), "a graph for Graphviz", home="cnnanalyze.exporting.diagrams:write_dot"
    ),
    "mermaid": PictureFormat(
        (".mmd", ".mermaid"),
        "a flowchart that GitHub and GitLab draw",
        home="cnnanalyze.exporting.diagrams:write_mermaid",
    ),
}
"""By name, the usual one first."""


def format_of(path: Path) -> str:
    """Return the format that the name of a file means; the usual one if it means none.

    Examples
    --------
    >>> format_of(Path("net.PDF")), format_of(Path("net"))
    ('pdf', 'svg')
    """
    ending = path.suffix.lower()
    return next((name for name, one in FORMATS.items() if ending in one.endings), "svg")
