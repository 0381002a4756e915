"""What an explanation arrives at is what the analysis says, for every kind and every network."""

from __future__ import annotations

import os
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import cnnanalyze as cnn
from cnnanalyze.analysis.receptive_field import middle
from cnnanalyze.analysis.result import Analysis, NodeFacts
from cnnanalyze.analysis.training import plan_of
from cnnanalyze.core.expression import evaluate
from cnnanalyze.course.explanations.explain import explain, quantities
from cnnanalyze.course.explanations.explanation import Explanation
from cnnanalyze.course.explanations.notation import NOTATIONS
from cnnanalyze.language.spec import spec_of
from cnnanalyze.layers.base import KINDS
from cnnanalyze.report.derivation.equation import chain
from cnnanalyze.report.derivation.json import to_dict
from cnnanalyze.report.derivation.latex import LatexWriter
from cnnanalyze.testing import SUBJECT, network_of
from tests.course.explanations.formulas import of_latex, of_tree
from tests.strategies import STRATEGIES
from tests.strategies.case import Case

pytestmark = pytest.mark.sampled(10)

ZOO = sorted(cnn.zoo())
EVERY = 1 if os.environ.get("HYPOTHESIS_PROFILE") == "thorough" else 7
FIELDS = ("receptive_field", "jump", "centre")
AXES = ("output", "padding", "fit", *FIELDS)


def wanted(facts: NodeFacts) -> dict[str, Any]:
    """Return what the analysis says, by quantity."""
    found: dict[str, Any] = {
        "output": facts.output,
        "padding": tuple(n for f in facts.fit for n in (f.before, f.after)),
        "fit": tuple(f.unread for f in facts.fit),
        "activations": facts.activations,
        "parameters": facts.parameters,
        "weights": facts.weights,
        "biases": facts.biases,
        "statistics": facts.statistics,
        "macs": facts.operations("mac"),
        "flops": facts.operations("flop"),
        "weight_memory": 4 * facts.stored,
    }
    if facts.fields:  # a network of vectors has no axis along which anything is seen
        path_fields = [f.local for f in facts.fields]
        found["receptive_field"] = tuple(s.size for s in path_fields)
        found["jump"] = tuple(s.rate for s in path_fields)
        found["centre"] = tuple(middle(s) for s in path_fields)
    return found


def check(explanation: Explanation) -> None:
    """Hold the value, the trees and the printed formulas of an explanation against each other."""
    writer = LatexWriter(explanation.style)
    known = {row["symbol"]: Fraction(row["value"]) for row in to_dict(explanation)["where"]}
    for step, data in zip(explanation.steps, to_dict(explanation)["steps"], strict=True):
        assert evaluate(step.tree) == step.value
        _, sides = chain(writer, step)
        # The first side holds the symbols, unless there is nothing to put in.
        numeric = sides[-1:] if len(sides) == 1 or step.tree.is_given else sides[1:]
        for side in (s.text for s in numeric if not s.about and "." not in s.text):
            assert of_latex(side) == step.value, side
        names = {n["symbol"] for n in _leaves(data["tree"])}
        if names <= known.keys():
            assert of_tree(data["tree"], known) == step.value
        known[data["symbol"]] = Fraction(step.value)
    quantity = bare(explanation.quantity)
    if quantity not in AXES:
        assert explanation.steps[-1].value == explanation.value
    elif quantity in FIELDS:
        assert isinstance(explanation.value, tuple)
        assert {s.value for s in explanation.steps} == set(explanation.value)
    elif quantity == "output":
        extents = getattr(explanation.value, "extents")  # noqa: B009 - a shape
        assert {s.value for s in explanation.steps if s.symbol.key.startswith("out")} <= {*extents}
        assert explanation.steps[-1].value == extents[-1]


def bare(quantity: str) -> str:
    """Return a quantity without the input that it is asked of."""
    return quantity.partition(" of ")[0]


def _leaves(tree: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if "symbol" in tree:
        yield tree
    for arg in tree.get("arguments", ()):
        yield from _leaves(arg)


def explain_all(analysis: Analysis, layer: str, notation: str, *, fields: bool = True) -> int:
    """Explain everything of a layer; return how much that was."""
    facts = analysis[layer]
    expected = wanted(facts)
    symbolic = [q for q in quantities(analysis, layer) if fields or bare(q) not in FIELDS]
    for quantity in symbolic:
        explanation = explain(analysis, layer, quantity, notation)
        if quantity in expected:
            assert explanation.value == expected[quantity], quantity
        check(explanation)
    return len(symbolic)


@pytest.mark.parametrize("notation", NOTATIONS)
@pytest.mark.parametrize("kind", KINDS.names())
def test_examples_of_every_kind(kind: str, notation: str) -> None:
    cls = KINDS.get(kind)
    assert cls is not None
    for example in cls.examples:
        network = network_of(kind, example.inputs, example.attributes)
        analysis = cnn.analyze(network).analysis
        assert explain_all(analysis, SUBJECT, notation) >= 8  # a vector has no field
        shown = explain(analysis, SUBJECT, "output", notation)
        assert str(shown.value) == example.output
        if example.parameters is not None:
            held = analysis[SUBJECT].stored
            assert held == example.parameters
        if example.macs is not None:
            assert explain(analysis, SUBJECT, "macs", notation).value == example.macs


@pytest.mark.parametrize("kind", sorted(STRATEGIES))
@settings(max_examples=15)
@given(data=st.data())
def test_any_layer_of_every_kind(kind: str, data: st.DataObject) -> None:
    case: Case = data.draw(STRATEGIES[kind])
    notation = data.draw(st.sampled_from(sorted(NOTATIONS)))
    explain_all(cnn.analyze(case.network).analysis, SUBJECT, notation)


def explain_network(name: str, every: int) -> int:
    """Explain every so manieth layer of a network that is unlike those before."""
    analysis = cnn.analyze(f"zoo:{name}").analysis
    notations = sorted(NOTATIONS)
    unlike: dict[tuple[Any, ...], NodeFacts] = {}
    for facts in analysis:
        node = facts.node
        key = (node.kind, str(node.layer), node.input_shapes, node.share is None)
        unlike.setdefault(key, facts)
    chosen = list(unlike.values())[::every]
    for number, facts in enumerate(chosen):
        notation = notations[number % len(notations)]
        explain_all(analysis, facts.node.id, notation, fields=False)
    step = 8 * every if every == 1 else max(1, len(analysis) // 3)
    for number, facts in enumerate(list(analysis)[::-step]):
        if not facts.fields:
            continue
        for quantity in FIELDS:
            explanation = explain(analysis, facts.node.id, quantity, notations[number % 6])
            assert explanation.value == wanted(facts)[quantity]
            check(explanation)
    return len(chosen)


@pytest.mark.sampled(25)
@pytest.mark.parametrize("name", ZOO)
def test_layers_of_every_network(name: str) -> None:
    assert explain_network(name, EVERY) >= 1


@pytest.mark.parametrize("name", ZOO)
def test_totals_of_every_network(name: str) -> None:
    analysis = cnn.analyze(f"zoo:{name}").analysis
    total, memory = analysis.total, analysis.memory
    expected = {
        "parameters": total.parameters,
        "trainable": total.trainable,
        "weights": total.weights,
        "biases": total.biases,
        "statistics": total.stored - total.parameters,
        "activations": total.activations,
        "macs": total.operations("mac"),
        "flops": total.operations("flop"),
        "weight_memory": 4 * total.stored,
        "memory": 4 * memory.peak,
    }
    if (written := spec_of(analysis.network).training) is not None:
        training = plan_of(analysis, written)
        expected |= {
            "iterations": training.iterations_per_epoch,
            "updates": training.updates,
            "training_macs": training.forward_macs,
            "training_numbers": training.numbers_kept,
        }
    symbolic = quantities(analysis)
    assert set(symbolic) <= set(expected)
    for quantity in symbolic:
        explanation = explain(analysis, "", quantity)
        assert explanation.value == expected[quantity], quantity
        check(explanation)


def test_a_block_has_the_sum_of_its_layers() -> None:
    analysis = cnn.analyze("zoo:resnet50").analysis
    parts = analysis.group("stage2")
    found = explain(analysis, "stage2", "parameters")
    assert found.value == sum(f.parameters for f in parts) == 1_219_584
    assert found.question == "How many parameters does stage2 learn?"
    check(found)


def test_the_kernel_of_the_axis_that_lies_there_is_explained_behind_a_permutation() -> None:
    text = (
        "{cnn: 1, input: 17x13x2, layers: [{permute: [2, 1]}, "
        "{conv: {filters: 1, kernel: [3, 5], stride: [2, 1]}}]}"
    )
    found = explain(cnn.analyze(cnn.loads(text)).analysis, "conv1", "receptive_field")
    check(found)
    assert found.value == (5, 3)
    assert [tuple(map(evaluate, layer_row.cells[:2])) for layer_row in found.table] == [
        (5, 1),
        (3, 2),
    ]
