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

from cnnanalyze.audit.examine import examine
from cnnanalyze.audit.neighbours import Analyses
from cnnanalyze.audit.verdict import Audit, Verdict
from cnnanalyze.core.files import is_file
from cnnanalyze.core.registry import nearest
from cnnanalyze.errors import Mark
from cnnanalyze.spec.claims import Claim, read_source
from cnnanalyze.spec.faults import Faults
from cnnanalyze.spec.listing import read_listing
from cnnanalyze.spec.tree import Mapping, Scalar, Tree, text_of

ENDING = ".table"
VERSION = 1
KEYS = ("table", "name", "source", "about", "rows")


class Row(NamedTuple):
    """One row of a table: a network, and what is printed for it."""

    number: str
    printed: str
    """How the table calls the network."""
    path: Path
    claims: tuple[Claim, ...]
    mark: Mark


class Board(NamedTuple):
    """A table of networks with their figures."""

    name: str
    source: str
    rows: tuple[Row, ...]


def read_table(path: Path) -> Board:
    """Read a table.

    Raises
    ------
    SpecError
        With every fault of the file, each at its place.
    """
    faults = Faults()
    tree, listed = read_listing(path, KEYS, VERSION, "a table", faults)
    name, source = text_of(tree.get("name")) or path.stem, text_of(tree.get("source"))
    rows = [_read_row(item, path.parent, source or name, faults) for item in listed.items]
    faults.raise_if_any()
    return Board(name, source, tuple(row for row in rows if row is not None))


def _read_row(item: Tree, folder: Path, source: str, faults: Faults) -> Row | None:
    claims = read_source(item, faults, ("row", "printed", "network"), source)
    if not isinstance(item, Mapping):
        return None
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
    printed = text_of(item.get("printed"))
    return Row(text_of(item.get("row")), printed, path, tuple(claims), item.mark)


def audit_table(board: Board, analyses: Analyses | None = None) -> Audit:
    """Examine every figure of a table, row by row."""
    analyses = analyses or Analyses()
    verdicts: list[Verdict] = []
    for row in board.rows:
        analysis = analyses.loaded(row.path, ())
        if analysis is None:
            from cnnanalyze.graph.build import load  # noqa: PLC0415 - to say what is wrong with it

            load(row.path)
            continue
        where = f"row {row.number}: {row.printed}".strip()
        for verdict in examine(analysis, row.claims, analyses):
            said = verdict.claim.source
            source = where if said in {board.source, board.name} else f"{where} · {said}"
            verdicts.append(verdict._replace(claim=verdict.claim._replace(source=source)))
    return Audit(board.name, tuple(verdicts))
