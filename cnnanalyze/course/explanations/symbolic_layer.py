"""Symbolic layers: a layer of a network on whose numbers rules record what they compute."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from cnnanalyze.analysis.result import Analysis, NodeFacts
from cnnanalyze.analysis.seen_input import SeenInput
from cnnanalyze.core.cost import Cost, Param
from cnnanalyze.core.diagnostics import show_value
from cnnanalyze.core.expression import Expression, Name, Value, given, names, parts, rewrite
from cnnanalyze.core.number import Num, remember, tree
from cnnanalyze.core.shape import Shape
from cnnanalyze.course.explanations.explanation import Answer, DerivationRow, DerivationStep
from cnnanalyze.course.explanations.naming import is_square, name_layer, name_shapes
from cnnanalyze.course.explanations.notation import Notation
from cnnanalyze.course.explanations.simplify import textbook_form
from cnnanalyze.graph.node import Node, NodeId
from cnnanalyze.layers.base import Fit, Layer


@dataclass
class Draft:
    """The parts of an explanation that a question has worked out."""

    steps: list[DerivationStep]
    value: Answer
    unit: str = ""
    reasons: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    heads: tuple[Name, ...] = ()
    table: tuple[DerivationRow, ...] = ()
    beside: str = ""
    """A further fact, in a few words."""


class SymbolicLayer:
    """A layer whose rules run on symbolic numbers; each result is computed on demand."""

    def __init__(
        self, analysis: Analysis, facts: NodeFacts, notation: Notation, of: NodeId | None = None
    ) -> None:
        """Set what the question is about.

        Parameters
        ----------
        analysis
            The analysis of the network.
        facts
            The facts of the layer.
        notation
            How answers are written.
        of
            Of several inputs that the layer sees, the one whose fields are asked for.
        """
        self.analysis = analysis
        self.notation = notation
        own = facts.sees[0][0] if facts.sees else next(iter(analysis.network.inputs))
        self.image = SeenInput(analysis, own if of is None else of)
        """The input that the layer sees, with what all layers see of it."""
        self.facts = facts if of is None else self.image[facts.node.id]

    @property
    def node(self) -> Node:
        """The layer at its place."""
        return self.facts.node

    @property
    def kind(self) -> str:
        """The layer kind's name."""
        return self.node.kind

    @cached_property
    def rank(self) -> int:
        """The number of spatial axes of the (first) input."""
        return self.node.input_shapes[0].rank

    @cached_property
    def layer(self) -> Layer:
        """The layer with a name for every number."""
        return name_layer(self.node.layer, self.rank)

    @cached_property
    def inputs(self) -> tuple[Shape, ...]:
        """The input shapes with a name for every extent."""
        return self._named()

    def _named(self, *, square: bool = False) -> tuple[Shape, ...]:
        shapes = self.node.input_shapes
        if len(set(shapes)) == 1 and self.node.output.channels == shapes[0].channels:
            return name_shapes(shapes[:1], square=square) * len(shapes)
        return name_shapes(shapes, square=square)

    @cached_property
    def shape(self) -> Shape:
        """The output shape as the rule computes it."""
        return self.layer.shape(*self.inputs)

    @cached_property
    def square(self) -> Shape | None:
        """The output shape with one formula for all axes, if they are all alike."""
        if not all(map(is_square, (*self.node.input_shapes, self.node.output))):
            return None
        found = self.layer.shape(*self._named(square=True))
        written = {self.as_written(n) for n in found.size}
        return found if len(written) == 1 else None

    @cached_property
    def output(self) -> Shape:
        """The output shape with a name for every extent that is not one of the input."""
        rank = self.shape.rank
        size = tuple(
            self.named(n, Name("output", axis, rank)) for axis, n in enumerate(self.shape.size)
        )
        return Shape(size, self.named(self.shape.channels, self.depth))

    @property
    def depth(self) -> Name:
        """What the last extent of the output is called."""
        return Name("out features" if self.node.output.is_vector else "out channels")

    @cached_property
    def params(self) -> tuple[Param, ...]:
        """The tensors as the rule computes them; none if the layer shares another's."""
        return () if self.node.share is not None else self.layer.params(*self.inputs)

    @cached_property
    def cost(self) -> Cost | None:
        """The elementary operations as the rule computes them."""
        return self.layer.cost(self.output, *self.inputs)

    @cached_property
    def symbolic_facts(self) -> NodeFacts:
        """The facts of the layer in symbolic numbers, which record their derivation."""
        node = replace(self.node, input_shapes=self.inputs, output=self.output)
        return replace(self.facts, node=node, params=self.params, cost=self.cost)

    @cached_property
    def windows(self) -> tuple[tuple[Fit, ...], tuple[int | None, ...]]:
        """The windows as the rule places them, and their axes; equal axes once."""
        if self.square is not None:
            return self.layer.fit(*self._named(square=True))[:1], (None,)
        return self.layer.fit(*self.inputs), tuple(range(self.rank))

    def as_written(self, number: Value) -> Expression:
        """Return the derivation of a number, as the notation writes it."""
        return textbook_form(tree(number), self.notation)

    def named(self, number: int, name: Name) -> Any:  # noqa: ANN401 - a number of either kind
        """Return a number under a name of its own, unless it was given."""
        found = self.as_written(number)
        return remember(found) if found.is_given else Num(number, name)

    def steps(self, symbol: Name, number: Value) -> list[DerivationStep]:
        """Return the equations that lead to a number: its intermediate results, then itself."""
        return steps(symbol, self.as_written(number))

    @property
    def subject(self) -> str:
        """The layer in brief: ``conv (filters 6, kernel 5) on 32x32x3``."""
        inputs = " and ".join(map(str, self.node.input_shapes))
        words = describe(self.node.layer)
        return f"{self.kind}{f' ({words})' if words else ''} on {inputs}"


def describe(layer: Layer) -> str:
    """Return the attributes of a layer that are not at their defaults.

    Examples
    --------
    >>> from cnnanalyze.layers.conv import Conv
    >>> describe(Conv(filters=6, kernel=5))
    'kernel 5, filters 6'
    """
    found = []
    for word, info in type(layer).model_fields.items():
        value = getattr(layer, word)
        if value == info.default:
            continue
        if isinstance(value, bool):
            found.append(word if value else f"no {word}")
        elif word == "table" and not isinstance(value, int):
            found.append(f"{sum(map(len, value))} connections")
        else:
            found.append(f"{word.replace('_', ' ')} {show_value(value)}".replace("'", ""))
    return ", ".join(found)


def steps(symbol: Name, found: Expression) -> list[DerivationStep]:
    """Return one equation for every named part of an expression, and one for the whole."""
    found = rewrite(found, _placed)
    inner = dict.fromkeys(p for p in parts(found) if p.args and p.name and p is not found)
    return [*(DerivationStep(p.name, p) for p in inner if p.name), DerivationStep(symbol, found)]


def _placed(part: Expression) -> Expression:
    """Give an intermediate result the axis of its arguments."""
    if not part.args or part.name is None:
        return part
    own = [n for n in names(part) if n.key in _OF_AXES]
    axes = {n.axis for n in own if n.axis is not None}
    if len(axes) > 1 or not own:
        return part
    return part._replace(name=Name(part.name.key, axes.pop() if axes else None, own[0].rank))


_OF_AXES = frozenset({"input", "kernel", "dilation", "stride"})
"""Names of numbers that may differ from axis to axis."""


def named_value(value: Value, key: str, of: str = "") -> Expression:
    """Return a number from elsewhere, under a name."""
    return given(value, Name(key, of=of))
