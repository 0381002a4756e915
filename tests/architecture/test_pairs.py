"""Pairs: every kind is in both books, under one family, and everything that goes with it exists."""

from __future__ import annotations

from types import ModuleType

import cnnanalyze.layers
from cnnanalyze.core.cost import OPERATIONS
from cnnanalyze.execute.kernels import FIXED_ROLES, INIT, RUN, THIN
from cnnanalyze.execute.operation_counter import OPERATIONS as TALLIED
from cnnanalyze.layers.base import KINDS, Layer
from cnnanalyze.layers.traits import Trait
from tests.strategies import FAMILIES, STRATEGIES

OURS = [kind for kind in KINDS if "." not in kind.kind]


def test_there_are_kinds() -> None:
    assert len(OURS) >= 61


def test_both_books_know_the_same_kinds() -> None:
    ours = {kind.kind for kind in OURS}
    assert {name for name in RUN if "." not in name} == ours
    assert set(INIT) <= set(RUN)
    assert set(THIN) <= set(RUN)


def family(module: str) -> str:
    return module.rsplit(".", 1)[1]


def strategies_of(kind: str) -> list[ModuleType]:
    return [module for module in FAMILIES if kind in module.STRATEGIES]


def test_kinds_have_a_kernel_and_a_strategy_in_the_family_of_their_rules() -> None:
    for kind in OURS:
        home = family(kind.__module__)
        assert family(RUN[kind.kind].__module__) == home, kind.kind
        if Trait.OPAQUE in kind.traits:
            continue  # nobody can run it, so that there is nothing to draw
        assert kind.kind in STRATEGIES, kind.kind
        assert [family(m.__name__) for m in strategies_of(kind.kind)] == [home], kind.kind


def test_table_of_kinds_names_all_of_them_with_their_modules() -> None:
    declared: dict[str, set[str]] = {}
    for kind in OURS:
        declared.setdefault(family(kind.__module__), set()).update((kind.kind, *kind.aliases))
    table = {home: set(words.split()) for home, words in cnnanalyze.layers.FAMILIES.items()}
    assert table == declared, "FAMILIES in cnnanalyze/layers/__init__.py"


def test_kinds_have_examples_with_a_source() -> None:
    lacking = [
        k.kind for k in OURS if not k.examples or not all(e.source.strip() for e in k.examples)
    ]
    assert lacking == []


def test_kinds_that_hold_tensors_make_them() -> None:
    holding = {kind.kind for kind in OURS if kind.params is not Layer.params}
    assert {kind.kind for kind in OURS if kind.kind in INIT} == holding


def test_kernels_are_documented() -> None:
    assert [k.kind for k in OURS if not (RUN[k.kind].__doc__ or "").strip()] == []


def test_both_books_count_the_same_operations() -> None:
    assert TALLIED == OPERATIONS


def test_fixed_tensors_are_those_that_no_rule_trains() -> None:
    from cnnanalyze.core.shape import Shape

    held = {
        (param.role, param.trainable)
        for kind in OURS
        for example in kind.examples
        for param in kind(**example.attributes).params(
            *(
                Shape(tuple(map(int, text.split("x")[:-1])), int(text.split("x")[-1]))
                for text in example.inputs
            )
        )
    }
    assert {role for role, trainable in held if not trainable} == FIXED_ROLES
    assert {role for role, trainable in held if trainable} & FIXED_ROLES == set()
