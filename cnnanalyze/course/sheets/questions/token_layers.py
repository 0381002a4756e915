"""Layers of tokens and sequences: shapes in attention, and what is typically answered instead."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeVar

from pydantic import ValidationError

from cnnanalyze.analysis.result import NodeFacts
from cnnanalyze.core.cost import Param
from cnnanalyze.core.expression import Expression, Name, given, made
from cnnanalyze.course.explanations.explanation import DerivationStep
from cnnanalyze.course.misconceptions.catalogue import kind
from cnnanalyze.course.misconceptions.solution import Nested, Solution, WrongAnswer
from cnnanalyze.course.sheets.questions.topic import ExplanationBuilder
from cnnanalyze.layers.attention import Attention
from cnnanalyze.layers.base import Layer
from cnnanalyze.layers.lookup import Embedding
from cnnanalyze.layers.recurrent import Recurrent

OUTPUT_FORGOTTEN = kind("output projection forgotten", "forgot the projection of the output")
ONE_PROJECTION = kind(
    "one projection for queries, keys and values",
    "counted one projection for queries, keys and values together",
)
HEADS_MULTIPLIED = kind(
    "multiplied by the heads",
    "gave every head as many numbers as all heads have together",
)
PRODUCTS_FORGOTTEN = kind(
    "products of attention forgotten",
    "counted the projections, and not the products of queries, keys and values",
)
PROJECTIONS_FORGOTTEN = kind(
    "projections forgotten", "counted the products of queries, keys and values alone"
)
SCORES_ALONE = kind(
    "weighted values forgotten", "counted the queries times the keys, and not the weighted values"
)
ONE_HEAD = kind("one head only", "gave one head for all of them")
HEADS_FORGOTTEN = kind("not divided among the heads", "gave the numbers of all heads together")
ONE_GATE = kind("one gate only", "counted one gate instead of all")
STATE_FORGOTTEN = kind(
    "weights of the state forgotten", "forgot the weights between the last state and the gates"
)
ONE_BIAS = kind("one bias per gate", "counted one bias for each gate instead of two")
TWO_BIASES = kind("two biases per gate", "counted two biases for each gate instead of one")
ONE_DIRECTION = kind("one direction only", "counted one direction instead of both")
ONE_STEP = kind("one step only", "counted one step instead of all")
LAST_STATE = kind("last state only", "gave the last state instead of those of all steps")
TABLE_BIASES = kind("lookup given biases", "gave the lookup a bias for each feature")
LOOKUP_MULTIPLIED = kind(
    "lookup counted as a product", "counted the lookup as a product of a matrix"
)

COUNTED = ("parameters", "weights", "biases", "macs")
Kind = TypeVar("Kind", bound=Layer)


def _held(facts: NodeFacts, layer: Layer, quantity: str) -> int:
    """Return what another layer in this place has of a quantity."""
    node = facts.node
    inputs = node.input_shapes
    if quantity == "macs":
        cost = layer.cost(layer.shape(*inputs), *inputs)
        return 0 if cost is None else cost.mac
    return _sum(layer.params(*inputs), quantity)


def _sum(params: tuple[Param, ...], quantity: str) -> int:
    return sum(
        p.size
        for p in params
        if p.trainable and (quantity == "parameters" or p.is_bias == (quantity == "biases"))
    )


def _changed(layer: Kind, **attributes: object) -> Kind | None:
    """Return the layer with other attributes; nothing if there is no such layer."""
    try:
        return type(layer).model_validate({**layer.attributes, **attributes})
    except ValidationError:
        return None


# --- attention ------------------------------------------------------------------------------------


def _of_attention(layer: Attention, facts: NodeFacts, quantity: str) -> Iterator[WrongAnswer]:
    inputs = facts.node.input_shapes
    params = layer.params(*inputs)
    total = _held(facts, layer, quantity)
    if not layer.projections:
        return
    wide = _changed(
        layer,
        key_size=inputs[0].channels,
        value_size=inputs[0].channels if layer.value_size is None else layer.value_size,
    )
    if wide is not None:
        yield WrongAnswer(HEADS_MULTIPLIED, _held(facts, wide, quantity))
    if quantity == "macs":
        products, (output,) = layer.products(*inputs), _of_role(params, "output kernel")
        yield WrongAnswer(PRODUCTS_FORGOTTEN, total - products)
        yield WrongAnswer(PROJECTIONS_FORGOTTEN, products)
        yield WrongAnswer(OUTPUT_FORGOTTEN, total - facts.output.positions * output.size)
        of_key, of_value = layer.sizes(inputs[0], inputs[-1])
        yield WrongAnswer(SCORES_ALONE, total - products * of_value // (of_key + of_value))
        return
    yield WrongAnswer(OUTPUT_FORGOTTEN, total - _sum(_of_role(params, "output"), quantity))
    others = _sum((*_of_role(params, "key"), *_of_role(params, "value")), quantity)
    yield WrongAnswer(ONE_PROJECTION, total - others)


def _of_role(params: tuple[Param, ...], start: str) -> tuple[Param, ...]:
    return tuple(p for p in params if p.role.startswith(start))


# --- recurrence, lookup ---------------------------------------------------------------------------


def _of_recurrence(layer: Recurrent, facts: NodeFacts, quantity: str) -> Iterator[WrongAnswer]:
    steps, total = facts.node.input_shapes[0].positions, _held(facts, layer, quantity)
    yield WrongAnswer(ONE_GATE, total // layer.gates)
    params = layer.params(*facts.node.input_shapes)
    states = _sum(tuple(p for p in params if "recurrent kernel" in p.role), "weights")
    if quantity == "macs":
        yield WrongAnswer(ONE_STEP, total // steps)
        yield WrongAnswer(STATE_FORGOTTEN, total - states * steps)
    elif quantity != "biases":
        yield WrongAnswer(STATE_FORGOTTEN, total - states)
    for biases, slip in ((1, ONE_BIAS), (2, TWO_BIASES)):
        other = _changed(layer, biases=biases)
        if layer.biases and biases != layer.biases and other is not None and quantity != "macs":
            yield WrongAnswer(slip, _held(facts, other, quantity))
    if layer.bidirectional and (one := _changed(layer, bidirectional=False)) is not None:
        yield WrongAnswer(ONE_DIRECTION, _held(facts, one, quantity))


def _of_lookup(layer: Embedding, facts: NodeFacts, quantity: str) -> Iterator[WrongAnswer]:
    if quantity in {"parameters", "biases"}:
        yield WrongAnswer(TABLE_BIASES, _held(facts, layer, quantity) + layer.size)
    if quantity == "macs":
        yield WrongAnswer(LOOKUP_MULTIPLIED, facts.output.positions * layer.words * layer.size)


def wrong_answers(facts: NodeFacts, quantity: str, value: Nested) -> Iterator[WrongAnswer]:
    """Yield what is typically answered instead of a quantity of such a layer."""
    layer = facts.node.layer
    found: Iterator[WrongAnswer] = iter(())
    if quantity in COUNTED:
        if isinstance(layer, Attention):
            found = _of_attention(layer, facts, quantity)
        elif isinstance(layer, Recurrent):
            found = _of_recurrence(layer, facts, quantity)
        elif isinstance(layer, Embedding):
            found = _of_lookup(layer, facts, quantity)
    elif quantity == "output" and isinstance(layer, Recurrent):
        found = _of_states(layer, facts)
    yield from (wrong for wrong in found if wrong.value != value)


def _of_states(layer: Recurrent, facts: NodeFacts) -> Iterator[WrongAnswer]:
    steps, features = facts.node.input_shapes[0].positions, facts.output.channels
    if layer.output == "sequence":
        yield WrongAnswer(LAST_STATE, features)
    if layer.bidirectional:
        one = features // 2
        yield WrongAnswer(ONE_DIRECTION, (steps, one) if layer.output == "sequence" else one)


# --- shapes inside attention ----------------------------------------------------------------------


def _shape(
    attention: Attention, facts: NodeFacts, quantity: str
) -> tuple[tuple[Expression, ...], tuple[WrongAnswer, ...]]:
    inputs = facts.node.input_shapes
    query, key, value = (inputs[min(n, len(inputs) - 1)] for n in range(3))
    of_key, of_value = attention.sizes(query, value)
    heads = given(attention.heads, Name("heads"))
    read = {"queries": query, "keys": key, "values": value}
    if quantity == "head_size":
        wide = given(query.channels, Name("channels"))
        whole = query.channels == attention.heads * of_key
        tree = made("/", wide, heads) if whole else given(of_key)
        return (tree,), (WrongAnswer(HEADS_FORGOTTEN, attention.heads * of_key),)
    if quantity == "scores":
        asked = attention.asked(query, key)
        trees = (heads, given(query.positions), given(asked))
        return trees, (WrongAnswer(ONE_HEAD, (query.positions, asked)),)
    each = of_value if quantity == "values" else of_key
    size = tuple(given(n) for n in read[quantity].size)
    one = WrongAnswer(ONE_HEAD, (*read[quantity].size, each))
    return (*size, made("*", heads, given(each, Name("numbers of a head")))), (one,)


SHAPES: Mapping[str, str] = {
    "queries": "What shape do the queries of all heads have together?",
    "keys": "What shape do the keys of all heads have together?",
    "values": "What shape do the values of all heads have together?",
    "scores": "How many scores are there: heads, queries and keys?",
    "head_size": "How many numbers does a query have in one head?",
}
"""What can be found of an attention beside what every layer has, with the question."""


def can_find(layer: Layer, quantity: str) -> bool:
    """Whether a quantity is one of these, and the layer an attention."""
    return quantity in SHAPES and isinstance(layer, Attention)


def of_attention(facts: NodeFacts, quantity: str, builder: ExplanationBuilder) -> Solution:
    """Work out a shape inside an attention."""
    layer = facts.node.layer
    assert isinstance(layer, Attention)
    trees, wrong = _shape(layer, facts, quantity)
    numbers = tuple(int(tree.value) for tree in trees)
    value: Nested = numbers if len(numbers) > 1 else numbers[0]
    form = "shape" if len(numbers) > 1 else "number"
    many = len(trees) > 1
    found = [
        DerivationStep(Name(f"extent {n}" if many else quantity), tree._replace(name=None))
        for n, tree in enumerate(trees, start=1)
    ]
    subject = f"{facts.node.id} on {', '.join(map(str, facts.node.input_shapes))}"
    worked = builder.explain(SHAPES[quantity], subject, found, value, form=form)
    return Solution(
        value,
        form,
        explanations=(worked,),
        trees=lambda: trees if len(trees) > 1 else trees[0],
        wrong_answers=lambda: (one for one in wrong if one.value != value),
    )
