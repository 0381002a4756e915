"""Changed files and options: every command answers, or says what is wrong."""

from __future__ import annotations

from random import Random

import pytest

from tests.fuzz.sorts import SORTS
from tests.fuzz.suite import SEEDS
from tests.fuzz.trial import Case, Outcome, check, problems, try_out

pytestmark = pytest.mark.sampled(6)


@pytest.mark.parametrize("name", SORTS)
def test_command_answers_or_says_what_is_wrong(name: str) -> None:
    codes = set()
    for seed in SEEDS:
        case = SORTS[name](Random(seed))  # noqa: S311 - nothing is secret
        codes.add(check(case).code)
    # Inputs that are all refused, or none of them, try out nothing.
    assert 2 in codes
    assert codes & {0, 1}


@pytest.mark.parametrize("name", SORTS)
def test_seed_gives_the_same_case_again(name: str) -> None:
    first, second = (SORTS[name](Random(7)) for _ in range(2))  # noqa: S311
    assert first == second


def test_what_nobody_foresaw_is_raised_with_the_case(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RecursionError("too deep")

    monkeypatch.setattr("cnnanalyze.cli.specs.load", fail)
    with pytest.raises(RecursionError, match="too deep") as raised:
        check(Case(("summary", "net.yaml"), {"net.yaml": b"cnn: 1"}))
    assert "net.yaml" in raised.value.__notes__[0]


def test_files_of_a_case_are_found_and_gone_again() -> None:
    files = {"net.yaml": b"{cnn: 1, input: 5x5x1, layers: [relu]}"}
    outcome = try_out(Case(("summary", "net.yaml", "-f", "csv"), files))
    assert outcome.code == 0
    assert "relu1" in outcome.out
    assert try_out(Case(("summary", "net.yaml"))).code == 2


@pytest.mark.parametrize(
    ("outcome", "found"),
    [
        (Outcome(0, "fine\n", "remark: so\n"), []),
        (Outcome(2, "", "error: so\n"), []),
        (Outcome(130, "", ""), ["exit code 130"]),
        (Outcome(2, "", ""), ["exit code 2, and nothing said: ''"]),
        (Outcome(1, "", "\x1b[2J\n"), ["a control character on stderr: '\\x1b[2J'"]),
        (Outcome(1, "", "::error::x\n"), ["a workflow command on stderr: '::error::x'"]),
        (
            Outcome(2, "", "error: cnnanalyze met something unforeseen (KeyError)\n"),
            ["'something unforeseen' on stderr"],
        ),
    ],
)
def test_what_a_command_must_not_do_is_told(outcome: Outcome, found: list[str]) -> None:
    assert list(problems(outcome)) == found
