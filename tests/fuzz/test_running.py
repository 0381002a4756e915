"""Running for long: limits hold in every sort, and whoever interrupts is told what was found."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import strategies as st

from tests.fuzz import __main__ as fuzz
from tests.fuzz.trial import Hang, limited


def spin(number: int) -> None:
    while number >= 0:
        pass


def drawn(test: Callable[..., None]) -> fuzz.Attempt:
    return fuzz._drawn(test, number=st.integers(0, 9))


def run(monkeypatch: pytest.MonkeyPatch, attempt: fuzz.Attempt, *arguments: str) -> int:
    monkeypatch.setitem(fuzz.ATTEMPTS, "specs", attempt)
    monkeypatch.setattr("resource.setrlimit", lambda *_: None)  # it would hold for all tests
    return fuzz.main(["--sort", "specs", *arguments])


def test_a_hang_in_a_property_is_ended_and_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fuzz, "limited", lambda: limited(0.1))
    with pytest.raises(Hang, match=r"no end after 0.1 seconds") as raised:
        drawn(spin)(7, fuzz.FOREVER)
    assert raised.value.__notes__[0].startswith("number: ")


def test_a_wait_is_ended_too() -> None:
    with pytest.raises(Hang), limited(0.02):
        time.sleep(60)


def test_the_time_of_a_run_ends_amid_a_property(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[int] = []

    def slow(number: int) -> None:
        tried.append(number)
        time.sleep(0.1)

    assert run(monkeypatch, drawn(slow), "--minutes", "0.002") == 0
    assert len(tried) <= 3


def test_what_failed_before_the_time_was_over_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(number: int) -> None:
        time.sleep(0.1)  # nothing is left for making it smaller
        raise ValueError(f"never {number}")

    assert run(monkeypatch, drawn(fail), "--minutes", "0.002") == 1
    assert "1 places found\n        1 times ValueError: never " in capsys.readouterr().out


def test_an_interrupt_ends_with_the_summary(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def attempt(seed: int, _: float) -> int:
        try:
            if seed == 3:
                os.kill(os.getpid(), signal.SIGINT)
        except KeyboardInterrupt:  # as a command would
            return 130
        return 0

    handler: Any = signal.getsignal(signal.SIGINT)
    assert run(monkeypatch, attempt) == 0
    assert capsys.readouterr().out == (
        "\nspecs                 3 cases: 3 exit 0\n0 places found\n"
    )
    assert signal.getsignal(signal.SIGINT) is handler
