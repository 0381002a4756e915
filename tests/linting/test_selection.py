"""Which rules are on: profiles, codes, first letters and names, level above level."""

# ruff: noqa: E501 - one row of a table is one line
from __future__ import annotations

import pytest

from cnnanalyze.errors import UsageError
from cnnanalyze.linting.finding import Severity
from cnnanalyze.linting.rules import RuleEntry, entries
from cnnanalyze.linting.selection import (
    Level,
    check_profile,
    check_target,
    choose,
    is_always_on,
    resolve,
    target_of,
    targets,
)


def entry(
    code: str, name: str, *profiles: str, needs: str = "network", severity: Severity = "warning"
) -> tuple[str, RuleEntry]:
    return code, RuleEntry(code, name, severity, needs, frozenset(profiles))


KNOWN = dict(
    [
        entry("AA001", "first-thing", "default"),
        entry("AA002", "second-thing", "default"),
        entry("AA011", "taught-thing", "teaching"),
        entry("AB001", "strict-thing", "strict"),
        entry("BB001", "edge-thing", "target:edge"),
        entry("BB002", "chosen-thing"),
        entry("ZZ001", "unreadable-thing", "default", needs="fault", severity="error"),
        entry("ZZ002", "crash", "default", needs="engine", severity="error"),
        entry("ZZ003", "idle-comment", "default", needs="engine"),
    ]
)
ALWAYS = {"ZZ001", "ZZ002"}


def chosen(*levels: Level) -> set[str]:
    return set(choose(levels, KNOWN)) - ALWAYS


@pytest.mark.parametrize(
    ("word", "codes"),
    [
        ("AA001", {"AA001"}),
        ("AA", {"AA001", "AA002", "AA011"}),
        ("A", {"AA001", "AA002", "AA011", "AB001"}),
        ("AA00", {"AA001", "AA002"}),
        ("first-thing", {"AA001"}),
        ("crash", {"ZZ002"}),
        ("ALL", set(KNOWN)),
    ],
)
def test_word_stands_for_codes(word: str, codes: set[str]) -> None:
    assert resolve(word, KNOWN) == codes


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("AA003", "there is no rule 'AA003'"),
        ("aa001", "there is no rule 'aa001'; did you mean 'AA001'?"),
        ("frist-thing", "there is no rule 'frist-thing'; did you mean 'first-thing'?"),
        ("", "there is no rule ''"),
        ("xyz", "there is no rule 'xyz'"),
    ],
)
def test_unknown_word_is_refused_with_the_nearest(word: str, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        resolve(word, KNOWN)
    assert caught.value.message == message
    assert caught.value.faults[0].help == "'cnnanalyze rule' lists them"


@pytest.mark.parametrize(
    ("levels", "codes"),
    [
        ((), {"AA001", "AA002", "ZZ003"}),
        ((Level("teaching"),), {"AA001", "AA002", "AA011", "ZZ003"}),
        ((Level("strict"),), {"AA001", "AA002", "AB001", "ZZ003"}),
        ((Level(target="edge"),), {"AA001", "AA002", "BB001", "ZZ003"}),
        ((Level(select=("AB",)),), {"AB001"}),
        ((Level(select=()),), set()),
        ((Level(extend_select=("BB",)),), {"AA001", "AA002", "BB001", "BB002", "ZZ003"}),
        ((Level(ignore=("AA",)),), {"ZZ003"}),
        # The longer word wins within a level, and taking away wins between equals.
        ((Level(ignore=("AA",), extend_select=("AA001",)),), {"AA001", "ZZ003"}),
        ((Level(select=("AA",), ignore=("AA01",)),), {"AA001", "AA002"}),
        ((Level(select=("AA001",), ignore=("AA001",)),), set()),
        ((Level(select=("ALL",), ignore=("A",)),), {"BB001", "BB002", "ZZ003"}),
        ((Level(select=("A",), ignore=("first-thing",)),), {"AA002", "AA011", "AB001"}),
        # The highest level with a selection begins anew; those above it adjust.
        ((Level(select=("AA",), ignore=("AA002",)), Level(select=("AB",))), {"AB001"}),
        ((Level(select=("AA",)), Level(ignore=("AA002",))), {"AA001", "AA011"}),
        ((Level(select=("AA",), ignore=("AA002",)), Level(extend_select=("AA002",))), {"AA001", "AA002", "AA011"}),
        ((Level(select=("BB",)), Level("teaching")), {"AA001", "AA002", "AA011", "ZZ003"}),
        ((Level(target="edge"), Level(select=("AB",))), {"AB001", "BB001"}),
        ((Level(ignore=("AA",)), Level(extend_select=("AA002",))), {"AA002", "ZZ003"}),
    ],
)  # fmt: skip
def test_levels_choose(levels: tuple[Level, ...], codes: set[str]) -> None:
    assert chosen(*levels) == codes


def test_what_keeps_a_run_from_passing_cannot_be_switched_off() -> None:
    assert choose([Level(select=(), ignore=("ALL",))], KNOWN) == ALWAYS
    assert {code for code, e in KNOWN.items() if is_always_on(e)} == ALWAYS


def test_target_of_the_highest_level_holds() -> None:
    assert target_of([Level(target="edge"), Level(), Level(target="phone"), Level()]) == "phone"
    assert target_of([Level()]) is None
    assert targets(KNOWN) == ("edge",)


def test_unknown_profile_and_target_are_refused() -> None:
    assert check_profile("teaching") == "teaching"
    assert check_target("edge", KNOWN) == "edge"
    with pytest.raises(
        UsageError, match=r"there is no profile 'teching'; did you mean 'teaching'\?"
    ):
        check_profile("teching")
    with pytest.raises(
        UsageError, match=r"there is no target 'edgy'; did you mean 'edge'\?"
    ) as caught:
        check_target("edgy", KNOWN)
    assert caught.value.faults[0].help == "the targets are edge"


def test_real_rules_are_there() -> None:
    known = entries()
    assert len(known) >= 60
    assert len({e.name for e in known.values()}) == len(known)
    assert {"CV003", "LN001", "SP010"} <= set(known)
    assert not set(known) & {e.name for e in known.values()}
