"""Steps as words and maps, with one operation and the reserved words beside it."""

from __future__ import annotations

import pytest

from cnnanalyze.core.tree import Mapping, Scalar, Sequence
from cnnanalyze.errors import Source, SpecError
from cnnanalyze.graph.naming import is_name
from cnnanalyze.language.step import RESERVED, Step, read_step
from cnnanalyze.language.yaml import read


def step(text: str) -> Step:
    return read_step(read(Source("step.yaml", text)))


def test_a_word_is_a_step() -> None:
    read = step("relu")
    assert (read.word, read.arguments, read.name, read.sources) == ("relu", None, None, None)
    assert str(read.mark) == "step.yaml:1:1"


def test_an_operation_without_arguments_is_its_word() -> None:
    assert step("{relu: }").arguments is None
    assert step("relu:").word == "relu"


def test_arguments_keep_their_form() -> None:
    assert isinstance(step("{dense: 10}").arguments, Scalar)
    assert isinstance(step("{conv: {filters: 5}}").arguments, Mapping)
    assert isinstance(step("{add: [a, b]}").arguments, Sequence)


def test_every_reserved_word_finds_its_field() -> None:
    read = step(
        "{as: a, conv: 7, from: [b, ^2], when: $in == 3, else: tanh, repeat: 2, share: c, "
        "frozen: true, weights: sobel-x}"
    )
    assert read.word == "conv"
    assert read.name is not None
    assert read.name.text == "a"
    assert read.sources is not None
    assert [s.text for s in read.sources] == ["b", "^2"]
    assert all((read.when, read.otherwise, read.repeat, read.share, read.frozen, read.weights))


def test_a_table_has_columns_and_steps() -> None:
    read = step("{for: {a: [1, 2]}, do: [relu], as: stage, frozen: true, when: true, else: tanh}")
    assert read.table is not None
    assert read.table.keys() == ("a",)
    assert read.steps is not None
    assert len(read.steps.items) == 1
    assert (read.name is None, read.frozen is None) == (False, False)


@pytest.mark.parametrize(
    ("text", "expressive"),
    [
        ("relu", False),
        ("$act", True),
        ("{relu: , repeat: 3}", False),
        ("{relu: , repeat: $n}", True),
        ("{relu: , as: a$index}", True),
        ("{conv: 3, weights: [[$a]]}", True),
        ("{conv: {filters: $n}}", False),  # arguments are bound where they are read
        ("{relu: , when: true, else: {conv: $n}}", False),
    ],
)
def test_what_needs_the_input_before_the_arguments(text: str, expressive: bool) -> None:
    assert step(text).has_expression is expressive


@pytest.mark.parametrize("name", ["a", "conv1_2", "1x1", "b.c-d", "früh", "λ", "a" * 100])
def test_names(name: str) -> None:
    assert is_name(name)


@pytest.mark.parametrize(
    "name", ["", "12", "1.5", "a/b", "^1", "a b", "a,b", "-a", "$a", "a" * 101]
)
def test_no_names(name: str) -> None:
    assert not is_name(name)


@pytest.mark.parametrize("word", RESERVED)
def test_reserved_words_alone_are_no_step(word: str) -> None:
    with pytest.raises(SpecError):
        step(f"{{{word}: a}}")


@pytest.mark.parametrize(
    "text",
    ["{ass: stem, conv: {filters: 5, kernel: 3}}", "{conv: {filters: 5, kernel: 3}, ass: stem}"],
)
def test_misspelt_word_is_named_wherever_it_stands(text: str) -> None:
    with pytest.raises(SpecError) as caught:
        read_step(read(Source("step", text)))
    (fault,) = caught.value.faults
    assert fault.message.endswith("; did you mean 'as'?")
    assert fault.mark is not None
    assert fault.mark.column == text.index("ass") + 1


def test_second_layer_kind_is_no_misspelt_word() -> None:
    text = "{conv: {filters: 5, kernel: 3}, dense: 7}"
    with pytest.raises(SpecError) as caught:
        read_step(read(Source("step", text)))
    (fault,) = caught.value.faults
    assert fault.message == "a step must have exactly one operation, not 2: 'conv', 'dense'"


def test_an_activation_beside_a_layer_is_told_to_be_a_step_of_its_own() -> None:
    with pytest.raises(SpecError) as caught:
        step("{dense: 10, activation: softmax}")
    (fault,) = caught.value.faults
    assert fault.help == (
        "an activation is a step of its own: write '- relu' (or another) after this one"
    )
    with pytest.raises(SpecError) as caught:
        step("{conv: 10, kernel: 3}")
    assert caught.value.faults[0].help.startswith("put attributes inside the operation")
