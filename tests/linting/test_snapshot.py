"""Good networks stay quiet: what rules say of them is recorded, and every warning is judged."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from cnnanalyze.linting.rules import entries
from tests.conftest import SPECS
from tests.linting.snapshot import FILE, hits, recorded

pytestmark = pytest.mark.sampled(12)

JUDGED = Path(__file__).parent / "judged.toml"
ALL = sorted(SPECS.glob("*.yaml"))


@pytest.mark.parametrize("path", ALL, ids=lambda p: p.stem)
def test_rules_say_what_is_recorded(path: Path) -> None:
    assert hits(path) == recorded().get(path.stem, []), "python -m tests.linting.snapshot --write"


def test_nothing_is_recorded_of_networks_that_are_gone() -> None:
    assert set(recorded()) <= {path.stem for path in ALL}
    assert FILE.read_text("utf-8").splitlines() == sorted(FILE.read_text("utf-8").splitlines())


def judged() -> dict[str, dict[str, str]]:
    """Return by code and network why a warning on a good network is true."""
    found: dict[str, dict[str, str]] = tomllib.loads(JUDGED.read_text("utf-8"))
    return found


def loud() -> set[tuple[str, str]]:
    """Return code and network of what is said without being asked for, and is not mere info."""
    default = {code for code, entry in entries().items() if "default" in entry.profiles}
    rows = (line.split() for lines in recorded().values() for line in lines)
    return {(row[1], row[0]) for row in rows if row[2] != "info" and row[1] in default}


def test_every_warning_on_a_good_network_is_judged_true() -> None:
    known = {(code, name) for code, names in judged().items() for name in names}
    assert loud() - known == set(), "refine the rule, or say in judged.toml why it is right"
    assert known - loud() == set(), "judged.toml has what is not said any more"


def test_every_judgement_has_a_reason() -> None:
    assert all(len(why.split()) >= 4 for names in judged().values() for why in names.values())
