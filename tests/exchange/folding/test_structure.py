"""Lists in lists, with as few names as possible."""

from __future__ import annotations

import pytest

import cnnanalyze as cnn
from cnnanalyze.exchange.folding.step import REGION, Step, nested
from cnnanalyze.exchange.folding.structure import structure_of
from tests.exchange.folding.flat import nameless


def show_tree(steps: object) -> object:
    """Return steps as words in lists, with the names that they give and read."""
    if isinstance(steps, Step):
        word = "+".join(filter(None, [steps.word or "region", steps.name, *steps.sources]))
        return [word, *map(show_tree, steps.branches)] if steps.branches else word
    return steps if isinstance(steps, str) else [show_tree(step) for step in steps]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("layers", "found"),
    [
        ("[relu, tanh]", ["relu", "tanh"]),
        ("[relu, {add: [tanh, []]}]", ["relu", ["add", ["tanh"], []]]),
        ("[{add: [[], []]}]", [["add", [], []]]),
        (
            "[{add: [[relu, {multiply: [tanh, []]}], elu]}]",
            [["add", ["relu", ["multiply", ["tanh"], []]], ["elu"]]],
        ),
        (
            "[{relu: , as: a}, {tanh: , as: b}, {add: [a, b], as: c}, {multiply: [a, b, c]}]",
            [
                "relu",
                [
                    "region",
                    ["tanh", ["multiply", "x", [], [["add", "x", []]]]],
                ],
            ],
        ),
        (
            "[{relu: , as: a}, {tanh: , as: b}, {elu: , from: a, as: c}]",
            ["relu+map1", "tanh+map2", "elu+map3+map1"],
        ),
    ],
)
def test_what_is_wired_by_names_becomes_lists(layers: str, found: object) -> None:
    outputs = "outputs: [b, c], " if "from: a" in layers else ""
    network = nameless(cnn.loads(f"{{cnn: 1, input: 5x7x3, {outputs}layers: {layers}}}"))
    assert show_tree(structure_of(network).steps) == found


def test_attributes_of_a_join_leave_no_place_for_branches() -> None:
    network = cnn.loads(
        "{cnn: 1, input: 5x7x3, layers: [{relu: , as: a}, {tanh: , as: b}, "
        "{matmul: {transpose_second: true}, from: [a, b]}]}"
    )
    steps = structure_of(network).steps
    assert [step.sources for step in nested(steps) if step.word == "matmul"] == [("x", "a")]
    assert any(step.word == REGION for step in steps)


def test_layers_that_share_weights_in_one_part_stay_in_it() -> None:
    network = cnn.loads(
        "{cnn: 1, input: 5x7x3, layers: [relu, {conv: {filters: 3, kernel: 1}, as: a}, "
        "{conv: {filters: 3, kernel: 1}, as: b, share: a, from: relu1}, {add: [a, b]}, tanh]}"
    )
    steps = structure_of(nameless(network)).steps
    assert [step.word for step in steps] == ["relu", REGION, "tanh"]
    marks = [step.marks for step in nested(steps) if step.word == "conv"]
    assert marks == [(), (("share", "a"),)]
