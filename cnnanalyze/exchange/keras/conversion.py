"""Conversion: one call of a layer after the other, as layers of ours."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import prod
from typing import Any, NoReturn

from cnnanalyze.errors import CnnError, Fault, Mark, Source, SpecError
from cnnanalyze.exchange.keras.model import LayerConfiguration
from cnnanalyze.exchange.names import FreeNames
from cnnanalyze.exchange.views import IMAGES, View, steps
from cnnanalyze.graph.builder import NetworkBuilder, Tensor
from cnnanalyze.graph.node import Origin

MOST_CALLS = 100_000
"""The calls of layers of the largest model, each model counted as often as it is called."""


class Unsupported(Exception):  # noqa: N818 - not an error: the layer becomes opaque
    """A layer has none of ours, for this reason."""


@dataclass(frozen=True, slots=True)
class Viewed:
    """A tensor of Keras: a layer, and where its numbers lie in it; the batch is its first axis."""

    layer: Tensor
    view: View

    @classmethod
    def whole(cls, layer: Tensor, roles: Sequence[int] | None = None) -> Viewed:
        """Return the tensor with the axes of a layer, in this order, the channels last."""
        own = range(layer.shape.rank + 1) if roles is None else roles
        return cls(layer, View.of(layer.shape, (IMAGES, *own)))

    @property
    def extents(self) -> tuple[int, ...]:
        """Its extents without the batch."""
        return self.view.extents[1:]

    @property
    def rank(self) -> int:
        """The number of its axes without the batch."""
        return self.view.rank - 1


@dataclass
class Conversion:
    """A model on its way to a network."""

    builder: NetworkBuilder
    source: Source
    lines: dict[LayerConfiguration, int]
    is_old: bool
    """Whether Keras 2 wrote it."""
    is_checked: bool = True
    """Whether the file is for inputs of these extents, so that what it declares must hold."""
    left: int = MOST_CALLS
    notes: dict[str, None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.names = FreeNames()
        self.owners: dict[tuple[LayerConfiguration, int], Tensor] = {}
        self.inner: dict[tuple[LayerConfiguration, int], LayerConfiguration] = {}

    def origin(self, layer: LayerConfiguration) -> Origin | None:
        """Return the place of a layer, as if the file listed one a line."""
        line = self.lines.get(layer)
        if not line:
            return None
        return Origin(Mark(self.source, line, 1, len(self.source.lines[line - 1])))


@dataclass
class Call:
    """One call of a layer: what it is, what it reads, and what is made of it."""

    to: Conversion
    layer: LayerConfiguration
    path: str
    arguments: tuple[Any, ...]
    """As in the file, with tensors in place of references."""
    named: Mapping[str, Any]
    declared: tuple[int | None, ...] | None = None
    """The extents that the file has for its output, if another layer reads it."""
    made: int = 0
    """How many layers with tensors it has made."""
    is_named: bool = False
    """Whether a layer has its name."""

    # --- what it says ----------------------------------------------------------------------------

    @property
    def read(self) -> tuple[Viewed, ...]:
        """The tensors that it reads, in order."""
        return tuple(_tensors((self.arguments, *self.named.values())))

    @property
    def value(self) -> Viewed:
        """The tensor that it reads."""
        if len(self.read) != 1:
            raise Unsupported(f"it reads {len(self.read)} tensors")
        return self.read[0]

    def refuse(self, message: str, help: str = "") -> NoReturn:  # noqa: A002 - the word users read
        """Raise what is wrong with the layer.

        Raises
        ------
        SpecError
            Always.
        """
        raise SpecError(f"{self.layer}: {message}", help=help)

    def get(self, *names: str, default: Any = None) -> Any:  # noqa: ANN401 - what JSON holds
        """Return a value of the configuration by the first of its names that is there."""
        values = self.layer.values
        return next((values[name] for name in names if values.get(name) is not None), default)

    def whole(self, *names: str, default: int | None = None) -> int:
        """Return a whole number of the configuration."""
        found = self.get(*names, default=default)
        if isinstance(found, float) and found.is_integer():
            found = int(found)
        if not isinstance(found, int) or isinstance(found, bool):
            self.refuse(f"'{names[0]}' must be a whole number, not {_said(found)}")
        return found

    def real(self, *names: str, default: float | None = None) -> float:
        """Return a number of the configuration."""
        found = self.get(*names, default=default)
        if not isinstance(found, int | float) or isinstance(found, bool):
            self.refuse(f"'{names[0]}' must be a number, not {_said(found)}")
        return float(found)

    def flag(self, name: str, default: bool) -> bool:
        """Return a switch of the configuration."""
        found = self.get(name, default=default)
        if not isinstance(found, bool):
            self.refuse(f"'{name}' must be true or false, not {_said(found)}")
        return found

    def word(self, name: str, default: str = "") -> str:
        """Return a word of the configuration."""
        found = self.get(name, default=default)
        if not isinstance(found, str):
            self.refuse(f"'{name}' must be a word, not {_said(found)}")
        return found

    def wholes(self, *names: str, count: int, default: int | None = None) -> tuple[int, ...]:
        """Return whole numbers of the configuration, one for each axis; a single one is for all."""
        found = items(self.get(*names, default=default))
        if isinstance(found, int) and not isinstance(found, bool):
            return (found,) * count
        if not (
            isinstance(found, tuple)
            and len(found) == count
            and all(isinstance(n, int) and not isinstance(n, bool) for n in found)
        ):
            self.refuse(f"'{names[0]}' must be {count} whole numbers, not {_said(found)}")
        return found

    def each(self, *names: str, count: int, default: int | None = None) -> int | tuple[int, ...]:
        """Return whole numbers of the configuration, one for each axis; one if they are equal."""
        found = self.wholes(*names, count=count, default=default)
        return found[0] if len(set(found)) == 1 else found

    @property
    def is_channels_first(self) -> bool:
        """Whether the channels come before the positions."""
        return self.word("data_format", "channels_last") == "channels_first"

    def axis(self, number: object, rank: int) -> int:
        """Return an axis, the batch included, counted from the beginning."""
        if not isinstance(number, int) or not -rank <= number < rank:
            self.refuse(
                f"axis {_said(number)} is none of a tensor of {rank} axes, the batch included"
            )
        return number % rank

    # --- what it makes ---------------------------------------------------------------------------

    def add(self, kind: str, *read: Tensor, **attributes: Any) -> Tensor:  # noqa: ANN401
        """Add a layer without tensors."""
        return self._add(kind, read, attributes)

    def before(self, kind: str, *read: Tensor, **attributes: Any) -> Tensor:  # noqa: ANN401
        """Add a layer without tensors before the one that has the name of the whole."""
        return self._add(kind, read, attributes, named=False)

    def hold(self, kind: str, *read: Tensor, **attributes: Any) -> Tensor:  # noqa: ANN401
        """Add a layer with tensors; those of an earlier call of the layer, if there is one."""
        key = self.layer, self.made
        self.made += 1
        made = self._add(kind, read, attributes, self.to.owners.get(key))
        self.to.owners.setdefault(key, made)
        return made

    def _add(
        self,
        kind: str,
        read: Sequence[Tensor],
        attributes: Mapping[str, Any],
        share: Tensor | None = None,
        *,
        named: bool = True,
    ) -> Tensor:
        """Add a layer, which has the name of the whole if it is the first to bear one."""
        is_first = named and not self.is_named
        own = self.layer.name if is_first else f"{self.layer.name}_{kind}"
        try:
            made = self.to.builder.layer(
                kind,
                *read,
                name=self.to.names.near(f"{self.path}{own}"),
                frozen=self.get("trainable", default=True) is False and share is None,
                share=share,
                origin=self.to.origin(self.layer),
                **attributes,
            )
        except CnnError as error:
            raise SpecError(*(self._of_layer(fault) for fault in error.faults)) from None
        self.is_named = self.is_named or named
        return made

    def _of_layer(self, fault: Fault) -> Fault:
        _, colon, words = fault.message.partition(": ")
        message = words if colon else fault.message
        return Fault(f"{self.layer}: {message}", help=fault.help, code=fault.code)

    def as_layer(
        self,
        kind: str,
        values: Mapping[str, Any],
        convert: Callable[[Call], Viewed],
        value: Viewed | None = None,
        named: Mapping[str, Any] | None = None,
    ) -> Viewed:
        """Convert a layer that stands inside of this one, under its name."""
        key = self.layer, id(values)
        inner = self.to.inner.get(key)
        if inner is None:
            inner = LayerConfiguration(self.layer.name, kind, self.layer.module, values, ())
            self.to.inner[key] = inner
            self.to.lines[inner] = self.to.lines.get(self.layer, 0)
        arguments = self.arguments if value is None else (value,)
        call = replace(self, layer=inner, arguments=arguments, named=named or {}, made=0)
        found = convert(call)
        self.is_named = call.is_named
        return found

    # --- axes ------------------------------------------------------------------------------------

    def arranged(
        self, value: Viewed, groups: Sequence[Sequence[int]], *, named: bool = False
    ) -> Tensor:
        """Return a layer whose axes are these of a tensor, counted with the batch."""
        axes = [
            tuple(d for axis in group for d in value.view.axes[axis] if d.role != IMAGES)
            for group in groups
        ]
        layer = value.layer
        for step in steps(layer.shape, axes):
            layer = self._add(step.kind, (layer,), step.attributes, named=named)
        return layer

    def map(self, value: Viewed) -> Tensor:
        """Return a layer with the positions of a tensor, and its channels last."""
        return self.arranged(value, [[axis] for axis in self._order(value.view.rank)])

    def mapped(self, made: Tensor) -> Viewed:
        """Return a tensor with the axes of a layer of maps, as the configuration wants them."""
        order = self._order(made.shape.rank + 2)
        return Viewed.whole(made, [order.index(axis) for axis in range(1, made.shape.rank + 2)])

    def _order(self, rank: int) -> list[int]:
        """Return the axes of a tensor, the channels last."""
        own = list(range(1, rank))
        return [*own[1:], own[0]] if self.is_channels_first and len(own) > 1 else own

    def along(self, value: Viewed, axis: int) -> tuple[Tensor, list[int]]:
        """Return a layer whose channels are an axis of a tensor, and the order of its axes."""
        order = [one for one in range(1, value.view.rank) if one != axis] + [axis]
        return self.arranged(value, [[one] for one in order]), order

    def back(self, made: Tensor, order: Sequence[int]) -> Viewed:
        """Return a tensor whose axes have this order in a layer."""
        return Viewed.whole(made, [order.index(axis) for axis in range(1, len(order) + 1)])

    def elementwise(self, value: Viewed, kind: str, **attributes: Any) -> Viewed:  # noqa: ANN401
        """Add a layer that keeps every number in its place."""
        return Viewed(self.add(kind, value.layer, **attributes), value.view)

    def reshaped(self, value: Viewed, sizes: Sequence[int]) -> Viewed:
        """Return a tensor with other extents, the batch left out, and its numbers in order."""
        if prod(sizes) != prod(value.extents):
            self.refuse(
                f"{' x '.join(map(str, value.extents))} cannot become "
                f"{' x '.join(map(str, sizes))}: {prod(value.extents):,} ≠ {prod(sizes):,}"
            )
        view = value.view.reshape((value.view.extents[0], *sizes))
        if view is None:
            flat = self.arranged(value, [range(1, value.view.rank)])
            view = Viewed.whole(flat).view.reshape((1, *sizes))
            assert view is not None
            return Viewed(flat, view)
        return Viewed(value.layer, view)


def opaque(call: Call, reason: str) -> Viewed:
    """Return what stands for a layer that has none of ours: its shape, if the file tells it."""
    declared = call.declared
    if declared is None or any(n is None for n in declared[1:]) or len(declared) < 2:  # noqa: PLR2004
        call.refuse(
            f"{reason}, and the shape of its output is not known",
            help="write the model with Keras 3, whose files have the shapes of tensors, or name an "
            "output before it",
        )
    own = [n for n in declared[1:] if n is not None]
    read = tuple(dict.fromkeys(value.layer for value in call.read))
    made = call.add(
        "opaque", *read, output="x".join(map(str, own)), about=f"Keras: {call.layer.kind}"
    )
    call.to.notes[f"{call.layer} is opaque: {reason}"] = None
    return Viewed.whole(made)


def items(value: object) -> Any:  # noqa: ANN401 - what JSON holds
    """Return a list of the file as a tuple; Keras 3 sometimes says that it is one."""
    if isinstance(value, Mapping) and "items" in value:
        value = value["items"]
    if isinstance(value, list | tuple):
        return tuple(items(one) for one in value)
    return value


def _tensors(value: object) -> Iterator[Viewed]:
    if isinstance(value, Viewed):
        yield value
    elif isinstance(value, tuple):
        for one in value:
            yield from _tensors(one)


def _said(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:60]}..."  # noqa: PLR2004 - a line
