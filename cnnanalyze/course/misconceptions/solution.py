"""Solutions: the answer to one part of a question, its working, and its possible mistakes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property
from typing import Any, NamedTuple

from cnnanalyze.core.expression import Expression, Name, Value, evaluate, parts, rewrite
from cnnanalyze.core.shape import Shape
from cnnanalyze.course.explanations.explanation import DerivationStep, Explanation
from cnnanalyze.course.explanations.simplify import unnamed
from cnnanalyze.course.misconceptions.catalogue import MistakeKind
from cnnanalyze.layers.traits import Trait

Nested = Any
"""A number, or a tuple of nested numbers: a shape, a list, a matrix."""
NestedExpressions = Any
"""An expression, or a tuple of nested ones, as the answer is nested."""


class LayerContext(NamedTuple):
    """The numbers around a layer, which misconceptions confuse."""

    kind: str
    traits: frozenset[Trait]
    """The traits of the layer."""
    input: Shape
    output: Shape
    above: tuple[int, ...] = ()
    """The other depths between the input of the network and the layer."""
    mixed: int = 0
    """Of a depthwise convolution: the output channels of the pointwise one after it."""
    stride: tuple[int, ...] = ()
    sizes: Callable[[], tuple[Expression, ...]] = lambda: ()
    """The expression of the output size, for each axis."""

    @property
    def normalises(self) -> bool:
        """Whether the layer is a normalisation."""
        return Trait.NORMALISATION in self.traits


LayerContexts = dict[str, LayerContext]
"""The contexts of the layers that an answer depends on, by id."""


class Variant(NamedTuple):
    """The same question misread, worked out by the same rules."""

    kind: MistakeKind
    solve: Callable[[], Solution]
    where: str = ""
    """Where it was done, if not everywhere: the end of a sentence."""
    value: Callable[[], Nested] | None = None
    """The answer alone, where that is quicker."""

    @property
    def words(self) -> str:
        """What was done, with the place where it was done."""
        return f"{self.kind.words}{self.where}"


class WrongAnswer(NamedTuple):
    """A mistake of one particular answer, and the value that it leads to."""

    kind: MistakeKind
    value: Nested
    where: str = ""
    """Where it was done, if not everywhere: the end of a sentence."""

    @property
    def words(self) -> str:
        """What was done, with the place where it was done."""
        return f"{self.kind.words}{self.where}"


@dataclass(frozen=True)
class Solution:
    """One answer, its explanation, and the mistakes that it allows."""

    value: Nested
    """A number, nested numbers, yes or no, a text, or nothing where there is no answer."""
    form: str = "number"
    """``number``, ``shape``, ``list``, ``matrix``, ``choice`` (yes or no), ``words``."""
    unit: str = ""
    explanations: tuple[Explanation, ...] = ()
    trees: Callable[[], NestedExpressions | None] = lambda: None
    """The expressions of the value, to be changed; :attr:`worked` computes them once."""
    contexts: LayerContexts = field(default_factory=dict)
    variants: Callable[[], Iterator[Variant]] = lambda: iter(())
    wrong_answers: Callable[[], Iterator[WrongAnswer]] = lambda: iter(())
    also: tuple[str, ...] = ()
    """Words with the same meaning."""
    parts: tuple[Solution, ...] = ()
    """Of a list: the answer at each place, if they are more than numbers."""
    is_vector: bool = False
    """Whether a number is the size of a vector, which some write as a shape: ``(10,)``."""

    @cached_property
    def worked(self) -> NestedExpressions | None:
        """The expressions of the value."""
        return self.trees()


def is_expression(trees: NestedExpressions) -> bool:
    """Whether this is one expression, not a tuple of them."""
    return isinstance(trees, Expression)


def map_nested(trees: NestedExpressions, work: Callable[[Any], Any]) -> Nested:
    """Apply a function to every expression or number of a nested answer."""
    if isinstance(trees, tuple) and not is_expression(trees):
        return tuple(map_nested(t, work) for t in trees)
    return work(trees)


def nested_value(trees: NestedExpressions) -> Nested:
    """Return the values of nested expressions."""
    return map_nested(trees, evaluate)


def flattened(nested: Nested) -> Iterator[Any]:
    """Yield the numbers, or the expressions, of a nested answer."""
    if isinstance(nested, tuple) and not is_expression(nested):
        for inner in nested:
            yield from flattened(inner)
    else:
        yield nested


def substituted(steps: Sequence[DerivationStep], of: str = "") -> Expression:
    """Return the last of several equations with the earlier ones substituted, all names kept.

    Parameters
    ----------
    steps
        The equations, in the order in which they are worked out.
    of
        The layer that the names belong to.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> worked = cnn.explain("zoo:lecture_001_lenet", "conv1", "parameters")
    >>> tree = substituted(worked.explanation.steps, "conv1")
    >>> [(part.name.key, part.name.of, part.op) for part in tree.args]
    [('weights', 'conv1', '*'), ('biases', 'conv1', '+')]
    """
    *known, last = steps
    found: dict[Name, Expression] = {}
    for step in known:
        found[step.symbol] = _put_in(unnamed(step.tree), found)
    return rewrite(_put_in(unnamed(last.tree), found), lambda part: _tagged(part, of))


def _put_in(tree: Expression, found: dict[Name, Expression]) -> Expression:
    def put(part: Expression) -> Expression:
        if part.name not in found or not part.is_given:
            return part
        inner = found[part.name]
        if inner.is_given and inner.name is not None:
            # What is given under another name keeps both: the biases are as many as the filters.
            inner = Expression("+", (inner,), inner.value)
        return inner._replace(name=part.name)

    return rewrite(tree, put)


def _tagged(part: Expression, of: str) -> Expression:
    if part.name is None or not of or part.name.of:
        return part
    return part._replace(name=part.name._replace(of=of))


def layer_of(part: Expression) -> str:
    """Return the layer that an expression belongs to: that of the first name in it."""
    return next((p.name.of for p in parts(part) if p.name is not None and p.name.of), "")


def plain(value: Value) -> int | Fraction:
    """Return a fraction as a whole number if it is one."""
    return value.numerator if value.denominator == 1 else Fraction(value)


def without_repeats(explanations: Sequence[Explanation]) -> tuple[Explanation, ...]:
    """Leave out sentences of earlier explanations of the same question."""
    said: set[str] = set()
    found = []
    for one in explanations:
        reasons = tuple(s for s in one.reasons if s not in said)
        remarks = tuple(s for s in one.remarks if s not in said)
        said.update(reasons, remarks)
        found.append(replace(one, reasons=reasons, remarks=remarks))
    return tuple(found)
