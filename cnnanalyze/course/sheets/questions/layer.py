"""Questions about one layer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from cnnanalyze.analysis.result import Analysis, NodeFacts
from cnnanalyze.core.expression import Name, given
from cnnanalyze.core.registry import nearest
from cnnanalyze.core.shape import Shape
from cnnanalyze.course.explanations.additive_quantities import additive_quantities
from cnnanalyze.course.explanations.explain import (
    can_explain,
    explain,
    input_in,
    quantities,
    topic_in,
    words_for,
)
from cnnanalyze.course.explanations.explanation import DerivationStep
from cnnanalyze.course.explanations.layer_questions import questions
from cnnanalyze.course.explanations.symbolic_layer import SymbolicLayer
from cnnanalyze.course.misconceptions.catalogue import kind
from cnnanalyze.course.misconceptions.solution import (
    Nested,
    NestedExpressions,
    Solution,
    WrongAnswer,
    substituted,
)
from cnnanalyze.course.sheets.questions import token_layers
from cnnanalyze.course.sheets.questions.layer_pattern import PATTERN
from cnnanalyze.course.sheets.questions.network_selection import NetworkSelection, misread_variants
from cnnanalyze.course.sheets.questions.sizes import axes_of
from cnnanalyze.course.sheets.questions.topic import DOES_NOT_FIT, ExplanationBuilder
from cnnanalyze.errors import UsageError
from cnnanalyze.graph.network import Network
from cnnanalyze.layers.traits import Trait

SIDES = ("receptive_field", "jump", "centre", "padding", "fit")
"""Quantities with a number for each axis, which is one number where all are equal."""


def of_layer(selection: NetworkSelection, quantity: str, builder: ExplanationBuilder) -> Solution:
    """Work out a quantity of one layer."""
    facts = selection.analysis[selection.layer]
    if token_layers.can_find(facts.node.layer, quantity):
        return token_layers.of_attention(facts, quantity, builder)
    if not can_explain(selection.analysis, selection.layer, quantity):
        raise unknown(selection, quantity)
    worked = explain(selection.analysis, selection.layer, quantity, builder.notation)
    value: Nested = worked.value
    form = "number"
    is_vector = isinstance(value, Shape) and not value.rank
    if isinstance(value, Shape):
        form = "shape" if value.rank else "number"
        value = value.extents if value.rank else value.channels
    elif isinstance(value, tuple):
        form = "list" if len(set(value)) > 1 else "number"
        value = value if form == "list" else value[0]

    def again(network: Network) -> Solution:
        return of_layer(replace(selection, network=network), quantity, builder)

    return Solution(
        value,
        form,
        worked.unit,
        (worked,),
        lambda: layer_tree(selection, quantity, value),
        selection.contexts,
        lambda: misread_variants(selection, quantity, again),
        lambda: _wrong_answers(facts, quantity, value),
        _hangs_over(facts, quantity, builder),
        is_vector=is_vector,
    )


def _hangs_over(facts: NodeFacts, quantity: str, builder: ExplanationBuilder) -> tuple[str, ...]:
    """Return the answer of a course that does not round: there is no output."""
    rounds = quantity == "output" and not all(fit.exact for fit in facts.fit)
    return (DOES_NOT_FIT,) if rounds and not builder.style.has_floor else ()


def layer_tree(
    selection: NetworkSelection, quantity: str, value: Nested = None
) -> NestedExpressions:
    """Return a quantity of a layer as expressions, each name with its layer."""
    analysis, layer = selection.analysis, selection.layer
    if not can_explain(analysis, layer, quantity):
        return given(0)
    topic, image = topic_in(quantity), input_in(quantity)
    if (tree_of := questions()[topic].tree) is not None:
        asked = SymbolicLayer(analysis, analysis[layer], ExplanationBuilder().style, image)
        if (tree := tree_of(asked)) is not None:
            return tree
    steps = explain(analysis, layer, quantity).steps
    if quantity == "output":
        return _shape_tree(steps, analysis, layer)
    if topic in SIDES or isinstance(value, tuple):
        return None
    whole = substituted(steps, layer)
    row = additive_quantities().get(quantity)
    return whole._replace(name=Name(row.name, of=layer)) if row and not whole.is_given else whole


def _shape_tree(
    steps: tuple[DerivationStep, ...], analysis: Analysis, layer: str
) -> NestedExpressions:
    shape = analysis[layer].output
    if shape.is_vector:
        return substituted(steps, layer)
    depth = substituted(steps[-1:], layer)
    each = axes_of(steps, analysis, layer)
    if not each or depth.value != shape.channels:
        return tuple(given(n) for n in shape.extents)
    return (*each, depth)


OVER_CHANNELS = kind(
    "averaged over the channels", "averaged over the channels instead of the positions"
)
WIDTH_FIRST = kind("width before height", "wrote the width before the height")
COUNTED = kind("number instead of a shape", "gave the number of activations")


STATISTICS_TOO = kind("statistics counted as parameters", "counted the moving statistics, too")
BOTH_SIDES = kind("the other padding", "gave the padding of both sides together")


def _of_parameters(facts: NodeFacts, _: Nested) -> Iterator[WrongAnswer]:
    if facts.statistics:
        yield WrongAnswer(STATISTICS_TOO, facts.stored)


def _of_padding(facts: NodeFacts, value: Nested) -> Iterator[WrongAnswer]:
    if isinstance(value, int) and facts.fit:
        yield WrongAnswer(BOTH_SIDES, facts.fit[0].before + facts.fit[0].after)


def _of_output(facts: NodeFacts, value: Nested) -> Iterator[WrongAnswer]:
    if isinstance(value, tuple):
        *size, channels = value
        shape = facts.node.input_shapes[0]
        if facts.node.layer.is_any({Trait.GLOBAL_POOLING, Trait.ADAPTIVE_POOLING}):
            yield WrongAnswer(OVER_CHANNELS, (*shape.size, 1))
        yield WrongAnswer(WIDTH_FIRST, (*size[::-1], channels))
        yield WrongAnswer(COUNTED, facts.activations)


WRONG_ANSWERS: dict[str, Callable[[NodeFacts, Nested], Iterator[WrongAnswer]]] = {
    "parameters": _of_parameters,
    "padding": _of_padding,
    "output": _of_output,
}
"""What is typically answered instead, by quantity, beside what the rules make of mistakes."""


def _wrong_answers(facts: NodeFacts, quantity: str, value: Nested) -> Iterator[WrongAnswer]:
    if quantity in WRONG_ANSWERS:
        yield from WRONG_ANSWERS[quantity](facts, value)
    yield from token_layers.wrong_answers(facts, quantity, value)


def unknown(selection: NetworkSelection, quantity: str) -> UsageError:
    """Return the error for an unknown quantity, with the known ones."""
    analysis, layer = selection.analysis, selection.layer
    known = [*additive_quantities(), *PATTERN, "count"]
    of_layer = [
        word
        for q in questions()
        if layer in selection.network
        for word in words_for(analysis, layer, q)
        if can_explain(analysis, layer, word)
    ]
    if of_layer:
        known = of_layer
        if token_layers.can_find(selection.network[layer].layer, "queries"):
            known += token_layers.SHAPES
    elif not selection.over:
        known = list(dict.fromkeys([*quantities(analysis, layer), *known]))
    name = layer or selection.network.name
    return UsageError(
        f"'{name}' has no quantity '{quantity}'{nearest(quantity, known)}",
        help=f"there are {', '.join(known)}",
    )
