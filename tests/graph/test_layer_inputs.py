from __future__ import annotations

import pytest

import cnnanalyze as cnn
from cnnanalyze.errors import CnnError
from cnnanalyze.graph.layer_inputs import count_fault
from cnnanalyze.layers.base import KINDS


@pytest.mark.parametrize(
    ("word", "count", "message"),
    [
        ("relu", 0, "'relu' takes 1 input, but 0 are given"),
        ("add", 1, "'add' takes at least 2 inputs, but 1 is given"),
        ("attention", 0, "'attention' takes at least 1 input, but 0 are given"),
        ("attention", 4, "'attention' takes at most 3 inputs, but 4 are given"),
        ("unpool", 3, "'unpool' takes 2 inputs, but 3 are given"),
    ],
)
def test_how_many_inputs_a_kind_takes(word: str, count: int, message: str) -> None:
    cls = KINDS.get(word)
    assert cls is not None
    fault = count_fault(cls, word, count, "name another")
    assert fault is not None
    assert (fault.message, fault.code) == (message, "GR011")
    is_short = count < cls.arity[0]
    assert fault.help == ("name another" if is_short else "join them first with 'add' or 'concat'")


def test_a_spec_and_the_builder_say_the_same_of_too_many_inputs() -> None:
    b = cnn.NetworkBuilder()
    x = b.input(5, 7, 3)
    with pytest.raises(CnnError) as in_python:
        b.relu(x, x)
    with pytest.raises(CnnError) as in_text:
        cnn.loads("{cnn: 1, input: 5x7x3, layers: [{bn: , as: a}, {relu: , from: [a, input]}]}")
    (one,), (other,) = in_python.value.faults, in_text.value.faults
    assert one.message == f"relu1: {other.message}"
    assert (one.help, one.code) == (other.help, other.code)
