"""The leaderboard of lecture 003: the verdicts are computed, and they are these."""

from __future__ import annotations

from functools import cache

import pytest

from cnnanalyze.auditing.tables import read_table
from cnnanalyze.auditing.verdict import Verdict
from tests.auditing.boards import LEADERBOARD, leaderboard

# Row, quantity: what comes out, and the most plausible cause. The counts of the public models were
# taken on timm, Cadene's and pytorchcv's code and on the authors' files.
VERDICTS: dict[tuple[int, str], tuple[str, str]] = {
    (1, "parameters"): ("wrong", "155,272,667 of AmoebaNet-C"),
    (1, "macs"): ("wrong", "41,129,488,875 of AmoebaNet-C"),
    (2, "parameters"): ("holds", ""),
    (2, "macs"): ("holds under", "fvcore"),
    (2, "operations"): ("holds under", "imgclsmob-2018"),
    (3, "parameters"): ("wrong", "86,718,797 of AmoebaNet-A"),
    (3, "macs"): ("wrong", "23,133,663,507 of AmoebaNet-A"),
    (4, "parameters"): ("not reproduced", ""),
    (4, "macs"): ("holds under", "imgclsmob-2018"),
    (5, "parameters"): ("holds under", "keras"),
    (5, "macs"): ("holds", ""),
    (5, "operations"): ("holds under", "imgclsmob-2018"),
    (6, "parameters"): ("wrong", "83,960,973 with F=196"),
    (6, "macs"): ("wrong", "22,272,815,179 with F=196"),
    (7, "parameters"): ("holds under", "keras"),
    (7, "macs"): ("wrong", "32,027,297,792 doubled, for 224x224 instead of 320x320"),
    (8, "parameters"): ("not reproduced", ""),
    (8, "macs"): ("holds", ""),
    (8, "operations"): ("wrong", "34,768,835,488 cut off instead of rounded"),
    (9, "parameters"): ("wrong", "115,088,984 cut off instead of rounded"),
    (9, "operations"): ("holds under", "imgclsmob-2018"),
    (10, "parameters"): (
        "wrong",
        "83,658,152 under the conventions keras, onnx-tool, cut off instead of rounded",
    ),
    (10, "macs"): ("holds", ""),
    (11, "parameters"): ("holds under", "without-norm"),
    (14, "parameters"): ("holds under", "without-norm"),
    (15, "parameters"): ("holds", ""),
    (15, "macs"): ("not reproduced", ""),
}


@cache
def verdicts() -> dict[tuple[int, str], Verdict]:
    rows = leaderboard().rows
    return {
        (int(r.claim.source.split(":")[0].removeprefix("row ")), r.claim.quantity): r for r in rows
    }


def test_all_sixteen_rows_are_there() -> None:
    board = read_table(LEADERBOARD)
    assert [row.number for row in board.rows] == [str(n) for n in range(1, 17)]
    assert all(row.printed for row in board.rows)
    assert [row.number for row in board.rows if not row.claims] == ["12", "13", "16"]


@pytest.mark.parametrize(("row", "quantity"), VERDICTS)
def test_verdict(row: int, quantity: str) -> None:
    outcome, cause = VERDICTS[row, quantity]
    found = verdicts()[row, quantity]
    assert found.outcome == outcome
    if outcome == "holds under":
        assert found.convention == cause
    else:
        said = [f"{c.computed} {c.words}" for c in found.causes[:1]]
        assert said == ([cause] if cause else [])


def test_every_row_is_as_it_is_marked() -> None:
    assert all(row.is_fine for row in verdicts().values())


def test_short_figures_whose_convention_nobody_knows_may_agree_by_chance() -> None:
    doubtful = {at for at, row in verdicts().items() if row.may_be_chance}
    assert {(2, "macs"), (4, "macs"), (7, "macs")} <= doubtful
    # AmoebaNet-C explains both figures of row 1; those of row 9 have six and five digits.
    assert not doubtful & {(1, "parameters"), (1, "macs"), (9, "parameters"), (9, "operations")}
