"""Idle steps: what no value can mend is found in them, and nothing that some value could."""

from __future__ import annotations

from pathlib import Path

import pytest

import cnnanalyze as cnn
from cnnanalyze.core.diagnostics import Faults
from cnnanalyze.core.tree import Tree
from cnnanalyze.errors import Source
from cnnanalyze.language.build import attempt
from cnnanalyze.language.dead_code import find_idle_faults
from cnnanalyze.language.document import read_document
from cnnanalyze.language.scope import Scope
from cnnanalyze.language.step import Step, read_step
from cnnanalyze.language.yaml import open_source
from tests.conftest import SPECS


def read(tree: Tree, scope: Scope) -> Step | None:
    del scope
    return read_step(tree)


@pytest.mark.parametrize("path", sorted(SPECS.glob("*.yaml")), ids=lambda path: path.stem)
def test_good_specs_are_good_if_every_step_of_them_is_idle(path: Path) -> None:
    faults = Faults()
    document = read_document(open_source(path), faults, path.parent)
    assert document is not None
    assert not find_idle_faults(document, (), read).sorted()


def show_tree(text: str) -> list[str]:
    found = attempt(Source("net.yaml", f"cnn: 1\ninput: 5x7x3\n{text}")).faults
    return [fault.message for fault in found]


@pytest.mark.parametrize(
    "step",
    [
        "{conv: {filters: $count * 2, kernel: 3}}",
        "{$kind: {size: 3}}",
        "{conv: {filters: $conv7.channels, kernel: '$later.size[0]'}}",
        "{dense: 3, share: nobody}",
        "{conv: {filters: 3, kernel: 99}}",
        "{add: [[{conv: {filters: 2, kernel: 1}}], [{conv: {filters: 3, kernel: 1}}]]}",
        "{pair: 3}",
    ],
)
def test_what_depends_on_a_value_is_not_judged(step: str) -> None:
    blocks = "blocks: {pair: {params: {n: }, inputs: [a, b], layers: [{add: , from: [a, b]}]}}\n"
    params = "params: {use: false, kind: relu, count: 3}\n"
    layers = f"layers:\n- {{relu: , as: later}}\n- {{repeat: 0, {step[1:]}\n"
    assert show_tree(params + blocks + layers) == []


def test_defaults_that_no_layer_takes_are_judged() -> None:
    defaults = "defaults: {elu: {alpha: much}, conv: {kernel: 0, filters: $count, groups: 3}}\n"
    inside = "blocks: {unit: {layers: [relu], defaults: {maxpool: {ceil_mode: 1}}}}\n"
    assert show_tree(f"params: {{count: 3}}\n{defaults}{inside}layers: [relu]\n") == [
        "alpha must be a number, not 'much'",
        "kernel must be a whole number of at least 1, not 0",
        "ceil_mode must be true or false, not 1",
    ]


def test_a_default_that_a_layer_takes_is_told_once() -> None:
    text = "defaults: {elu: {alpha: much}}\nlayers: [elu]\n"
    (fault,) = attempt(Source("net.yaml", f"cnn: 1\ninput: 5x7x3\n{text}")).faults
    assert (fault.message, fault.count) == ("alpha must be a number, not 'much'", 1)


def test_a_fault_of_a_step_that_is_laid_out_is_not_told_again() -> None:
    text = (
        "params: {use: true}\nlayers:\n"
        "- {conv: {filters: 3, kernel: 1, strid: 2}, when: $use}\n"
        "- {relu: , when: $use +}\n"
    )
    (first, second) = attempt(Source("net.yaml", f"cnn: 1\ninput: 5x7x3\n{text}")).faults
    assert (first.count, second.count) == (1, 1)


def test_an_alias_is_idle_only_if_all_its_places_are() -> None:
    text = (
        "params: {use: false}\nlayers:\n"
        "- &step {conv: {filters: 3, kernel: 1}}\n"
        "- when: $use\n  add: [[*step], []]\n"
    )
    assert show_tree(text) == []
    assert show_tree(text.replace("kernel: 1", "kernel: 0")) == [
        "kernel must be a whole number of at least 1, not 0"
    ]


def test_the_other_parameters_find_what_the_defaults_leave_idle() -> None:
    """The other method: with the parameter set, the very same fault is met while laying out."""
    text = (
        "cnn: 1\ninput: 5x7x3\nparams: {use: false}\nlayers:\n- relu\n"
        "- {conv: {filters: 3, kernel: 1, strid: 2}, when: $use}\n"
    )
    idle = attempt(Source("net.yaml", text)).faults
    used = attempt(Source("net.yaml", text), {"use": True}).faults
    assert idle == used
    with pytest.raises(cnn.CnnError, match="no attribute 'strid'"):
        cnn.loads(text)
