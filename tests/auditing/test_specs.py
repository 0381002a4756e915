"""Every figure of every spec and table: as it is marked."""

from __future__ import annotations

from pathlib import Path

import pytest

from cnnanalyze.cli import run

SPECS = Path(__file__).parents[2] / "specs"


@pytest.mark.thorough
def test_all_specs_are_as_they_are_marked(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["audit", str(SPECS)]) == 0
    out = capsys.readouterr().out
    assert "not as marked" not in out
    assert "Leaderboard of lecture 003" in out
