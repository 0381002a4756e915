"""What a layer kind is: attributes, traits, shape, parameters, cost and reach, in one class."""

# Annotations are not postponed in this package: pydantic would evaluate them for every subclass.
from abc import abstractmethod
from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, ClassVar, TypeVar

from pydantic import BaseModel, ConfigDict

from cnnanalyze.core.cost import Cost, Param
from cnnanalyze.core.exact_number import Number
from cnnanalyze.core.reach import POINT, Reach
from cnnanalyze.core.registry import Registry, nearest
from cnnanalyze.core.shape import Shape
from cnnanalyze.core.symbolic_arithmetic import larger
from cnnanalyze.errors import PluginError, ShapeError
from cnnanalyze.layers.traits import Category, Labels, Trait


@dataclass(frozen=True)
class Example:
    """A worked example from somewhere outside: its numbers are not ours, so they test ours.

    Examples
    --------
    >>> Example(("32x32x3",), {"filters": 8, "kernel": 5}, "28x28x8", "a lecture", 608).parameters
    608
    """

    inputs: tuple[str, ...]
    """Input shapes as in a spec: ``("32x32x3",)``."""
    attributes: dict[str, Any]
    """What the layer says, as in a spec."""
    output: str
    """The shape that comes out, as it is printed: ``"28x28x8"``."""
    source: str
    """Who printed the numbers, and where."""
    parameters: int | None = None
    """Learnable numbers; nothing if the source prints none."""
    macs: int | None = None
    """Multiply-accumulates for one image; nothing if the source prints none."""
    note: str = field(default="", compare=False)
    """What else a reader should know."""


@dataclass(frozen=True, slots=True)
class Fit:
    """How the windows of a layer lie on one axis of its input.

    Examples
    --------
    >>> fit = Fit(output=3, before=1, after=1, size=6, covered=7)
    >>> fit.exact, fit.unread
    (False, 0)
    """

    output: int
    before: int
    """Padding before the first index, resolved from ``same``."""
    after: int
    size: int
    """Indices of the input."""
    covered: int
    """Indices from the first to the last that a window covers, padding included."""
    is_same: bool = False
    """Whether the padding is ``same``, which always fits."""

    @property
    def exact(self) -> bool:
        """Whether the windows end exactly at the padded border (CS231n: "it fits")."""
        return self.is_same or self.covered == self.before + self.size + self.after

    @property
    def unread(self) -> int:
        """Input indices at the far border that no window reads."""
        return larger(0, self.size - larger(0, self.covered - self.before))


class Layer(BaseModel):
    """One layer of one kind, with its attributes; immutable, and without any place in a network.

    A subclass gives the four rules ``shape``, ``params``, ``cost`` and ``reach`` as plain integer
    arithmetic, and its docstring is the documentation of the kind. How the layer is *executed* is
    none of its business: that is the other book.

    Examples
    --------
    >>> from cnnanalyze.core.shape import Shape
    >>> from cnnanalyze.layers.conv import Conv
    >>> conv = Conv(filters=5, kernel=3)
    >>> str(conv.shape(Shape((11, 13), 2))), sum(p.size for p in conv.params(Shape((11, 13), 2)))
    ('9x11x5', 95)
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, defer_build=True)

    kind: ClassVar[str] = ""
    """The word that a spec uses."""
    aliases: ClassVar[tuple[str, ...]] = ()
    """Other words for it."""
    principal: ClassVar[str] = ""
    """The attribute that a bare value gives: ``- dense: 10``."""
    arity: ClassVar[tuple[int, int | None]] = (1, 1)
    """The least and the largest number of inputs."""
    examples: ClassVar[tuple[Example, ...]] = ()
    """Figures that somebody printed."""
    category: ClassVar[Category] = Category.OTHER
    """The family: its colour in drawings and its heading in the list of kinds."""
    traits: ClassVar[frozenset[Trait]] = frozenset()
    """What the kind is, for everything that treats kinds alike: rules, drawings, explanations."""
    labels: ClassVar[Labels] = Labels()
    """What drawings say of it."""
    number_names: ClassVar[Mapping[str, str]] = MappingProxyType({})
    """What worked answers call the numbers of an attribute whose own name says too little."""
    formula: ClassVar[str] = ""
    """What ``value`` computes, as one writes it; nothing if there is no ``value``."""

    @classmethod
    def is_any(cls, traits: AbstractSet[Trait]) -> bool:
        """Whether the kind has any of these traits."""
        return not cls.traits.isdisjoint(traits)

    @property
    def attributes(self) -> dict[str, Any]:
        """The attributes as they were written, with defaults; all that the executor may see."""
        return {name: getattr(self, name) for name in type(self).model_fields}

    @abstractmethod
    def shape(self, *inputs: Shape) -> Shape:
        """Return the output shape, or raise ``ShapeError``."""

    def params(self, *inputs: Shape) -> tuple[Param, ...]:  # noqa: ARG002 - most kinds hold nothing
        """Return the tensors that the layer holds."""
        return ()

    @abstractmethod
    def cost(self, output: Shape, *inputs: Shape) -> Cost | None:
        """Return the elementary operations for one image; nothing if they cannot be counted."""

    def reach(self, *inputs: Shape) -> tuple[tuple[Reach, ...], ...] | None:
        """Return, for each input and each of its spatial axes, what one output index reads.

        Nothing means that it cannot be told; the result of the analysis is then partial.
        """
        return tuple((POINT,) * len(x.size) for x in inputs)

    def moved_axes(self, *inputs: Shape) -> tuple[int, ...]:  # noqa: ARG002 - hardly a kind moves one
        """Return, for each axis of the output, which axis of the inputs lies along it, from 0 on.

        Nothing means that all stay; a kind that moves axes has one index map for each axis of its
        *input*, as every other.
        """
        return ()

    def value(self, *numbers: Any, **held: Any) -> Number:  # noqa: ANN401 - each kind has its own
        """Return a number of the output, from the number at its place in each input.

        Only kinds that work number by number have one, and say so in ``formula``. Whole numbers
        and fractions stay exact as far as the function allows.

        Parameters
        ----------
        numbers
            One number of each input.
        held
            By role, the number that each tensor of the layer holds for this channel.
        """
        raise NotImplementedError(f"'{self.kind}' does not work number by number")

    def partials(self, *numbers: Any, **held: Any) -> tuple[Number, ...]:  # noqa: ANN401, ARG002
        """Return the derivatives of ``value``: by each number, then by each that is held.

        They are what a gradient is multiplied with on its way back. Where a function has a kink,
        they are those that frameworks take. A kind that works number by number and has none passes
        no gradients on.

        Parameters
        ----------
        numbers
            As for ``value``.
        held
            As for ``value``; derivatives by them come in the order of ``params``.

        Examples
        --------
        >>> from cnnanalyze.layers.merge import Multiply
        >>> Multiply().value(3, 5), Multiply().partials(3, 5)
        (15, (5, 3))
        """
        return ()

    def without_effect(self, *inputs: Shape) -> str:  # noqa: ARG002 - most kinds always do something
        """Return why this layer passes such an input on unchanged: ``dropout 0 drops nothing``.

        Nothing means that it may change its input, as the kind exists to do.
        """
        return ""

    def fit(self, *inputs: Shape) -> tuple[Fit, ...]:  # noqa: ARG002 - only sliding windows can misfit
        """Return, per axis, how the windows lie; nothing for layers without windows."""
        return ()


LayerClass = TypeVar("LayerClass", bound=type[Layer])

KINDS: Registry[type[Layer]] = Registry("layer kind", group="cnnanalyze.layers")


def layer(kind: str, *aliases: str) -> Callable[[LayerClass], LayerClass]:
    """Register a class as the layer kind of that name; foreign kinds carry a dot in their name.

    Parameters
    ----------
    kind
        The word that a spec uses.
    *aliases
        Other words for it.

    Returns
    -------
    Callable
        A decorator for a subclass of ``Layer``.

    Raises
    ------
    PluginError
        If a rule is missing, the word is taken, or a kind that is not of this package has no dot.

    Examples
    --------
    >>> from cnnanalyze.layers.base import KINDS, Layer, layer
    >>> with KINDS.scoped():
    ...
    ...     @layer("acme.twice")
    ...     class Twice(Layer):
    ...         "Twice the input."
    ...
    ...         def shape(self, *inputs):
    ...             return inputs[0]
    ...
    ...         def cost(self, output, *inputs):
    ...             return Cost(multiply=output.count)
    ...
    ...     KINDS.get("acme.twice").__name__
    'Twice'
    """

    def register(cls: LayerClass) -> LayerClass:
        KINDS.check_class(kind, cls)
        _refuse_unknown(kind, cls)
        cls.kind = kind
        cls.aliases = aliases
        KINDS.add(kind, cls, aliases)
        return cls

    return register


def _refuse_unknown(kind: str, cls: type[Layer]) -> None:
    """Raise if a class declares a category or a trait that does not exist."""
    for what, words, known in (
        ("category", [cls.category], Category),
        ("trait", sorted(cls.traits), Trait),
    ):
        for word in words:
            if word not in frozenset(known):
                raise PluginError(
                    f"layer kind '{kind}' declares the {what} '{word}', which does not exist"
                    f"{nearest(word, [*map(str, known)])}",
                    help=f"cnnanalyze.{known.__name__} lists them",
                )


class Elementwise(Layer):
    """A layer that works position by position and keeps the shape of its only input."""

    per_element: ClassVar[Cost] = Cost()
    """Operations for one element."""

    def shape(self, *inputs: Shape) -> Shape:
        """Keep the shape."""
        return inputs[0]

    def cost(self, output: Shape, *inputs: Shape) -> Cost:  # noqa: ARG002
        """Count the operations of one element for each element."""
        return self.per_element.times(output.count)


class Activation(Elementwise):
    """A nonlinear function of each number by itself; a subclass gives it as ``value``."""

    category = Category.ACTIVATION
    traits = frozenset({Trait.ACTIVATION})


def refuse_vector(what: str, shape: Shape) -> None:
    """Raise if a layer that slides over positions gets a vector."""
    if shape.is_vector:
        raise ShapeError(
            f"{what} needs a feature map, but its input is a vector of {shape.channels} features",
            help="place it before 'flatten' and 'dense', "
            "or give the vector positions with 'reshape'",
            code="SH004",
        )


def refuse_uneven(groups: int, channels: int) -> None:
    """Raise unless the groups divide the channels."""
    if channels % groups:
        raise ShapeError(
            f"groups {groups} does not divide the {channels} channels: "
            f"{channels} mod {groups} = {channels % groups}",
            attribute="groups",
            help="choose groups that divide the channels",
            code="SH003",
        )
