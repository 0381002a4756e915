"""Options of a report: what to show, under which convention, for which memory."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, TypedDict

from cnnanalyze.analysis.quantities import check_count, read_terms
from cnnanalyze.core.conventions import DEFAULT
from cnnanalyze.core.diagnostics import show_value
from cnnanalyze.core.quantities import Terms, counted_under
from cnnanalyze.core.registry import nearest
from cnnanalyze.core.shape import Shape
from cnnanalyze.core.word_list import words_of
from cnnanalyze.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cnnanalyze.crosscheck.result import Balance
    from cnnanalyze.linting.finding import Finding

LAYOUTS = ("hwc", "chw")


class ReportOptions(TypedDict, total=False):
    """The options of :class:`Options` as keywords of a function."""

    depth: int | None
    columns: Sequence[str] | str
    sort: str
    convention: str
    batch: int
    dtype: str
    layout: str
    width: int | None
    all: bool


class PageOptions(ReportOptions, total=False):
    """What a page takes besides."""

    balance: Balance | None
    findings: Sequence[Finding]
    answers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Options:
    """How a report is to look; every option has the default of the command line."""

    depth: int | None = None
    """Path components to keep apart; nothing leaves it to the format."""
    columns: tuple[str, ...] = ()
    """Keys of columns; nothing leaves the choice to the format."""
    sort: str = ""
    """The column to sort by; nothing keeps the order of execution."""
    convention: str = DEFAULT
    batch: int = 1
    dtype: str = "float32"
    layout: str = "hwc"
    width: int | None = None
    """Characters in a line of a table; nothing takes the terminal's."""
    all: bool = False
    """Whether each layer has a row of its own, also norms and activations."""

    def __post_init__(self) -> None:
        for name in ("sort", "layout"):
            if not isinstance(word := getattr(self, name), str):
                raise UsageError(f"{name} must be a word, not {show_value(word)}")
        if not isinstance(self.all, bool):
            raise UsageError(f"all must be True or False, not {show_value(self.all)}")
        read_terms(self.convention, self.batch, self.dtype)
        if self.layout not in LAYOUTS:
            raise UsageError(
                f"unknown layout '{self.layout}'; known: {', '.join(LAYOUTS)}"
                f"{nearest(self.layout, LAYOUTS)}"
            )
        for name, value in (("depth", self.depth), ("width", self.width)):
            if value is not None:
                check_count(name, value)

    @classmethod
    def read(cls, given: Mapping[str, Any]) -> Options:
        """Make options from keywords; an unknown one is refused with the nearest known.

        Examples
        --------
        >>> Options.read({"depth": 2, "columns": "name, macs"}).columns
        ('name', 'macs')
        """
        known = [f.name for f in fields(cls)]
        for name in given:
            if name not in known:
                raise UsageError(
                    f"a report has no option '{name}'; it takes {', '.join(known)}"
                    f"{nearest(name, known)}"
                )
        columns = given.get("columns", ())
        chosen = words_of(columns) if isinstance(columns, str) else tuple(columns)
        return cls(**{**given, "columns": chosen})

    @property
    def terms(self) -> Terms:
        """The conditions under which quantities are measured."""
        return read_terms(self.convention, self.batch, self.dtype)

    @property
    def bytes_per_number(self) -> int:
        """The bytes of one number of the chosen type."""
        return self.terms.bytes

    def shape(self, shape: Shape) -> str:
        """Return a shape in the chosen layout.

        Examples
        --------
        >>> Options(layout="chw").shape(Shape((28, 30), 6))
        '6x28x30'
        """
        if self.layout == "hwc":
            return str(shape)
        return "x".join(map(str, (shape.channels, *shape.size)))


def operations_title(convention: str) -> str:
    """Return what a count under a convention is called; each convention has a title of its own.

    Examples
    --------
    >>> operations_title("mac"), operations_title("torchinfo")
    ('MACs', 'torchinfo')
    """
    return counted_under(convention).title
