"""The zoo as a table: what comes along, by family and year."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from glob import has_magic
from pathlib import Path
from typing import Any

from cnnanalyze.analysis.pipeline import analyze
from cnnanalyze.analysis.result import Analysis
from cnnanalyze.core.printed_number import PrintedNumber
from cnnanalyze.core.quantities import QUANTITIES
from cnnanalyze.core.registry import nearest
from cnnanalyze.core.versions import VERSIONS
from cnnanalyze.errors import UsageError
from cnnanalyze.graph.network import shapes_in
from cnnanalyze.language.build import load
from cnnanalyze.language.document import open_document
from cnnanalyze.language.spec import Spec, spec_of
from cnnanalyze.report.document import Document, Tabular
from cnnanalyze.report.json import inputs_of
from cnnanalyze.report.networks import NetworkColumn, trait_of
from cnnanalyze.report.options import Options
from cnnanalyze.report.table import Cell, Heading, Table, cells_of, explained


@dataclass(frozen=True, slots=True)
class Limits:
    """The least and the most that a count may be, both included.

    Examples
    --------
    >>> few = Limits(most=PrintedNumber.parse("25.6M"))
    >>> few.allow(25_557_032), few.allow(60_965_224), Limits().allow(60_965_224)
    (True, False, True)
    """

    least: PrintedNumber | None = None
    most: PrintedNumber | None = None

    @classmethod
    def read(cls, name: str, least: object, most: object) -> Limits:
        """Read limits, each a count such as ``25M``; an empty text where there is none.

        Raises
        ------
        UsageError
            With the option, if one is no count.

        Examples
        --------
        >>> Limits.read("macs", "", "600M").allow(569_000_000)
        True
        """
        found: list[PrintedNumber | None] = []
        for option, given in ((f"min-{name}", least), (f"max-{name}", most)):
            try:
                found.append(None if given == "" else PrintedNumber.parse(str(given)))
            except ValueError as error:
                raise UsageError(
                    f"'--{option}' cannot be read: {error}", help=f"write --{option} 25M"
                ) from None
        return cls(*found)

    def allow(self, count: int) -> bool:
        """Whether a count lies within the limits."""
        return (self.least is None or count >= self.least.value) and (
            self.most is None or count <= self.most.value
        )


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which networks are asked for; what is not given does not matter."""

    family: str = ""
    """A family, in any case of letters."""
    name: str = ""
    """A pattern such as ``res*50``, or a part of the name."""
    since: int | None = None
    """The first year; with it or ``until``, networks without a year are left out."""
    until: int | None = None
    """The last year."""
    parameters: Limits = Limits()
    macs: Limits = Limits()

    def has_name(self, name: str) -> bool:
        """Whether the pattern fits a name.

        Examples
        --------
        >>> Wanted(name="res*50").has_name("resnet50"), Wanted(name="net5").has_name("resnet50")
        (True, True)
        """
        pattern = self.name.lower()
        return fnmatchcase(name.lower(), pattern if has_magic(pattern) else f"*{pattern}*")

    def has_year(self, year: int | None) -> bool:
        """Whether a year lies in the range."""
        if year is None:
            return self.since is None and self.until is None
        return (self.since or year) <= year <= (self.until or year)


@dataclass(frozen=True, slots=True)
class ZooEntry:
    """One network of the zoo."""

    name: str
    """What to write after ``zoo:``."""
    analysis: Analysis

    @property
    def family(self) -> str:
        """The family in the header of the spec, or nothing."""
        return spec_of(self.analysis.network).text("family")

    @property
    def year(self) -> int | None:
        """The year in the header of the spec."""
        return spec_of(self.analysis.network).year


def entries(networks: Mapping[str, Path], wanted: Wanted | None = None) -> tuple[ZooEntry, ...]:
    """Return the networks that are asked for, by family, year and name.

    Parameters
    ----------
    networks
        Their files by name.
    wanted
        Which of them; all if nothing is given.

    Raises
    ------
    UsageError
        If no name fits the pattern, or no network is of the family.
    """
    wanted = wanted or Wanted()
    found = [
        entry
        for name, network in _chosen(_named(networks, wanted), wanted).items()
        if _is_within(entry := ZooEntry(name, analyze(network)), wanted)
    ]
    oldest = {
        e.family: min(f.year or UNDATED for f in found if f.family == e.family) for e in found
    }
    return tuple(
        sorted(
            found,
            key=lambda e: (oldest[e.family], e.family, e.year or UNDATED, len(e.name), e.name),
        )
    )


def conditions(wanted: Wanted) -> str:
    """Return what is asked for, as the command line writes it.

    Examples
    --------
    >>> conditions(Wanted(name="res*", until=2014, macs=Limits(most=PrintedNumber.parse("25M"))))
    '--name res* --until 2014 --max-macs 25M'
    """
    asked = {
        "name": wanted.name,
        "family": wanted.family,
        "since": wanted.since,
        "until": wanted.until,
        "min-parameters": wanted.parameters.least,
        "max-parameters": wanted.parameters.most,
        "min-macs": wanted.macs.least,
        "max-macs": wanted.macs.most,
    }
    return " ".join(f"--{name} {value}" for name, value in asked.items() if value not in (None, ""))


UNDATED = 9999
"""What has no year comes last."""


def _named(networks: Mapping[str, Path], wanted: Wanted) -> dict[str, Path]:
    """Return the files of the names that fit; the others need not even be read."""
    found = {name: path for name, path in networks.items() if wanted.has_name(name)}
    if not found:
        raise UsageError(
            f"the zoo has no network like '{wanted.name}'{nearest(wanted.name, list(networks))}",
            help="a pattern such as 'res*50', or a part of the name; "
            "'cnnanalyze zoo' lists all of them",
        )
    return found


def _chosen(paths: Mapping[str, Path], wanted: Wanted) -> dict[str, Spec]:
    """Return the networks whose header fits; of the others nothing but the header is read."""
    if wanted.family or wanted.since is not None or wanted.until is not None:
        paths = _with_header(paths, wanted)
    return {name: load(path) for name, path in paths.items()}


def _with_header(paths: Mapping[str, Path], wanted: Wanted) -> dict[str, Path]:
    """Return the files of the wanted family and years."""
    documents = {name: open_document(path) for name, path in paths.items()}
    headers = {name: (d.written.family, d.written.year) for name, d in documents.items()}
    families = sorted({family.lower() for family, _ in headers.values() if family})
    if wanted.family and wanted.family.lower() not in families:
        among = f"no network like '{wanted.name}' is of the" if wanted.name else "the zoo has no"
        raise UsageError(
            f"{among} family '{wanted.family}'{nearest(wanted.family, families)}",
            help=f"the families are {', '.join(families)}",
        )
    return {
        name: paths[name]
        for name, (family, year) in headers.items()
        if wanted.family.lower() in {"", family.lower()} and wanted.has_year(year)
    }


def _is_within(entry: ZooEntry, wanted: Wanted) -> bool:
    total = entry.analysis.total
    return wanted.parameters.allow(total.parameters) and wanted.macs.allow(total.operations("mac"))


COUNTED = ("parameters", "macs", "receptive_field")
"""The quantities that are shown of every network."""
_OWN: tuple[Heading, ...] = (
    Heading("zoo", "zoo:", "left"),
    Heading("family", "family", "left", 4),
    Heading("year", "year", "right", 5),
    Heading("name", "network", "left", 3),
    Heading("input", "input", "right", 1),
)
_FIELD = 2
"""In a narrow table the field is left out before a count is."""


def document(found: tuple[ZooEntry, ...]) -> Document:
    """Return the networks that were found, as a table."""
    table = tabulate(found)
    return Document("The zoo", (Tabular(table),), lambda: as_data(found), table=lambda: table)


def tabulate(found: tuple[ZooEntry, ...]) -> Table:
    """Return the table of the zoo."""
    numbers = [trait_of(QUANTITIES[key]) for key in COUNTED]
    headings = (Heading(t.key, t.title, t.align, _FIELD * (t.key == "field")) for t in numbers)
    return explained(Table((*_OWN, *headings), tuple(_row(entry, numbers) for entry in found)))


def _row(entry: ZooEntry, numbers: Sequence[NetworkColumn]) -> tuple[Cell, ...]:
    analysis, year = entry.analysis, entry.year
    values = [(t, t.get(analysis, Options())) for t in numbers]
    return cells_of(
        entry.name,
        entry.family,
        Cell(year, "" if year is None else str(year)),
        analysis.network.name,
        shapes_in(analysis.network),
        *(Cell(value, t.text(value)) for t, value in values),
    )


def as_data(found: tuple[ZooEntry, ...]) -> dict[str, Any]:
    """Return the table of the zoo as plain data."""
    return {
        "schema": VERSIONS["zoo"],
        "networks": [
            {
                "zoo": e.name,
                "family": e.family,
                "year": e.year,
                "name": e.analysis.network.name,
                **inputs_of(e.analysis.network),
                **{key: trait_of(QUANTITIES[key]).get(e.analysis, Options()) for key in COUNTED},
                "source": spec_of(e.analysis.network).text("source"),
            }
            for e in found
        ],
    }
