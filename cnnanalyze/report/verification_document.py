"""Verification as a document: what was run and compared, what differs, and what was not checked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cnnanalyze.core.spelling import count_of
from cnnanalyze.crosscheck.claims import ClaimCheck
from cnnanalyze.crosscheck.result import QUANTITIES, Balance
from cnnanalyze.errors import CnnError
from cnnanalyze.report.audit import subject_of
from cnnanalyze.report.document import (
    Abridged,
    Block,
    Code,
    Content,
    Deferred,
    Document,
    Heading,
    Headline,
    Headlines,
    Items,
    Paragraph,
    Tabular,
)
from cnnanalyze.report.numbers import exact, short
from cnnanalyze.report.table import Cell, Status, Table, cells_of
from cnnanalyze.report.table import Heading as Column
from cnnanalyze.report.verification import MOST, conclude, to_dict

MOST_IN_FULL = 2_000
"""Discrepancies of one network for which there is room where one can filter them."""
BALANCED = Status("balanced", "✓", "good")
DIFFERS = Status("differs", "✗", "bad")
OUTCOMES = {
    "holds": Status("holds", "✓", "good"),
    "wrong as marked": Status("wrong as marked", "✗", "warn"),
    "fails": Status("fails", "✗", "bad"),
    "right though marked wrong": Status("right though marked wrong", "!", "bad"),
}
"""How the rows of printed figures look."""


def document(balances: Sequence[Balance], failed: Sequence[CnnError] = ()) -> Document:
    """Return what the runs of networks showed as a document.

    Parameters
    ----------
    balances
        What was compared.
    failed
        Why the other networks were not verified.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> balance = cnn.verify(cnn.loads("{cnn: 1, name: Tiny, input: 5x7x2, layers: [relu]}"))
    >>> document([balance]).title
    'Tiny, verified'
    """
    number = len(balances) + len(failed)
    named = balances[0].name if balances and number == 1 else count_of(number, "network")
    title = f"{named}, verified" if balances else f"{named}, not verified"
    return Document(
        title,
        Deferred(lambda: _blocks(title, balances, failed)),
        lambda: to_dict(balances, failed),
        table=lambda: tabulate(balances),
    )


def _blocks(
    title: str, balances: Sequence[Balance], failed: Sequence[CnnError]
) -> Iterator[Content]:
    yield Heading(title)
    yield Paragraph(f"{conclude(balances, failed)}.")
    if balances:
        yield Abridged(lambda: [Headlines(tuple(_headlines(balances)))], tuple)
        yield Heading("Networks", 2)
        is_long = len(balances) > 1
        yield Tabular(tabulate(balances), is_compact=True, filter="balanced" if is_long else "")
    if any(balance.discrepancies for balance in balances):
        yield Heading("What differs", 2)
        yield Abridged(
            lambda: [Tabular(_differing(balances, MOST_IN_FULL), filter="parameters conv")],
            lambda: [Tabular(_differing(balances, MOST))],
        )
    if any(balance.claims for balance in balances):
        yield Abridged(lambda: _figures(balances, everything=True), lambda: _figures(balances))
    if followed := tuple(_followed(balances)):
        yield Heading("Lines of the input", 2)
        yield Items(followed)
    if remarks := tuple(f"{_of(b, balances)}{r}" for b in balances for r in b.remarks):
        yield Heading("Not checked", 2)
        yield Items(remarks)
    if failed:
        yield Heading("Not verified", 2)
        for error in failed:
            yield Code(str(error))


def _headlines(balances: Sequence[Balance]) -> Iterator[Headline]:
    """Yield the numbers that one asks for first."""
    entries = sum(balance.entries for balance in balances)
    differing = sum(len(balance.discrepancies) for balance in balances)
    checks = [check for balance in balances for check in balance.claims]
    fine = sum(check.is_fine for check in checks)
    for key, label, number, how in (
        ("layers", "layers run", sum(b.layers for b in balances), "in NumPy, at full size"),
        ("entries", "entries compared", entries, "of the rules with those of the run"),
        ("differ", "entries that differ", differing, "" if differing else "all balanced"),
        ("claims", "printed figures", len(checks), f"{exact(fine)} of them as they are marked"),
    ):
        if number or key != "claims":
            brief, whole = short(number), exact(number)
            yield Headline(key, label, brief, "" if whole == brief else whole, how)


def tabulate(balances: Sequence[Balance]) -> Table:
    """Return a row for each network: what was compared in it, and whether it balances."""
    compared = [q for q in QUANTITIES if any(dict(b.compared).get(q) for b in balances)]
    return Table(
        (
            Column("network", "network", "left"),
            Column("verdict", "verdict", "left", role="status"),
            Column("layers", "layers", "right", 1),
            Column("entries", "entries", "right"),
            Column("differ", "differ", "right"),
            Column("claims", "figures", "right", 1),
            Column("as_marked", "as marked", "right", 1),
            *(Column(q.replace(" ", "_"), q, "right", 2) for q in compared),
        ),
        tuple(
            cells_of(
                balance.name,
                _verdict(balance),
                balance.layers,
                balance.entries,
                _number(len(balance.discrepancies)),
                _number(len(balance.claims)),
                _number(sum(check.is_fine for check in balance.claims), bool(balance.claims)),
                *(_number(dict(balance.compared).get(q, 0)) for q in compared),
            )
            for balance in balances
        ),
        statuses=tuple(BALANCED if b.is_balanced else DIFFERS for b in balances),
    )


def _number(number: int, is_told: bool = False) -> Cell:
    return Cell(number, exact(number) if number or is_told else "")


def _verdict(balance: Balance) -> str:
    if balance.discrepancies:
        return "differs"
    if not balance.is_balanced:
        return "figures not as marked"
    return "balanced" if balance.compared else "nothing compared"


def _differing(balances: Sequence[Balance], most: int) -> Table:
    """Return the entries that differ, at most so many of each network."""
    kept = [(b, found) for b in balances for found in b.discrepancies[:most]]
    more = sum(max(0, len(b.discrepancies) - most) for b in balances)
    return Table(
        (
            *_whose(balances),
            Column("layer", "layer", "left"),
            Column("quantity", "quantity", "left"),
            Column("detail", "part", "left"),
            Column("by_rule", "by rule", "right"),
            Column("observed", "observed", "right"),
        ),
        tuple(
            cells_of(
                *([b.name] if len(balances) > 1 else []),
                *(found.node, found.quantity, found.detail, found.by_rule, found.observed),
            )
            for b, found in kept
        ),
        note=f"and {exact(more)} more; --format json has them all" if more else "",
    )


def _whose(balances: Sequence[Balance]) -> tuple[Column, ...]:
    """Return the column that names the network where there are several."""
    return (Column("network", "network", "left", role="group"),) if len(balances) > 1 else ()


def _figures(balances: Sequence[Balance], *, everything: bool = False) -> Iterator[Block]:
    """Yield the printed figures, or only those that are not as they are marked."""
    found = [(b, c) for b in balances for c in b.claims if everything or not c.is_fine]
    if not found:
        return
    yield Heading("Printed figures", 2)
    table = Table(
        (
            *_whose(balances),
            Column("figure", "figure", "left"),
            Column("printed", "printed", "right"),
            Column("computed", "computed", "right"),
            Column("verdict", "verdict", "left", role="status"),
            Column("source", "source", "left"),
        ),
        tuple(_figure(b, check, len(balances) > 1) for b, check in found),
        statuses=tuple(OUTCOMES[check.outcome] for _, check in found),
    )
    yield Tabular(table, filter="wrong")


def _figure(balance: Balance, check: ClaimCheck, has_name: bool) -> tuple[Cell, ...]:
    claim = check.claim
    return cells_of(
        *([balance.name] if has_name else []),
        f"{subject_of(claim)} under {claim.convention}" if claim.convention else subject_of(claim),
        claim.printed,
        check.computed,
        check.outcome,
        claim.source if check.is_fine else f"{claim.source} ({claim.mark})",
    )


def _followed(balances: Sequence[Balance]) -> Iterator[str]:
    for balance in balances:
        for words in balance.lines():
            yield f"{_of(balance, balances)}{words}"


def _of(balance: Balance, balances: Sequence[Balance]) -> str:
    return f"{balance.name}: " if len(balances) > 1 else ""
