"""The page that leads to the pages of several networks: a table with a row for each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from cnnanalyze.analysis.result import Analysis
from cnnanalyze.core.versions import VERSIONS
from cnnanalyze.crosscheck.claims import check_claims
from cnnanalyze.crosscheck.result import Balance
from cnnanalyze.graph.network import shapes_in
from cnnanalyze.report.json import network_dict
from cnnanalyze.report.numbers import exact
from cnnanalyze.report.options import Options
from cnnanalyze.report.page.frame import render
from cnnanalyze.report.page.headlines import badges
from cnnanalyze.report.totals_text import field_size


class OverviewEntry(NamedTuple):
    """One network in the table."""

    file: str
    """The page that belongs to it."""
    name: str
    input: str
    field: str
    layers: int
    result: dict[str, Any]
    claims: str
    claims_hold: bool
    verification: str
    tone: str


def enter(
    analysis: Analysis, file: str, options: Options, balance: Balance | None = None
) -> OverviewEntry:
    """Return what the table says of one network."""
    claims = balance.claims if balance is not None else check_claims(analysis)
    fine = sum(c.is_fine for c in claims)
    verification = next(b for b in badges(analysis, balance) if b.key == "verification")
    return OverviewEntry(
        file,
        analysis.network.name,
        shapes_in(analysis.network, options.shape),
        field_size(analysis),
        len(analysis),
        network_dict(analysis, options, []),
        f"{exact(fine)} of {exact(len(claims))}" if claims else "",
        fine == len(claims),
        verification.text,
        verification.tone,
    )


def to_html(entries: Sequence[OverviewEntry]) -> str:
    """Write the page; every name leads to the page of its network in the same folder."""
    most = {
        key: max((e.result["totals"][key] for e in entries), default=0)
        for key in ("parameters", "macs")
    }
    return render(
        "overview.html.j2",
        entries=entries,
        most=most,
        totals=[_without_layers(e.result) for e in entries],
        schema=VERSIONS["summary"],
    )


def _without_layers(result: dict[str, Any]) -> dict[str, Any]:
    """Return a result without its layers, which are on the page of the network."""
    return {key: value for key, value in result.items() if key != "layers"}
