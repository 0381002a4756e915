"""Questions about networks: any quantity of a layer, of several layers, of all of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from cnnanalyze.core.expression import Expression, Name, given, made
from cnnanalyze.course.explanations.additive_quantities import additive_quantities
from cnnanalyze.course.explanations.explain import can_explain, explain, explain_sum
from cnnanalyze.course.explanations.explanation import DerivationStep, Explanation
from cnnanalyze.course.explanations.network_questions import QuestionScope, addends
from cnnanalyze.course.misconceptions.catalogue import kind
from cnnanalyze.course.misconceptions.solution import (
    NestedExpressions,
    Solution,
    WrongAnswer,
    substituted,
)
from cnnanalyze.course.sheets.questions.layer import (
    STATISTICS_TOO,
    layer_tree,
    of_layer,
    unknown,
)
from cnnanalyze.course.sheets.questions.layer_pattern import PATTERN, is_convolution, solve_pattern
from cnnanalyze.course.sheets.questions.network_selection import NetworkSelection, misread_variants
from cnnanalyze.course.sheets.questions.number_chains import is_of_numbers, solve_numbers
from cnnanalyze.course.sheets.questions.topic import ExplanationBuilder
from cnnanalyze.graph.network import Network
from cnnanalyze.graph.node import Node
from cnnanalyze.layers.traits import Trait


def solve_network(
    selection: NetworkSelection, quantity: str, builder: ExplanationBuilder
) -> Solution:
    """Work out a quantity of a network, of a layer, or of several layers."""
    if selection.layers:
        return _each(selection, quantity, builder)
    if is_of_numbers(quantity) and not selection.over:
        return solve_numbers(selection, quantity, builder)
    if quantity in PATTERN:
        return solve_pattern(selection.network, quantity, builder)
    if quantity == "count":
        return _count(selection, builder)
    layer = selection.layer
    if layer and layer not in selection.network and not selection.analysis.group(layer):
        selection.network[layer]  # refuses it, with the nearest name
    if not selection.over and layer in selection.network:
        return of_layer(selection, quantity, builder)
    if quantity in additive_quantities():
        return _total(selection, quantity, builder)
    if not selection.over and can_explain(selection.analysis, layer, quantity):
        worked = explain(selection.analysis, layer, quantity, builder.notation)
        return Solution(
            worked.value,
            unit=worked.unit,
            explanations=(worked,),
            trees=lambda: substituted(explain(selection.analysis, layer, quantity).steps),
            contexts=selection.contexts,
        )
    raise unknown(selection, quantity)


# --- several layers, an answer for each -----------------------------------------------------------


def _each(selection: NetworkSelection, quantity: str, builder: ExplanationBuilder) -> Solution:
    found = [solve_network(selection.only(one), quantity, builder) for one in selection.layers]

    def trees() -> NestedExpressions:
        each = tuple(s.trees() for s in found)
        return None if None in each else each

    def again(network: Network) -> Solution:
        return _each(replace(selection, network=network), quantity, builder)

    return Solution(
        tuple(s.value for s in found),
        "list",
        explanations=_longest_tables(
            tuple(e for s in found for e in s.explanations), selection.layers
        ),
        trees=trees,
        contexts=selection.contexts,
        variants=lambda: misread_variants(selection, quantity, again),
        parts=tuple(found),
    )


def _longest_tables(
    explanations: tuple[Explanation, ...], layers: tuple[str, ...]
) -> tuple[Explanation, ...]:
    """Leave out tables that are the beginning of a longer one."""
    last = explanations[-1]
    return (last,) if set(layers) <= {layer_row.label for layer_row in last.table} else explanations


def _count(selection: NetworkSelection, builder: ExplanationBuilder) -> Solution:
    chosen = selection.chosen()
    ids = ", ".join(f.node.id for f in chosen)
    one = builder.explain(
        "How many such layers are there?",
        selection.network.name,
        [DerivationStep(Name("layers"), given(len(chosen)))],
        len(chosen),
        reasons=(f"They are {ids}.",) if selection.over else (),
    )
    weighty = sum(1 for f in selection.analysis if _has_weights(f.node))
    wrong = WrongAnswer(DENSE_TOO, weighty)
    return Solution(len(chosen), explanations=(one,), wrong_answers=lambda: iter([wrong]))


DENSE_TOO = kind("dense layers counted too", "counted all layers with weights")


def _has_weights(node: Node) -> bool:
    return is_convolution(node) or Trait.DENSE in node.layer.traits


# --- several layers, added up ---------------------------------------------------------------------


def _total(selection: NetworkSelection, quantity: str, builder: ExplanationBuilder) -> Solution:
    chosen = selection.chosen() if selection.over else ()
    group = "" if selection.over else selection.layer
    scope = QuestionScope(selection.analysis, group, builder.style, chosen, selection.name)
    worked = explain_sum(scope, quantity, builder.notation)
    value = worked.value

    def again(network: Network) -> Solution:
        return _total(replace(selection, network=network), quantity, builder)

    def wrong_answers() -> Iterator[WrongAnswer]:
        held = sum(f.stored for f in scope.facts)
        if quantity == "parameters" and held != value:
            yield WrongAnswer(STATISTICS_TOO, held)

    return Solution(
        value,
        explanations=(worked,),
        trees=lambda: _sum(scope, selection, quantity),
        contexts=selection.contexts,
        variants=lambda: misread_variants(selection, quantity, again),
        wrong_answers=wrong_answers,
    )


def _sum(scope: QuestionScope, selection: NetworkSelection, quantity: str) -> Expression:
    """Return a sum as an expression, each layer with its rule."""
    row = additive_quantities()[quantity]
    terms = []
    for layer, _ in addends(scope, row):
        tree = layer_tree(selection.only(layer), quantity)
        terms.append(tree._replace(name=Name(row.name, of=layer)))
    return made("+", *terms) if terms else given(0)
