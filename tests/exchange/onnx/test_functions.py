"""Functions of a file: expanded where they are called, within bounds."""

from __future__ import annotations

from typing import Any

import pytest

from cnnanalyze.errors import SpecError
from cnnanalyze.exchange.onnx.model import Model
from cnnanalyze.exchange.onnx.read import parse
from tests.exchange.onnx.files import attribute, field, function, graph, model, node, value


def parsed(*of: bytes) -> Model:
    return parse(memoryview(model(*of)))


def refusal(*of: bytes) -> str:
    with pytest.raises(SpecError) as caught:
        parsed(*of)
    return caught.value.message


def call(inputs: str, outputs: str, name: str = "", **given: Any) -> bytes:
    return node("F", inputs, outputs, name=name, domain="d", **given)


def test_body_stands_where_it_is_called_with_names_of_its_own() -> None:
    body = function("F", "p", "q", node("Relu", "p", "r", name="n"), node("Tanh", "r", "q"))
    found = parsed(graph(call("x", "a", "first"), call("a", "y", "second")), body).graph
    assert [(str(one), one.inputs, one.outputs) for one in found.operations] == [
        ("node 'first/n' (Relu)", ("x",), ("first/r",)),
        ("node 'first/q' (Tanh)", ("first/r",), ("a",)),
        ("node 'second/n' (Relu)", ("a",), ("second/r",)),
        ("node 'second/q' (Tanh)", ("second/r",), ("y",)),
    ]


def test_attributes_are_given_at_the_call_or_by_default_or_not_at_all() -> None:
    inner = node("Op", "p", "q", a={"of": "k"}, b={"of": "l"}, c={"of": "m"}, d=7)
    body = function("F", "p", "q", inner, attributes="k m", defaults=[attribute("l", 5)])
    (found,) = parsed(graph(call("x", "y", k=[3, 3])), body).graph.operations
    assert found.attributes == {"a": (3, 3), "b": 5, "d": 7}
    (found,) = parsed(graph(call("x", "y", l=11)), body).graph.operations
    assert found.attributes == {"b": 11, "d": 7}


def test_attributes_reach_through_functions_and_graphs() -> None:
    then = graph(node("Op", "p", "z", a={"of": "k"}), inputs=(), outputs=[value("z")])
    body = function("F", "p", "q", node("If", "p", "q", then_branch=then), attributes="k")
    outer = function("G", "p", "q", call("p", "q", k={"of": "j"}), attributes="j")
    start = graph(node("G", "x", "y", name="g", domain="d", j=13))
    (found,) = parsed(start, body, outer).graph.operations
    branch: Any = found.attributes["then_branch"]
    assert (str(found), found.inputs) == ("node 'g/q/q' (If)", ("x",))
    assert [(one.inputs, one.attributes) for one in branch.operations] == [(("x",), {"a": 13})]


def test_inputs_and_outputs_may_be_left_out() -> None:
    body = function("F", "p s", "q t", node("Op", "p s", "q t"))
    (found,) = parsed(graph(call("x", "y", "f")), body).graph.operations
    assert (found.inputs, found.outputs) == (("x", ""), ("y", "f/t"))
    (found,) = parsed(graph(call("- x", "- y", "f")), body).graph.operations
    assert (found.inputs, found.outputs) == (("", "x"), ("f/q", "y"))


def test_output_that_is_an_input_is_passed_on() -> None:
    body = function("F", "p", "q p", node("Relu", "p", "q"))
    found = parsed(graph(call("x", "a y")), body).graph
    assert [(one.operator, one.inputs, one.outputs) for one in found.operations] == [
        ("Relu", ("x",), ("a",)),
        ("Identity", ("x",), ("y",)),
    ]


def test_what_a_function_declares_of_values_has_their_names() -> None:
    body = function("F", "p", "q", node("Relu", "p", "r"), node("Relu", "r", "q"))
    body += field(12, value("r", (1, 5)))
    found = parsed(graph(call("x", "y", "f")), body).graph
    assert found.values["f/r"].shape == (1, 5)


def test_overloads_are_told_apart() -> None:
    one = function("F", "p", "q", node("Relu", "p", "q"))
    other = function("F", "p", "q", node("Tanh", "p", "q")) + field(13, "v2")
    text = graph(call("x", "a"), call("a", "y") + field(8, "v2"))
    operators = [found.operator for found in parsed(text, one, other).graph.operations]
    assert operators == ["Relu", "Tanh"]


def test_work_is_counted_before_it_is_done() -> None:
    doubled = [function("F0", "a", "b", node("Relu", "a", "b"))]
    for n in range(1, 31):
        before = f"F{n - 1}"
        calls = [node(before, "a", "m", domain="d"), node(before, "m", "b", domain="d")]
        doubled.append(function(f"F{n}", "a", "b", *calls))
    assert refusal(graph(node("F30", "x", "y", domain="d")), *doubled) == (
        "the graph has 1,073,741,824 nodes when its functions are expanded; the limit is 100,000"
    )
    found = parsed(graph(node("F10", "x", "y", domain="d")), *doubled)
    assert len(found.graph.operations) == 1024


def test_function_that_calls_itself_is_refused() -> None:
    one = function("F", "p", "q", node("G", "p", "q", domain="d"))
    inside = graph(call("p", "z"), inputs=(), outputs=[value("z")])
    other = function("G", "p", "q", node("If", "p", "q", then_branch=inside))
    assert refusal(graph(call("x", "y")), one, other) == (
        "the function d::F calls itself: d::F → d::G → d::F"
    )


def test_functions_in_functions_are_bounded() -> None:
    chain = [function("F0", "a", "b", node("Relu", "a", "b"))]
    chain += [
        function(f"F{n}", "a", "b", node(f"F{n - 1}", "a", "b", domain="d"))
        for n in range(1, 1_000)
    ]
    assert len(parsed(graph(node("F31", "x", "y", domain="d")), *chain).graph.operations) == 1
    for n in (32, 999):
        assert refusal(graph(node(f"F{n}", "x", "y", domain="d")), *chain) == (
            "graphs and functions are nested more than 32 deep"
        )


def test_call_that_does_not_fit_is_refused() -> None:
    body = function("F", "p", "q", node("Relu", "p", "q"))
    assert refusal(graph(call("x x", "y", "f")), body) == (
        "node 'f' (d::F): it has 2 inputs and 1 outputs, and the function takes 1 and gives 1"
    )


def test_function_that_is_defined_twice_is_refused() -> None:
    body = function("F", "p", "q", node("Relu", "p", "q"))
    assert refusal(graph(call("x", "y")), body, body) == "the function d::F is defined twice"
