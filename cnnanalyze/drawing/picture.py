"""Drawing objects: shown in a notebook, written as pictures, figures and graphs."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from pathlib import Path

from cnnanalyze.analysis.result import Analysis
from cnnanalyze.core.file_writing import write_file
from cnnanalyze.core.registry import nearest
from cnnanalyze.drawing.picture_formats import FORMATS, format_of
from cnnanalyze.drawing.svg import draw
from cnnanalyze.errors import UsageError

SCALE = 2
"""Pixels of a PNG for one unit of the drawing."""
MOST_PIXELS = 16_000
"""The most pixels along one side; the scale of a larger drawing is smaller."""
LEAST_SCALE = 0.25
"""At a smaller scale, letters are at most three pixels high."""


@dataclass(frozen=True, repr=False)
class Drawing:
    """The architecture of a network as a person draws it.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> drawing = cnn.draw("zoo:lenet5")
    >>> drawing
    <Drawing of LeNet-5: 307 x 671>
    >>> drawing.svg.startswith("<svg ")
    True
    """

    analysis: Analysis
    """The network, and what the rules say of it."""
    colour: str = "kind"
    """What the boxes are coloured by."""
    expanded: bool | tuple[str, ...] = ()
    """Paths of the blocks that are drawn where they are; true for all."""
    theme: str = "auto"
    """``auto`` follows the reader's preference, and is light in a PNG."""
    direction: str = ""
    """``down`` or ``right``; nothing means down for blocks, and to the right for outputs."""
    style: str = "blocks"
    """``blocks``, or the outputs as ``volumes`` or as ``maps``."""

    @cached_property
    def svg(self) -> str:
        """The drawing, as one self-contained text.

        Raises
        ------
        UsageError
            If there is no such colour, theme, direction, style or path.
        """
        return self._drawn(self.theme)

    def _drawn(self, theme: str) -> str:
        return draw(
            self.analysis,
            colour=self.colour,
            expanded=self.expanded,
            theme=theme,
            direction=self.direction,
            style=self.style,
        )

    @property
    def size(self) -> tuple[float, float]:
        """Width and height, in the units of the SVG."""
        width, height = re.findall(r'\b(?:width|height)="([0-9.]+)"', self.svg[:600])[:2]
        return float(width), float(height)

    def to(self, format: str) -> str | bytes:  # noqa: A002 - as elsewhere
        """Return the drawing as ``svg``, ``png``, ``pdf``, ``tikz``, ``dot`` or ``mermaid``.

        Raises
        ------
        UsageError
            If there is no such format, if it cannot show what was asked for, if the package
            cairosvg, which makes PNG and PDF, is not installed, or if a PNG could not be read.

        Examples
        --------
        >>> import cnnanalyze as cnn
        >>> print(cnn.draw("zoo:lenet5", direction="right").to("mermaid")[:12])
        flowchart LR
        """
        if format not in FORMATS:
            raise UsageError(
                f"a drawing has no format '{format}'{nearest(format, list(FORMATS))}",
                help=f"the formats are {', '.join(FORMATS)}",
            )
        if format == "svg":
            return self.svg
        if format == "png":
            return self.to_png()
        if format == "pdf":
            require_converter("a PDF")
            import cairosvg  # noqa: PLC0415 - an extra

            return bytes(cairosvg.svg2pdf(self._for_paper().encode()))
        if format == "tikz":
            from cnnanalyze.drawing.tikz import tikz  # noqa: PLC0415 - few ask for it

            return tikz(self._drawn("light") if self.theme == "auto" else self.svg)
        return self._graph(format)

    def _graph(self, format: str) -> str:  # noqa: A002 - as elsewhere
        """Return the graph that another program draws, which can show no more than that."""
        for option, is_given in (
            ("colour", self.colour != "kind"),
            ("expand", bool(self.expanded)),
            ("theme", self.theme != "auto"),
            ("style", self.style != "blocks"),
        ):
            if is_given:
                raise UsageError(
                    f"'{option}' shapes pictures, and {format} is a graph that another program "
                    "draws",
                    help=f"leave out '{option}', or write an .svg, .pdf or .tex",
                )
        module, _, name = FORMATS[format].home.partition(":")
        write: Callable[..., str] = getattr(import_module(module), name)
        return write(self.analysis.network, is_level=self.direction == "right")

    def _for_paper(self) -> str:
        """Return the SVG for a converter."""
        # The converter places every stretch of a line of text for itself; one stretch is enough.
        svg = self._drawn("light") if self.theme == "auto" else self.svg
        return re.sub(r"</?tspan[^<>]*>", "", svg)

    def to_png(self) -> bytes:
        """Return the drawing as a PNG, with two pixels per unit unless that is too large.

        Raises
        ------
        UsageError
            If the package cairosvg is not installed, or the drawing is too large to be read.
        """
        require_converter("a PNG")
        import cairosvg  # noqa: PLC0415 - an extra

        width, height = self.size
        scale = min(SCALE, MOST_PIXELS / max(width, height))
        if scale < LEAST_SCALE:
            raise UsageError(
                f"the drawing is {width:,.0f} x {height:,.0f} units large; in the "
                f"{MOST_PIXELS:,} pixels that a PNG may have along a side nothing on it could be "
                "read",
                help="write an .svg or .pdf, which can be enlarged, or draw fewer blocks where "
                "they stand",
            )
        return bytes(cairosvg.svg2png(self._for_paper().encode(), scale=scale))

    def write(self, path: str | Path) -> None:
        """Write what the name of the file ends in: SVG, PNG, PDF, TikZ, DOT or Mermaid; else SVG.

        Raises
        ------
        UsageError
            If it cannot be written, or for what ``to`` refuses.
        """
        file = Path(path)
        write_file(file, self.to(format_of(file)))

    def _repr_html_(self) -> str:
        return self.svg

    def __str__(self) -> str:
        return self.svg

    def __repr__(self) -> str:
        width, height = self.size
        return f"<Drawing of {self.analysis.network.name}: {width:.0f} x {height:.0f}>"


def require_converter(what: str) -> None:
    """Raise an error if the package that makes PNG and PDF files is missing.

    Raises
    ------
    UsageError
        If the package cairosvg, or the library below it, is not installed.
    """
    try:
        import cairosvg  # noqa: F401, PLC0415
    except (ImportError, OSError):  # the package, or the library below it
        raise UsageError(
            f"{what} needs the package cairosvg, which is not installed",
            help="pip install 'cnnanalyze[draw]', or write an .svg or .tex",
        ) from None
