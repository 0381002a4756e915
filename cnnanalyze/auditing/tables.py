"""Tables of networks: a leaderboard is a file of figures, each row about one spec.

Such a file ends in ``.table`` and is written like the ``expect:`` section of a spec; a row also
names its ``network`` (a spec beside the file, one folder up, or of the zoo) and how the table
calls it (``printed``)::

    table: 1
    name: Leaderboard
    rows:
      - {row: 4, printed: SENet-154, network: senet154, set: {resolution: 320},
         source: lecture 003, total: {macs: 42.3G}}
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from pydantic import Field

from cnnanalyze.auditing.alternatives import Analyses
from cnnanalyze.auditing.examine import examine
from cnnanalyze.auditing.verdict import Audit, Verdict
from cnnanalyze.core.diagnostics import Faults, place_of
from cnnanalyze.core.files import is_file
from cnnanalyze.core.registry import nearest
from cnnanalyze.core.section import Itself, Section, Text, Word, version
from cnnanalyze.core.tree import Mapping, Scalar
from cnnanalyze.core.versions import VERSIONS
from cnnanalyze.errors import CnnError
from cnnanalyze.graph.network import Network
from cnnanalyze.language.build import vary
from cnnanalyze.language.claims import Claim
from cnnanalyze.language.written_claims import SourceFigures
from cnnanalyze.language.yaml import read_file

ENDING = ".table"
VERSION = VERSIONS["table"]


class WrittenRow(SourceFigures):
    """One row of a table, as it is written; without figures, the network is not examined."""

    called = "a row"
    example = "- {row: 3, printed: ResNet, network: resnet50, total: {parameters: 25.6M}}"
    needs = ()

    row: Text = Field(default="", description="its number in the table")
    printed: Text = Field(default="", description="what the table calls the network")
    network: Word = Field(
        description="a spec beside the file, one folder up, or of the zoo", examples=["resnet50"]
    )
    source: Text = Field(default="", description="who printed it, if not the table's source")
    tree: Itself


class WrittenTable(Section):
    """A table of networks with the figures that somebody prints for them."""

    table: version(VERSION) = Field(  # type: ignore[valid-type]
        description="version of the language", examples=[VERSION]
    )
    name: Text = ""
    source: Text = ""
    about: Text = ""
    rows: tuple[WrittenRow, ...]


class TableRow(NamedTuple):
    """One row of a table: a network, and what is printed for it."""

    number: str
    printed: str
    """How the table calls the network."""
    path: Path
    claims: tuple[Claim, ...]
    tree: Mapping
    """As it is written."""


class Board(NamedTuple):
    """A table of networks with their figures."""

    name: str
    source: str
    rows: tuple[TableRow, ...]


def read_table(path: Path) -> Board:
    """Read a table.

    Raises
    ------
    SpecError
        With every fault of the file, each at its place.
    """
    faults = Faults()
    table = read_file(path, WrittenTable, "a table", faults)
    name = table.name or path.stem
    seen: dict[str, WrittenRow] = {}
    rows = []
    for row in table.rows:
        first = seen.setdefault(row.row, row) if row.row else row
        if first is not row:
            words = f"row {row.row} is there already, in line {first.tree.mark.line}"
            faults.add(words, row.tree.mark)
        if (file := _find(row.network, path.parent, faults)) is not None:
            claims = tuple(row.claims(table.source or name))
            rows.append(TableRow(row.row, row.printed, file, claims, row.tree))
    faults.raise_if_any()
    return Board(name, table.source, tuple(rows))


def _find(network: Scalar, folder: Path, faults: Faults) -> Path | None:
    """Return the spec that a row is about."""
    word = network.text
    places = (folder / f"{word}.yaml", folder.parent / f"{word}.yaml")
    path = next((place for place in places if is_file(place)), None)
    if path is None:
        known = sorted({p.stem for place in places for p in place.parent.glob("*.yaml")})
        faults.add(f"there is no spec '{word}.yaml' here{nearest(word, known)}", network.mark)
    return path


def audit_table(board: Board, analyses: Analyses | None = None) -> Audit:
    """Examine every figure of a table, row by row."""
    analyses = analyses or Analyses()
    faults = Faults()
    verdicts: list[Verdict] = []
    for row in board.rows:
        analysis = analyses.loaded(row.path, ())
        if analysis is None:
            from cnnanalyze.language.build import load  # noqa: PLC0415 - to say what is wrong with it

            load(row.path)
            continue
        _check_row(row, analysis.network, analyses, faults)
        if faults:
            continue
        where = f"row {row.number}: {row.printed}".strip()
        for verdict in examine(analysis, row.claims, analyses):
            said = verdict.claim.source
            source = where if said in {board.source, board.name} else f"{where} · {said}"
            verdicts.append(verdict._replace(claim=verdict.claim._replace(source=source)))
    faults.raise_if_any()
    return Audit(board.name, tuple(verdicts))


def _check_row(row: TableRow, network: Network, analyses: Analyses, faults: Faults) -> None:
    """Note figures of layers that the network does not have, and settings that do not fit it."""
    for claim in row.claims:
        if not claim.layer and not claim.settings:
            continue
        try:
            about = analyses.under(network, claim.settings)
            # What cannot be analyzed is varied once more, to say why.
            refuse_unknown_layer(
                claim, about.network if about else vary(network, dict(claim.settings))
            )
        except CnnError as error:
            for fault in error.faults:
                mark = place_of(row.tree, fault.message)
                faults.add(fault.message, claim.mark if mark is row.tree.mark else mark, fault.help)


def refuse_unknown_layer(claim: Claim, network: Network) -> None:
    """Refuse a figure of a layer or block that the network does not have.

    Raises
    ------
    CnnError
        With the nearest name.
    """
    lead = f"{claim.layer}/"
    if claim.layer and not any(n.id == claim.layer or n.id.startswith(lead) for n in network):
        network[claim.layer]  # refuses it
