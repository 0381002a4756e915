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

from cnnanalyze.auditing.alternatives import Analyses
from cnnanalyze.auditing.examine import examine
from cnnanalyze.auditing.verdict import Audit, Verdict
from cnnanalyze.core.diagnostics import Faults
from cnnanalyze.core.files import is_file
from cnnanalyze.core.registry import nearest
from cnnanalyze.core.tree import Mapping, Scalar, Tree, text_of
from cnnanalyze.core.versions import VERSIONS
from cnnanalyze.errors import CnnError
from cnnanalyze.graph.network import Network
from cnnanalyze.language.build import vary
from cnnanalyze.language.claims import Claim, read_source
from cnnanalyze.language.list_file import read_listing
from cnnanalyze.language.mapping import Keys, place_of

ENDING = ".table"
VERSION = VERSIONS["table"]
KEYS = ("table", "name", "source", "about", "rows")


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
    tree, listed = read_listing(path, KEYS, VERSION, "a table", faults)
    keys = Keys(tree, "a table", (*KEYS, *tree.keys()), faults)  # what is unknown is noted already
    name, source = keys.text("name") or path.stem, keys.text("source")
    keys.text("about")
    rows = [_read_row(item, path.parent, source or name, faults) for item in listed.items]
    seen: dict[str, TableRow] = {}
    for row in filter(None, rows):
        first = seen.setdefault(row.number, row) if row.number else row
        if first is not row:
            words = f"row {row.number} is there already, in line {first.tree.mark.line}"
            faults.add(words, row.tree.mark)
    faults.raise_if_any()
    return Board(name, source, tuple(row for row in rows if row is not None))


def _read_row(item: Tree, folder: Path, source: str, faults: Faults) -> TableRow | None:
    claims = read_source(item, faults, ("row", "printed", "network"), source)
    if not isinstance(item, Mapping):
        return None
    keys = Keys(item, "a row", item.keys(), faults)  # what is unknown is noted already
    printed, number = _text(keys, "printed"), _text(keys, "row")
    network = item.get("network")
    if not isinstance(network, Scalar) or not (word := text_of(network)):
        faults.add("a row must name its 'network'", network.mark if network else item.mark)
        return None
    places = (folder / f"{word}.yaml", folder.parent / f"{word}.yaml")
    path = next((place for place in places if is_file(place)), None)
    if path is None:
        known = sorted({p.stem for place in places for p in place.parent.glob("*.yaml")})
        faults.add(f"there is no spec '{word}.yaml' here{nearest(word, known)}", network.mark)
        return None
    return TableRow(number, printed, path, tuple(claims), item)


def _text(keys: Keys, key: str) -> str:
    return keys.text(key) if key in keys.known else ""


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
