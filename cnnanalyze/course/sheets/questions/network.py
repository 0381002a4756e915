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
from cnnanalyze.course.sheets.questions.topic import ExplanationBuilder
from cnnanalyze.graph.network import Network
from cnnanalyze.graph.node import Node
from cnnanalyze.layers.traits import Trait


def solve_network(about: NetworkSelection, quantity: str, asking: ExplanationBuilder) -> Solution:
    """Work out a quantity of a network, of a layer, or of several layers."""
    if about.layers:
        return _each(about, quantity, asking)
    if quantity in PATTERN:
        return solve_pattern(about.network, quantity, asking)
    if quantity == "count":
        return _count(about, asking)
    layer = about.layer
    if layer and layer not in about.network and not about.analysis.group(layer):
        about.network[layer]  # refuses it, with the nearest name
    if not about.over and layer in about.network:
        return of_layer(about, quantity, asking)
    if quantity in additive_quantities():
        return _total(about, quantity, asking)
    if not layer and not about.over and can_explain(about.analysis, "", quantity):
        worked = explain(about.analysis, "", quantity, asking.notation)
        return Solution(
            worked.value,
            unit=worked.unit,
            explanations=(worked,),
            trees=lambda: substituted(explain(about.analysis, "", quantity).steps),
            scene=about.scene,
        )
    raise unknown(about, quantity)


# --- several layers, an answer for each -----------------------------------------------------------


def _each(about: NetworkSelection, quantity: str, asking: ExplanationBuilder) -> Solution:
    found = [solve_network(about.only(one), quantity, asking) for one in about.layers]

    def trees() -> NestedExpressions:
        each = tuple(s.trees() for s in found)
        return None if None in each else each

    def again(network: Network) -> Solution:
        return _each(replace(about, network=network), quantity, asking)

    return Solution(
        tuple(s.value for s in found),
        "list",
        explanations=_longest_tables(tuple(e for s in found for e in s.explanations), about.layers),
        trees=trees,
        scene=about.scene,
        variants=lambda: misread_variants(about, quantity, again),
        parts=tuple(found),
    )


def _longest_tables(
    explanations: tuple[Explanation, ...], layers: tuple[str, ...]
) -> tuple[Explanation, ...]:
    """Leave out tables that are the beginning of a longer one."""
    last = explanations[-1]
    return (last,) if set(layers) <= {layer_row.label for layer_row in last.table} else explanations


def _count(about: NetworkSelection, asking: ExplanationBuilder) -> Solution:
    chosen = about.chosen()
    ids = ", ".join(f.node.id for f in chosen)
    one = asking.explain(
        "How many such layers are there?",
        about.network.name,
        [DerivationStep(Name("layers"), given(len(chosen)))],
        len(chosen),
        reasons=(f"They are {ids}.",) if about.over else (),
    )
    weighty = sum(1 for f in about.analysis if _has_weights(f.node))
    wrong = WrongAnswer(DENSE_TOO, weighty)
    return Solution(len(chosen), explanations=(one,), wrong_answers=lambda: iter([wrong]))


DENSE_TOO = kind("dense layers counted too", "counted all layers with weights")


def _has_weights(node: Node) -> bool:
    return is_convolution(node) or Trait.DENSE in node.layer.traits


# --- several layers, added up ---------------------------------------------------------------------


def _total(about: NetworkSelection, quantity: str, asking: ExplanationBuilder) -> Solution:
    chosen = about.chosen() if about.over else ()
    group = "" if about.over else about.layer
    scope = QuestionScope(about.analysis, group, asking.style, chosen, about.name)
    worked = explain_sum(scope, quantity, asking.notation)
    value = worked.value

    def again(network: Network) -> Solution:
        return _total(replace(about, network=network), quantity, asking)

    def wrong_answers() -> Iterator[WrongAnswer]:
        held = sum(f.stored for f in scope.facts)
        if quantity == "parameters" and held != value:
            yield WrongAnswer(STATISTICS_TOO, held)

    return Solution(
        value,
        explanations=(worked,),
        trees=lambda: _sum(scope, about, quantity),
        scene=about.scene,
        variants=lambda: misread_variants(about, quantity, again),
        wrong_answers=wrong_answers,
    )


def _sum(scope: QuestionScope, about: NetworkSelection, quantity: str) -> Expression:
    """Return how a sum comes about, every layer with the rule by which it adds to it."""
    row = additive_quantities()[quantity]
    terms = []
    for layer, _ in addends(scope, row):
        tree = layer_tree(about.only(layer), quantity)
        terms.append(tree._replace(name=Name(row.name, of=layer)))
    return made("+", *terms) if terms else given(0)
