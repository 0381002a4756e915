"""Quantities of lectures: what facts ask of a network or a layer, by name."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from cnnanalyze.analysis.quantities import measure
from cnnanalyze.analysis.result import Analysis, NodeFacts
from cnnanalyze.core.expression import evaluate
from cnnanalyze.core.quantities import QUANTITIES
from cnnanalyze.core.registry import nearest
from cnnanalyze.core.shape import Shape
from cnnanalyze.course.explanations.additive_quantities import additive_quantities
from cnnanalyze.course.explanations.explain import explain, quantities
from cnnanalyze.course.explanations.simplify import exact
from cnnanalyze.course.misconceptions.solution import Solution
from cnnanalyze.course.sheets.questions.layer_pattern import PATTERN
from cnnanalyze.course.sheets.questions.network import solve_network
from cnnanalyze.course.sheets.questions.network_selection import NetworkSelection
from cnnanalyze.course.sheets.questions.topic import ExplanationBuilder
from cnnanalyze.crosscheck.balance import step_of
from cnnanalyze.errors import UsageError
from cnnanalyze.graph.node import INPUT
from cnnanalyze.layers.attributes import per_axis
from cnnanalyze.layers.traits import Trait
from cnnanalyze.layers.window import stride_of

Answer = Any
"""A number, a shape, yes or no, a word, or nested lists of these."""


def quantity(analysis: Analysis, layer: str, name: str) -> Answer:
    """Return a quantity of a layer, or of the whole network if none is named.

    What can be explained is taken from its explanation; what is seen comes from a run.

    Raises
    ------
    UsageError
        If there is no such quantity, or no such layer.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> found = cnn.analyze("zoo:lecture_000_lenet").analysis
    >>> quantity(found, "conv2", "size"), quantity(found, "", "parameters")
    (10, 62958)
    """
    if layer == INPUT:
        return _of_input(analysis, name)
    if name in LECTURE_QUANTITIES:
        return LECTURE_QUANTITIES[name](analysis, layer)
    known = quantities(analysis, layer)
    last = _last(analysis, layer).node.id
    of_last = quantities(analysis, last)
    if name in of_last and (name not in known or name == "activations"):
        layer, known = last, of_last  # of several layers, what comes out of the last
    if name in known:
        return simplified(explain(analysis, layer, name).value)
    if name not in {*additive_quantities(), *PATTERN}:
        row = QUANTITIES.get(name)
        if row is not None and row.is_exact and row.of_axes is None:
            below = analysis.total_below(layer) if layer else analysis.total
            if (number := measure(row, below)) is not None:
                return number
        options = (*known, *of_last, *LECTURE_QUANTITIES, *additive_quantities(), *PATTERN)
        raise UsageError(f"there is no quantity '{name}'{nearest(name, options)}")
    return simplified(solution(analysis, layer, name).value)


def solution(analysis: Analysis, layer: str, name: str) -> Solution:
    """Return the answer with its possible mistakes, as in homework."""
    return solve_network(NetworkSelection(analysis.network, layer), name, ExplanationBuilder())


def simplified(value: Answer) -> Answer:
    """Return an answer in its shortest form: an equal number on both axes is one number.

    Examples
    --------
    >>> (
    ...     simplified((5, 5)),
    ...     simplified((1, 2)),
    ...     simplified(Fraction(6, 2)),
    ...     str(simplified(Shape((7,), 3))),
    ... )
    (5, [1, 2], 3, '7x3')
    """
    if isinstance(value, Shape):
        return value
    if isinstance(value, tuple):
        found = [simplified(v) for v in value]
        return found[0] if len(set(found)) == 1 else found
    if isinstance(value, Fraction) and value.denominator == 1:
        return value.numerator
    return value


def _of_input(analysis: Analysis, name: str) -> Answer:
    """Return a quantity of the input, which tables list like a layer that holds nothing."""
    shape = analysis.network.input
    found = {"output": shape, "activations": shape.count, **dict.fromkeys(_HELD, 0)}
    if name not in found:
        raise UsageError(f"the input has no quantity '{name}'{nearest(name, tuple(found))}")
    return found[name]


_HELD = ("parameters", "weights", "biases")


def _last(analysis: Analysis, layer: str) -> NodeFacts:
    """Return the layer of a name, or the last of all."""
    return _chosen(analysis, layer)[-1]


def _chosen(analysis: Analysis, layer: str) -> tuple[NodeFacts, ...]:
    """Return the layers of a name, or all."""
    if not layer:
        return tuple(analysis)
    found = analysis.group(layer)
    if not found:
        analysis.network[layer]  # refuses it, with the nearest name
    return found


def _size(analysis: Analysis, layer: str) -> Answer:
    return simplified(_last(analysis, layer).output.size)


def _channels(analysis: Analysis, layer: str) -> Answer:
    return _last(analysis, layer).output.channels


def _unrounded(analysis: Analysis, layer: str) -> Answer:
    last = _last(analysis, layer)
    found = explain(analysis, last.node.id, "output")
    sizes = [s.tree for s in found.steps if s.symbol.key == "output"]
    return simplified(tuple(evaluate(exact(tree)) for tree in sizes))


def _fits(analysis: Analysis, layer: str) -> Answer:
    return all(fit.exact for fit in _last(analysis, layer).fit)


def _overlap(analysis: Analysis, layer: str) -> Answer:
    field = quantity(analysis, layer, "receptive_field")
    jump = quantity(analysis, layer, "jump")
    if isinstance(field, list) or isinstance(jump, list):
        fields, jumps = (n if isinstance(n, list) else [n] for n in (field, jump))
        rank = max(len(fields), len(jumps))
        return [
            f - j
            for f, j in zip(
                fields * (rank // len(fields)), jumps * (rank // len(jumps)), strict=True
            )
        ]
    return field - jump


def _values(analysis: Analysis, layer: str) -> Answer:
    """Run the network on the numbers of its input, and return the numbers that come out."""
    from cnnanalyze.execute.run import infer  # noqa: PLC0415 - NumPy, for runs only

    network = analysis.network
    if network.values is None:
        raise UsageError("the input gives no values: write 'input: {values: [...]}'")
    last = _last(analysis, layer).node
    steps = [step_of(node) for node in network.nodes]
    found = infer(steps, network.values, [last.id])[last.id]
    if last.output.rank and last.output.channels == 1:
        found = found[..., 0]
    return _written(found.tolist())


def _written(numbers: Answer) -> Answer:
    """Return whole numbers as such."""
    if isinstance(numbers, list):
        return [_written(n) for n in numbers]
    return round(numbers) if abs(numbers - round(numbers)) < NEARLY else numbers


NEARLY = 1e-9
"""What a run with 64 bits may miss a whole number by."""


def _of_layers(count: Callable[[NodeFacts], bool]) -> Callable[[Analysis, str], int]:
    return lambda analysis, layer: sum(count(facts) for facts in _chosen(analysis, layer))


def _kinds(analysis: Analysis, layer: str) -> Answer:
    return [facts.node.kind for facts in _chosen(analysis, layer)]


def _roles(role: str) -> Callable[[Analysis, str], Answer]:
    def shape(analysis: Analysis, layer: str) -> Answer:
        facts = _last(analysis, layer)
        found = next((p.shape for p in facts.params if p.role == role), None)
        if found is None:
            raise UsageError(f"'{facts.node.id}', a {facts.node.kind}, has no {role}")
        return list(found)

    return shape


def _kernels(analysis: Analysis, layer: str) -> Answer:
    """Count the weights of convolutions and dense layers alone."""
    chosen = _chosen(analysis, layer)
    return sum(p.size for facts in chosen for p in facts.params if p.role == "kernel")


def _input(analysis: Analysis, layer: str) -> Answer:
    return _chosen(analysis, layer)[0].node.input_shapes[0]


def _stride(analysis: Analysis, layer: str) -> Answer:
    rank = _last(analysis, layer).node.input_shapes[0].rank
    _attribute(analysis, layer, "stride")
    stride = stride_of(_last(analysis, layer).node.attributes)
    return simplified(tuple(per_axis(stride, rank, "stride")))


def _attribute(analysis: Analysis, layer: str, name: str) -> Answer:
    node = _last(analysis, layer).node
    if name not in type(node.layer).model_fields:
        raise UsageError(f"'{node.id}', a {node.kind}, has no {name}")
    return getattr(node.layer, name)


def _keeps(analysis: Analysis, layer: str) -> bool:
    node = _last(analysis, layer).node
    return node.output.size == node.input_shapes[0].size


def _settings(analysis: Analysis, layer: str) -> Answer:
    """Return those attributes of the layer that occur in its size formula."""
    legend = explain(analysis, _last(analysis, layer).node.id, "output", "cs231n").legend
    return [name.key for name, value, _ in legend if value and name.key not in _OF_INPUT]


_OF_INPUT = ("input", "channels")


_PLAIN = {Trait.CONVOLUTION, Trait.FULL_DEPTH}
LECTURE_QUANTITIES: dict[str, Callable[[Analysis, str], Answer]] = {
    "size": _size,
    "channels": _channels,
    "unrounded": _unrounded,
    "fits": _fits,
    "keeps": _keeps,
    "overlap": _overlap,
    "values": _values,
    "kinds": _kinds,
    "weighted_layers": _of_layers(lambda f: any(p.role == "kernel" for p in f.params)),
    "convolutions": _of_layers(lambda f: f.node.layer.traits >= _PLAIN),
    "poolings": _of_layers(lambda f: Trait.POOLING in f.node.layer.traits),
    "dense_layers": _of_layers(lambda f: Trait.DENSE in f.node.layer.traits),
    "kernels": _kernels,
    "input": _input,
    "stride": _stride,
    "kernel_shape": _roles("kernel"),
    "bias_shape": _roles("bias"),
    "settings": _settings,
    "settings_count": lambda analysis, layer: len(_settings(analysis, layer)),
}
"""What is asked of lectures beside what can be explained."""
