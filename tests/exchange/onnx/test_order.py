"""The order of nodes: found where a file has none, and refused where there is none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnanalyze.errors import SpecError
from cnnanalyze.exchange.onnx.model import Graph, Operation, Value
from cnnanalyze.exchange.onnx.order import ordered


def operation(text: str) -> Operation:
    """Return an operation from ``outputs = inputs``."""
    outputs, _, inputs = text.partition("=")
    made = tuple(outputs.split())
    return Operation(made[0], "Op", "", tuple(inputs.split()), made)


def order(*texts: str) -> str:
    found = ordered([operation(text) for text in texts], {"x"}, inside=False)
    return " ".join(one.name for one in found)


def refusal(*texts: str) -> str:
    with pytest.raises(SpecError) as caught:
        order(*texts)
    return caught.value.message


def test_order_of_the_file_is_kept_as_far_as_it_is_one() -> None:
    assert order("a = x", "b = x", "c = a b") == "a b c"
    assert order("c = a b", "b = x", "a = x", "d = x") == "b a c d"


@given(st.permutations(range(12)))
def test_every_order_of_the_file_is_put_right(places: list[int]) -> None:
    texts = [f"v{n} = {f'v{n // 2} v{n - 1}' if n else 'x'}" for n in range(12)]
    assert order(*(texts[n] for n in places)) == " ".join(f"v{n}" for n in range(12))


def test_graph_inside_reads_what_stands_before() -> None:
    branch = Graph("g", (), (Value("a", "", None),), (operation("p = b p2"),), {}, {})
    inner = Graph("h", (Value("p2", "", None),), (), branch.operations, {}, {})
    outer = Operation("if", "If", "", (), ("y",), {"body": (inner,), "then_branch": branch})
    made = [outer, operation("b = x"), operation("a = x"), operation("p2 = x")]
    found = ordered(made, {"x"}, inside=False)
    assert [one.name for one in found] == ["b", "a", "p2", "if"]
    with pytest.raises(SpecError, match=r"node 'if' \(If\): it reads 'b', which is no input"):
        ordered([outer], {"a"}, inside=False)
    assert ordered([outer], (), inside=True) == (outer,)


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        (["y = y"], "node 'y' (Op): it reads what it computes itself"),
        (["a = b", "b = a", "y = x a"], "node 'a' (Op): the nodes form a cycle: a → b → a"),
        (
            ["y = c", "a = c", "b = a", "c = x b"],
            "node 'c' (Op): the nodes form a cycle: c → a → b → c",
        ),
        (
            [f"v{n} = v{(n + 1) % 9}" for n in range(9)],
            "node 'v0' (Op): the nodes form a cycle: v0 → v8 → v7 → ... → v2 → v1 → v0",
        ),
        (["a = x", "a = x"], "node 'a' (Op): 'a' is defined twice, and every value has one source"),
        (["x = x"], "node 'x' (Op): 'x' is defined twice, and every value has one source"),
        (
            ["a = z"],
            ("node 'a' (Op): it reads 'z', which is no input, no constant and no output of a node"),
        ),
    ],
)
def test_orders_that_there_are_not(texts: list[str], said: str) -> None:
    assert refusal(*texts) == said
