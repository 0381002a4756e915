"""What the command of the README leaves out, and that something of every kind stays in it."""

from __future__ import annotations

from typing import Any, cast

import pytest

from tests.conftest import pytest_collection_modifyitems


class Case:
    """A case of a test as pytest collects it, with the markers it gets."""

    def __init__(self, name: str, every: int | None) -> None:
        self.nodeid, self.every = name, every
        self.markers: list[str] = []

    def get_closest_marker(self, name: str) -> pytest.Mark | None:
        marked = name == "sampled" and self.every is not None
        return pytest.Mark(name, (self.every,), {}, _ispytest=True) if marked else None

    def add_marker(self, name: str) -> None:
        self.markers.append(name)


def thorough(cases: list[Case]) -> list[str]:
    pytest_collection_modifyitems(cast("Any", cases))
    return [case.nodeid for case in cases if case.markers == ["thorough"]]


def test_of_each_sampled_test_the_first_case_and_one_in_n_stay_quick() -> None:
    cases = [Case(f"a.py::{test}[{n}]", 3) for n in range(7) for test in ("one", "other")]
    left = {case.nodeid for case in cases} - set(thorough(cases))
    assert left == {f"a.py::{test}[{n}]" for n in (0, 3, 6) for test in ("one", "other")}


def test_what_is_not_sampled_stays_as_it_is() -> None:
    assert thorough([Case("a.py::one[0]", None), Case("a.py::one[1]", None)]) == []
    assert thorough([Case("a.py::one", 5)]) == []
