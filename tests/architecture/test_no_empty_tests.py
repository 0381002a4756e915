"""Every test tests something: it asserts, expects an error, or calls a helper that does."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from tests.architecture.source import TESTS, modules, parsed, place

FILES = modules(TESTS)
HELPERS = ("assert_", "check_")
IDLE = {"array_equal", "allclose", "isclose"}
Function = ast.FunctionDef | ast.AsyncFunctionDef


def called(node: ast.AST) -> str:
    """Return the last name of what is called."""
    if not isinstance(node, ast.Call):
        return ""
    target = node.func
    return target.attr if isinstance(target, ast.Attribute) else getattr(target, "id", "")


def asserts(function: Function, helpers: frozenset[str] = frozenset()) -> bool:
    """Whether a function can fail on purpose, by itself or in one of these helpers."""
    return any(
        isinstance(node, ast.Assert | ast.Raise)
        or called(node) in {"raises", "warns", "fail", *helpers}
        or called(node).startswith(HELPERS)
        for node in ast.walk(function)
    )


FIXTURES = frozenset(
    node.name
    for file in FILES
    if file.name == "conftest.py"
    for node in ast.walk(parsed(file))
    if isinstance(node, Function) and asserts(node)
)
"""Fixtures that assert: calling them tests something."""


def faults(tree: ast.AST) -> Iterator[str]:
    """Yield what is wrong with the tests of a file."""
    functions = [node for node in ast.walk(tree) if isinstance(node, Function)]
    helpers = FIXTURES | {
        f.name for f in functions if not f.name.startswith("test_") and asserts(f)
    }
    for test in functions:
        if test.name.startswith("test_") and not asserts(test, helpers):
            yield f"{test.name} asserts nothing"
    for node in ast.walk(tree):
        if isinstance(node, Function) and node.name.startswith(HELPERS) and not asserts(node):
            yield f"{node.name} does not do what its name says"
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Compare):
            yield f"line {node.lineno} compares and forgets"
        if isinstance(node, ast.Expr) and called(node.value) in IDLE:
            yield f"line {node.lineno} compares and forgets"
        if isinstance(node, ast.Assert) and isinstance(node.test, ast.Tuple):
            yield f"line {node.lineno} asserts a tuple, which is always true"


def test_there_are_tests() -> None:
    names = [
        node.name
        for file in FILES
        for node in ast.walk(parsed(file))
        if isinstance(node, Function) and node.name.startswith("test_")
    ]
    assert len(FILES) >= 40
    assert len(names) >= 300


def test_every_test_tests_something() -> None:
    assert [f"{place(file)}: {fault}" for file in FILES for fault in faults(parsed(file))] == []


@pytest.mark.parametrize(
    "text",
    [
        "def test_nothing(): compute()",
        "def test_forgets():\n    a == b\n    assert c",
        "def test_forgets():\n    np.allclose(a, b)\n    assert c",
        "def check_nothing(x): x + 1",
        "def test_tuple(): assert (a == b, 'text')",
    ],
)
def test_the_search_finds_empty_tests(text: str) -> None:
    assert list(faults(ast.parse(text)))


@pytest.mark.parametrize(
    "text",
    [
        "def test_something(): assert f(2) == 3",
        "def test_refusal():\n    with pytest.raises(ValueError): f()",
        "def test_helped(): check_balance(net)",
        "def check_balance(net): assert balance(net)",
        "def compare(a, b): assert a == b\ndef test_same(): compare(1, 1)",
    ],
)
def test_the_search_leaves_good_tests_alone(text: str) -> None:
    assert list(faults(ast.parse(text))) == []
