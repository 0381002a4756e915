"""The zoo as a table: what comes along, by family and year."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cnnanalyze.analysis.pipeline import analyze
from cnnanalyze.analysis.result import Analysis
from cnnanalyze.core.registry import nearest
from cnnanalyze.errors import UsageError
from cnnanalyze.graph.build import load
from cnnanalyze.report.closing import field_size
from cnnanalyze.report.columns import Align
from cnnanalyze.report.json import SCHEMA
from cnnanalyze.report.numbers import exact
from cnnanalyze.report.table import Cell, Heading, Table


@dataclass(frozen=True, slots=True)
class Entry:
    """One network of the zoo."""

    name: str
    """What to write after ``zoo:``."""
    analysis: Analysis

    @property
    def family(self) -> str:
        """The family in the header of the spec, or nothing."""
        return self.analysis.network.document.text("family")

    @property
    def year(self) -> int | None:
        """The year in the header of the spec."""
        return self.analysis.network.document.year


def entries(networks: Mapping[str, Path], family: str = "") -> tuple[Entry, ...]:
    """Return the networks by family, year and name.

    Parameters
    ----------
    networks
        Their files by name.
    family
        The only family wanted, in any case of letters; all if nothing is given.
    """
    found = [Entry(name, analyze(load(path))) for name, path in networks.items()]
    if family:
        families = sorted({e.family.lower() for e in found if e.family})
        if family.lower() not in families:
            raise UsageError(
                f"the zoo has no family '{family}'{nearest(family, families)}",
                help=f"the families are {', '.join(families)}",
            )
        found = [e for e in found if e.family.lower() == family.lower()]
    oldest = {
        e.family: min(f.year or UNDATED for f in found if f.family == e.family) for e in found
    }
    return tuple(
        sorted(
            found,
            key=lambda e: (oldest[e.family], e.family, e.year or UNDATED, len(e.name), e.name),
        )
    )


UNDATED = 9999
"""What has no year comes last."""


_COLUMNS: tuple[tuple[str, str, Align, int], ...] = (
    ("zoo", "zoo:", "left", 0),
    ("family", "family", "left", 4),
    ("year", "year", "right", 5),
    ("name", "network", "left", 3),
    ("input", "input", "right", 1),
    ("parameters", "parameters", "right", 0),
    ("macs", "MACs", "right", 0),
    ("field", "field", "right", 2),
)


def tabulate(found: tuple[Entry, ...]) -> Table:
    """Return the table of the zoo."""
    return Table(tuple(Heading(*column) for column in _COLUMNS), tuple(map(_row, found)))


def _row(entry: Entry) -> tuple[Cell, ...]:
    analysis = entry.analysis
    total, year = analysis.total, entry.year
    macs, field = total.operations("mac"), field_size(analysis)
    shape = str(analysis.network.input)
    return (
        Cell(entry.name, entry.name),
        Cell(entry.family, entry.family),
        Cell(year, "" if year is None else str(year)),
        Cell(analysis.network.name, analysis.network.name),
        Cell(shape, shape),
        Cell(total.parameters, exact(total.parameters)),
        Cell(macs, exact(macs)),
        Cell(field, field),
    )


def as_data(found: tuple[Entry, ...]) -> dict[str, Any]:
    """Return the table of the zoo as plain data."""
    return {
        "schema": SCHEMA,
        "networks": [
            {
                "zoo": e.name,
                "family": e.family,
                "year": e.year,
                "name": e.analysis.network.name,
                "input": list(e.analysis.network.input.extents),
                "parameters": e.analysis.total.parameters,
                "macs": e.analysis.total.operations("mac"),
                "receptive_field": field_size(e.analysis),
                "source": e.analysis.network.document.text("source"),
            }
            for e in found
        ],
    }
