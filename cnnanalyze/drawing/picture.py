"""Drawing objects: shown in a notebook, written as SVG or PNG."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from cnnanalyze.analysis.result import Analysis
from cnnanalyze.core.file_writing import write_file
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
    direction: str = "down"
    """``down``, or to the ``right``."""

    @cached_property
    def svg(self) -> str:
        """The drawing, as one self-contained text.

        Raises
        ------
        UsageError
            If there is no such colour, theme, direction or path.
        """
        return self._drawn(self.theme)

    def _drawn(self, theme: str) -> str:
        return draw(
            self.analysis,
            colour=self.colour,
            expanded=self.expanded,
            theme=theme,
            direction=self.direction,
        )

    @property
    def size(self) -> tuple[float, float]:
        """Width and height, in the units of the SVG."""
        width, height = re.findall(r'\b(?:width|height)="([0-9.]+)"', self.svg[:600])[:2]
        return float(width), float(height)

    def to_png(self) -> bytes:
        """Return the drawing as a PNG, with two pixels per unit unless that is too large.

        Raises
        ------
        UsageError
            If the package cairosvg is not installed, or the drawing is too large to be read.
        """
        require_converter()
        import cairosvg  # noqa: PLC0415 - an extra

        # The converter places every stretch of a line of text for itself; one stretch is enough.
        svg = self._drawn("light") if self.theme == "auto" else self.svg
        plain = re.sub(r"</?tspan[^<>]*>", "", svg)
        width, height = self.size
        scale = min(SCALE, MOST_PIXELS / max(width, height))
        if scale < LEAST_SCALE:
            raise UsageError(
                f"the drawing is {width:,.0f} x {height:,.0f} units large; in the "
                f"{MOST_PIXELS:,} pixels that a PNG may have along a side nothing on it could be "
                "read",
                help="write an .svg, which can be enlarged, or draw fewer blocks where they stand",
            )
        return bytes(cairosvg.svg2png(plain.encode(), scale=scale))

    def write(self, path: str | Path) -> None:
        """Write a PNG if the file name ends in ``.png``, else an SVG.

        Raises
        ------
        UsageError
            If it cannot be written, or for what ``to_png`` refuses.
        """
        file = Path(path)
        write_file(file, self.to_png() if file.suffix.lower() == ".png" else self.svg)

    def _repr_html_(self) -> str:
        return self.svg

    def __str__(self) -> str:
        return self.svg

    def __repr__(self) -> str:
        width, height = self.size
        return f"<Drawing of {self.analysis.network.name}: {width:.0f} x {height:.0f}>"


def require_converter() -> None:
    """Raise an error if the package that makes PNG files is missing.

    Raises
    ------
    UsageError
        If the package cairosvg, or the library below it, is not installed.
    """
    try:
        import cairosvg  # noqa: F401, PLC0415
    except (ImportError, OSError):  # the package, or the library below it
        raise UsageError(
            "a PNG needs the package cairosvg, which is not installed",
            help="pip install 'cnnanalyze[draw]', or write an .svg",
        ) from None
