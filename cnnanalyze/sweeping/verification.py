"""Verification: networks of a sweep run in NumPy, and compared with what the rules say."""

from __future__ import annotations

from collections.abc import Iterator

from cnnanalyze.crosscheck.balance import LIMIT, balance
from cnnanalyze.crosscheck.effort import ALLOWED
from cnnanalyze.errors import CnnError
from cnnanalyze.language.build import vary
from cnnanalyze.sweeping.plan import Plan
from cnnanalyze.sweeping.result import Point, Summary, Verified, member_of, settings_of

LINES = 16
"""The most lines of the input that are followed to observe receptive fields."""


def verify_points(summary: Summary, count: int) -> Iterator[Verified]:
    """Run the networks of some points that are kept, evenly through the sweep.

    Parameters
    ----------
    summary
        What came of the sweep.
    count
        How many are run; fewer if fewer are known.
    """
    known = summary.known
    count = min(count, len(known))
    for k in range(count):
        yield _verify(summary.plan, known[k * len(known) // count])


def _verify(plan: Plan, point: Point) -> Verified:
    network = vary(member_of(plan, point.id).spec, settings_of(plan, point))
    try:
        found = balance(network, limit=LIMIT, operations=ALLOWED, lines=LINES)
    except CnnError as error:
        return Verified(point, None, error.faults[0].message)
    if not found.discrepancies:
        return Verified(point, is_balanced=True)
    first = found.discrepancies[0]
    return Verified(
        point,
        is_balanced=False,
        reason=f"{len(found.discrepancies)} entries differ, the first: {first}",
    )
