"""Specs that break off: what is told of their beginnings, and what is not."""

from __future__ import annotations

import pytest

from cnnanalyze.errors import Source
from cnnanalyze.language.build import attempt

HEAD = "cnn: 1\ninput: 5x7x3\n"
STEPS = "".join(f"- {{conv: {{filters: {n}, kernel: 1, strid: 2}}}}\n" for n in (2, 3, 5, 7))


def lines(text: str) -> list[int]:
    """Return the lines of the faults that are told besides the break itself."""
    faults = attempt(Source("net.yaml", text)).faults
    broken = [f for f in faults if f.message.startswith("invalid YAML")]
    assert len(broken) == 1
    return [f.mark.line for f in faults if f.mark is not None and f is not broken[0]]


def test_all_steps_are_told_if_nothing_follows() -> None:
    assert lines(f"{HEAD}layers:\n{STEPS}]: [\n\n  \n") == [4, 5, 6, 7]


def test_the_last_two_steps_are_doubted_if_anything_follows() -> None:
    assert lines(f"{HEAD}layers:\n{STEPS}]: [\n  more\n") == [4, 5]


def test_the_open_step_is_left_out() -> None:
    assert lines(f"{HEAD}layers:\n{STEPS}- {{conv: {{filters: 9, strid: 3\n") == [4, 5, 6, 7]


@pytest.mark.parametrize(
    "later",
    ["defaults: {conv: {padding: same}}", "blocks: {}", '"params": {n: 3}', "input : 9x9x3"],
)
def test_nothing_is_told_if_a_section_follows_that_matters(later: str) -> None:
    assert lines(f"{HEAD}layers:\n{STEPS}]: [\n{later}\n") == []


@pytest.mark.parametrize("later", ["expect: []", "  blocks: {}", "# input: 3", "name: net"])
def test_what_else_follows_makes_no_difference(later: str) -> None:
    assert lines(f"{HEAD}layers:\n{STEPS}]: [\n{later}\n") == [4, 5]


@pytest.mark.parametrize("section", ["defaults", "params", "blocks"])
def test_nothing_is_told_if_a_section_that_matters_breaks_off(section: str) -> None:
    assert lines(f"{HEAD}layers:\n{STEPS}{section}:\n  a: [\n") == []


@pytest.mark.parametrize("section", ["expect", "train", "about", "outputs"])
def test_all_layers_are_told_if_another_section_breaks_off(section: str) -> None:
    assert lines(f"{HEAD}layers:\n{STEPS}{section}:\n- {{source: x, totl: [\n") == [4, 5, 6, 7]


def test_nothing_is_told_of_what_is_written_in_braces() -> None:
    text = "{cnn: 1, input: 5x7x3, layers: [{conv: {filters: 2, kernel: 1, strid: 2}}, relu], a: ["
    assert lines(text) == []
    assert lines(text.replace(", layers", ",\nlayers")) == []


def test_nothing_is_told_of_a_spec_that_extends_another() -> None:
    assert lines(f"{HEAD}extends: other.yaml\nlayers:\n{STEPS}]: [\n") == []


def test_what_a_later_line_may_mend_is_not_told() -> None:
    steps = "- {relu: , from: later}\n- {conv: {filters: 2, kernal: 1}}\n"
    assert lines(f"{HEAD}outputs: [later]\nlayers:\n{steps}]: [\n") == [6]
