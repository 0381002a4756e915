"""Tables of networks that several tests look at, each audited once."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from cnnanalyze.auditing.tables import audit_table, read_table
from cnnanalyze.auditing.verdict import Audit

LEADERBOARD = Path(__file__).parents[2] / "specs" / "tables" / "leaderboard_003.table"


@cache
def leaderboard() -> Audit:
    """Return what became of the leaderboard of lecture 003."""
    return audit_table(read_table(LEADERBOARD))
