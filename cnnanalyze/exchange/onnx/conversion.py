"""Conversion: from operations to layers; what each operator reads, and what it gives."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from math import prod
from typing import Any, NamedTuple

from cnnanalyze.core.shape import Shape
from cnnanalyze.errors import CnnError, Fault, Mark, Source, SpecError
from cnnanalyze.exchange.names import FreeNames
from cnnanalyze.exchange.onnx.constants import Known
from cnnanalyze.exchange.onnx.model import Graph, Operation, Tensor
from cnnanalyze.exchange.views import IMAGES, REPEATED, Axis, Digit, View, extent, joined, steps
from cnnanalyze.graph.builder import NetworkBuilder
from cnnanalyze.graph.builder import Tensor as Made
from cnnanalyze.graph.naming import LONGEST_NAME, is_name
from cnnanalyze.graph.node import Origin


class Unsupported(Exception):  # noqa: N818 - not an error: the operation becomes opaque
    """An operation has no layers of ours, for this reason.

    The extents of what it gives may be known all the same.
    """

    def __init__(self, reason: str, *gives: Sequence[int]) -> None:
        super().__init__(reason)
        self.gives = tuple(map(tuple, gives))


@contextmanager
def giving(*extents: Sequence[int]) -> Iterator[None]:
    """Say of what has no layers of ours that it gives tensors of these extents.

    Examples
    --------
    >>> try:
    ...     with giving((1, 3, 5)):
    ...         raise Unsupported("its windows lie apart")
    ... except Unsupported as reason:
    ...     print(reason, reason.gives)
    its windows lie apart ((1, 3, 5),)
    """
    try:
        yield
    except Unsupported as reason:
        raise Unsupported(str(reason), *(reason.gives or extents)) from None


class MixedImages(Exception):  # noqa: N818 - not an error: the first axis is read anew
    """An operation brings together what lies along the first axis: it is no batch of images."""


@dataclass(frozen=True, slots=True)
class Viewed:
    """A tensor that depends on what goes in: a layer, and where its numbers lie in it."""

    layer: Made
    view: View
    type: str = "float32"

    @property
    def extents(self) -> tuple[int, ...]:
        """The extents of the tensor."""
        return self.view.extents


@dataclass(frozen=True, slots=True)
class Several:
    """A sequence of tensors."""

    values: tuple[Any, ...]


Value = Known | Viewed | Several


class Held(NamedTuple):
    """Which numbers of the file a tensor of a layer holds.

    The tensor of the file, cut into the digits of ``axes`` and these put in that order, has the
    numbers in the order of the layer.
    """

    source: str
    axes: tuple[Axis, ...]
    times: float = 1.0
    """What they are multiplied with."""
    is_divisor: bool = False
    """Whether it is what they are one over."""


@dataclass
class Conversion:
    """A graph on its way to a network."""

    graph: Graph
    opset: int
    builder: NetworkBuilder
    perform: Callable[[Conversion, Operation], None]
    """What converts an operation, those of branches too."""
    file: str = "model.onnx"
    are_images: bool = True
    """Whether the first axis of what goes in counts images."""
    is_checked: bool = True
    """Whether what the file declares of values is compared."""
    channels_last: bool = False
    """Whether the channels of what goes in are known to be the last axis."""
    values: dict[str, Value] = field(default_factory=dict)
    inputs: set[str] = field(default_factory=set)
    """What goes in, by the names in the network."""
    held: dict[str, dict[str, Held]] = field(default_factory=dict)
    """By layer and tensor: whose numbers these are."""
    counted: set[str] = field(default_factory=set)
    """The tensors of the file that layers hold."""
    folded: int = 0
    """The channels of batch norms that an exporter has worked into convolutions without a bias."""
    spread: int = 0
    """How many numbers more biases of attention have than tables of relative positions would."""
    computed: int = 0
    """How many numbers layers hold that are none of the file, but computed of them."""
    notes: Counter[str] = field(default_factory=Counter)
    """What a reader of the network should know."""

    def __post_init__(self) -> None:
        self.readers: dict[str, list[Operation]] = {}
        for op in self.graph.operations:
            for name in op.inputs:
                self.readers.setdefault(name, []).append(op)
        self.given = {value.name for value in self.graph.outputs}
        self.done: set[int] = set()
        """Operations that another one has taken with it."""
        self.tables: dict[object, Made] = {}
        """Layers that look numbers up, by the table and their attributes: it is held once."""
        self._names = FreeNames()
        self._owners: dict[object, str] = {}
        self._laid: dict[object, Made] = {}
        """Layers that are laid out otherwise, by the layer and its axes: each is made once."""
        lines = "\n".join(map(str, self.graph.operations))
        self._source = Source(self.file, lines)
        self._lines = {id(op): line for line, op in enumerate(self.graph.operations, 1)}

    # --- layers ----------------------------------------------------------------------------------

    def add(
        self,
        op: Operation,
        kind: str,
        *read: Made,
        holds: Mapping[str, Known | tuple[Known, Sequence[Axis]] | None] | None = None,
        times: float = 1.0,
        is_divisor: bool = False,
        share: Made | str | None = None,
        **attributes: Any,  # noqa: ANN401 - those of the kind
    ) -> Made:
        """Add a layer of an operation."""
        held = {
            role: Held(known.source, tuple(axes), times, is_divisor)
            for role, known, axes in _parts(holds or {})
            if known.source
        }
        self.counted.update(one.source for one in held.values())
        self.computed += sum(
            known.count
            for _, known, _ in _parts(holds or {})
            if not known.source and not known.is_fixed
        )
        key = None
        if held and len(held) == len(holds or {}) and "kernel" in held:
            key = (kind, tuple(sorted(held.items())), tuple(sorted(attributes.items(), key=str)))
            share = self._owners.get(key)
        name = self._name(op, held)
        is_fixed = "kernel" in held and all(one.is_fixed for _, one, _ in _parts(holds or {}))
        try:
            made = self.builder.layer(
                kind,
                *read,
                name=name,
                share=share,
                origin=self.origin(op),
                frozen=is_fixed and share is None,
                **attributes,
            )
        except CnnError as error:
            raise SpecError(*(self.fault(op, fault) for fault in error.faults)) from None
        if held:
            self.held[made.id] = held
            if key is not None and share is None:
                self._owners[key] = made.id
        return made

    def origin(self, op: Operation) -> Origin | None:
        """Return the place of an operation, as if the file listed one a line."""
        line = self._lines.get(id(op))
        if line is None:
            return None
        return Origin(Mark(self._source, line, 1, len(self._source.lines[line - 1])))

    def fault(self, op: Operation, fault: Fault) -> Fault:
        """Return a fault of the builder as one of the file."""
        _, colon, words = fault.message.partition(": ")
        return Fault(f"{op}: {words if colon else fault.message}", help=fault.help, code=fault.code)

    def refuse(self, op: Operation, message: str, help: str = "") -> SpecError:  # noqa: A002 - the word users read
        """Return the error that says what is wrong with an operation."""
        return SpecError(Fault(f"{op}: {message}", help=help))

    def _name(self, op: Operation, held: Mapping[str, Held]) -> str:
        """Return a name for a layer: the module's whose weights it holds, or the operation's."""
        found = ""
        for one in held.values():
            module, dot, role = one.source.rpartition(".")
            if dot and role in _ROLES:
                found = module
                break
        name = readable(found or op.name, op.operator)
        return self._names.free(name) if name else ""

    def stored_behind(self, names: Iterable[str]) -> set[str]:
        """Return the tensors of the file that values are made of, without what goes in."""
        makers = {name: op for op in self.graph.operations for name in op.outputs if name}
        found: set[str] = set()
        waiting, seen = [*names], set[str]()
        while waiting:
            if (name := waiting.pop()) in seen:
                continue
            seen.add(name)
            if name in self.graph.constants:
                found.add(name)
            elif name in makers:
                waiting += makers[name].inputs
        return found

    # --- arrangement -----------------------------------------------------------------------------

    def arranged(self, op: Operation, value: Viewed, groups: Sequence[Sequence[int]]) -> Made:
        """Return a layer whose axes are these of the tensor, several of them as one."""
        used = {axis for group in groups for axis in group}
        for place, axis in enumerate(value.view.axes):
            if place not in used and any(digit.role != IMAGES for digit in axis):
                raise MixedImages
        axes = [
            tuple(
                digit for axis in group for digit in value.view.axes[axis] if digit.role != IMAGES
            )
            for group in groups
        ]
        return self.laid(op, value.layer, axes)

    def moves(self, layer: Made, axes: Sequence[Axis]) -> int:
        """Return how many layers it would take to have these digits for axes."""
        key = (layer.id, tuple(joined(axis) for axis in axes))
        return 0 if key in self._laid else len(list(steps(layer.shape, axes)))

    def laid(self, op: Operation, layer: Made, axes: Sequence[Axis]) -> Made:
        """Return a layer with these digits of another one for axes."""
        key = (layer.id, tuple(joined(axis) for axis in axes))
        if key not in self._laid:
            for step in steps(layer.shape, axes):
                layer = self.add(op, step.kind, layer, **step.attributes)
            self._laid[key] = layer
        return self._laid[key]


def _parts(
    holds: Mapping[str, Known | tuple[Known, Sequence[Axis]] | None],
) -> Iterator[tuple[str, Known, Sequence[Axis]]]:
    for role, one in holds.items():
        if isinstance(one, tuple):
            known, axes = one
            yield role, known, axes
        elif one is not None:
            yield role, one, () if one.view is None else one.view.axes


_ROLES = {"weight", "bias", "kernel", "gamma", "beta", "scale", "running_mean", "running_var", "w"}


def readable(name: str, operator: str) -> str:
    """Return the name of an operation as that of a layer; nothing if nothing is left of it.

    Examples
    --------
    >>> readable("/layer1/layer1.0/conv1/Conv", "Conv"), readable("Conv_3", "Conv")
    ('layer1.0.conv1', 'Conv_3')
    >>> readable("12", "Relu")
    ''
    """
    parts = [part for part in re.split(r"[/:]+", name) if part]
    if len(parts) > 1 and re.fullmatch(rf"{re.escape(operator)}(_\d+)?", parts[-1]):
        parts.pop()
    kept: list[str] = []
    for part in parts:
        if kept and part.startswith(f"{kept[-1]}."):
            kept.pop()
        kept.append(part)
    found = re.sub(r"[^\w.-]+", "_", ".".join(kept)).strip("._-")[-LONGEST_NAME + 10 :]
    found = found.lstrip("._-")
    return found if is_name(found) and found != "input" else ""


def is_same(value: Viewed, other: Viewed) -> bool:
    """Whether two tensors lie in their layers alike."""
    return value.view == other.view and value.layer.shape == other.layer.shape


def without_images(axis: Axis) -> Axis:
    """Return the digits of an axis that count within an image."""
    return tuple(digit for digit in axis if digit.role != IMAGES)


def images_of(axis: Axis) -> Axis:
    """Return the digits of an axis that count images, which must be its outermost."""
    found = tuple(digit for digit in axis if digit.role == IMAGES)
    if found and axis[: len(found)] != found:
        raise MixedImages
    return found


@dataclass(frozen=True)
class Call:
    """An operation with what it reads."""

    to: Conversion
    op: Operation
    read: tuple[Value | None, ...]

    # --- what it says ----------------------------------------------------------------------------

    @property
    def opset(self) -> int:
        """The version of ONNX's operators."""
        return self.to.opset

    def whole(self, name: str, default: int = 0) -> int:
        """Return an attribute that is a whole number."""
        found = self.op.attributes.get(name, default)
        if not isinstance(found, int):
            raise self.to.refuse(self.op, f"{name} must be a whole number, not {found!r}")
        return found

    def real(self, name: str, default: float) -> float:
        """Return an attribute that is a number."""
        found = self.op.attributes.get(name, default)
        if not isinstance(found, int | float):
            raise self.to.refuse(self.op, f"{name} must be a number, not {found!r}")
        return float(found)

    def word(self, name: str, default: str = "") -> str:
        """Return an attribute that is a text."""
        found = self.op.attributes.get(name, default)
        if isinstance(found, bytes):
            found = found.decode("utf-8", "replace")
        if not isinstance(found, str):
            raise self.to.refuse(self.op, f"{name} must be a text, not {found!r}")
        return found

    def wholes(self, name: str) -> tuple[int, ...] | None:
        """Return an attribute that is several whole numbers; nothing if it is not there."""
        found = self.op.attributes.get(name)
        if found is None:
            return None
        if not isinstance(found, tuple) or not all(isinstance(n, int) for n in found):
            raise self.to.refuse(self.op, f"{name} must be whole numbers, not {found!r}")
        return tuple(n for n in found if isinstance(n, int))

    def given(self, place: int) -> Value | None:
        """Return an input; nothing if it is left out."""
        return self.read[place] if place < len(self.read) else None

    def known(self, place: int) -> Known | None:
        """Return an input that is a constant; nothing if it is left out."""
        found = self.given(place)
        if found is None or isinstance(found, Known):
            return found
        raise Unsupported(f"input {place} is computed, and no constant")

    def integers(self, place: int, name: str = "") -> tuple[int, ...] | None:
        """Return whole numbers that are an input, or in older versions an attribute."""
        if name and (found := self.wholes(name)) is not None:
            return found
        constant = self.known(place)
        if constant is None:
            return None
        if constant.whole is None:
            raise Unsupported(f"the numbers of input {place} are not known")
        return constant.whole

    def viewed(self, place: int = 0) -> Viewed:
        """Return an input that is computed."""
        found = self.given(place)
        if isinstance(found, Viewed):
            return found
        raise Unsupported(f"input {place} is not computed")

    def is_read(self, place: int) -> bool:
        """Whether somebody reads an output."""
        name = self.op.outputs[place] if place < len(self.op.outputs) else ""
        return bool(name) and (name in self.to.readers or name in self.to.given)

    @property
    def computed(self) -> tuple[Viewed, ...]:
        """The inputs that are computed."""
        return tuple(value for value in self.read if isinstance(value, Viewed))

    def axis(self, number: int, rank: int) -> int:
        """Return an axis counted from the beginning."""
        if not -rank <= number < rank:
            raise self.to.refuse(
                self.op,
                f"axis {number} is none of a tensor of {rank} axes: {number} is not within "
                f"{-rank} to {rank - 1}",
            )
        return number % rank

    # --- what it makes ---------------------------------------------------------------------------

    def add(self, kind: str, *read: Made, **attributes: Any) -> Made:  # noqa: ANN401
        """Add a layer."""
        return self.to.add(self.op, kind, *read, **attributes)

    def elementwise(self, kind: str, value: Viewed, **attributes: Any) -> Viewed:  # noqa: ANN401
        """Add a layer that keeps every number in its place."""
        return Viewed(self.add(kind, value.layer, **attributes), value.view, value.type)

    def map(self, value: Viewed, channels: int = 1) -> tuple[Made, int]:
        """Return a layer of maps, and how many axes lie before those of the tensor's own positions.

        There is one more where the first axis counts more than images.
        """
        rank = value.view.rank
        groups = [[axis] for axis in range(1, rank) if axis != channels] + [[channels]]
        lead = int(bool(without_images(value.view.axes[0])))
        if lead:
            images_of(value.view.axes[0])
            groups.insert(0, [0])
        return self.to.arranged(self.op, value, groups), lead

    def mapped(self, made: Made, like: Viewed, lead: int, channels: int = 1) -> Viewed:
        """Return the tensor of a layer of maps, with its axes as another one's."""
        first = images_of(like.view.axes[0])
        axes: list[Axis] = [joined([*first, *whole(made.shape, 0)]) if lead else first]
        positions = iter(range(lead, made.shape.rank))
        for axis in range(1, made.shape.rank + 2 - lead):
            role = made.shape.rank if axis == channels else next(positions)
            axes.append(whole(made.shape, role))
        return Viewed(made, View(tuple(axes)), like.type)

    def along(self, value: Viewed, axes: Sequence[int]) -> tuple[Made, View]:
        """Return a layer whose channels are these axes, and the view of a layer like it."""
        if any(d.role == IMAGES and d.extent > 1 for a in axes for d in value.view.axes[a]):
            raise MixedImages
        view, shape = value.view, value.layer.shape
        inside = {d.role for a in axes for d in view.axes[a] if d.role != IMAGES}
        outside = {
            digit.role for a, axis in enumerate(view.axes) if a not in axes for digit in axis
        }
        if inside <= {shape.rank} and shape.rank not in outside:
            return value.layer, view
        positions = [a for a in range(view.rank) if a not in axes and without_images(view.axes[a])]
        made = self.to.arranged(self.op, value, [*([a] for a in positions), list(axes)])
        # Where each axis lies now: positions in their order, the channels cut again.
        cut = iter(_cut(made.shape.rank, [extent(view.axes[a]) for a in axes]))
        found: list[Axis] = []
        for a, axis in enumerate(view.axes):
            if a in axes:
                found.append(next(cut))
            elif a in positions:
                own = whole(made.shape, positions.index(a))
                found.append(joined([*images_of(axis), *own]))
            else:
                found.append(axis)
        return made, View(tuple(found))

    def flat(self, value: Viewed) -> bool:
        """Whether a tensor has a digit of a layer only along its last axis."""
        return all(not without_images(axis) for axis in value.view.axes[:-1])

    def behind(self, extents: tuple[int, ...]) -> Known | None:
        """Return the constant of such extents that the only reader of this operation adds.

        That operation is then done, and its value is that of this one.
        """
        (name,) = self.op.outputs[:1]
        readers = self.to.readers.get(name, [])
        if len(readers) != 1 or readers[0].operator != "Add" or name in self.to.given:
            return None
        add = readers[0]
        other = next((one for one in add.inputs if one != name), name)
        constant = self.to.values.get(other)
        if not isinstance(constant, Known) or not constant.is_float:
            return None
        shape = constant.shape
        while shape and shape[0] == 1 and len(shape) > len(extents):
            shape = shape[1:]
        if shape != extents or prod(shape) == 1:
            return None
        self.to.done.add(id(add))
        return constant


def whole(shape: Shape, role: int) -> Axis:
    """Return the digits of an axis that is one of a layer."""
    return joined([Digit(role, 1, shape.extents[role])])


def _cut(role: int, extents: Sequence[int]) -> Iterable[Axis]:
    for place, n in enumerate(extents):
        yield joined([Digit(role, prod(extents[place + 1 :]), n)])


def tensor_of(attribute: object) -> Tensor | None:
    """Return an attribute that is a tensor."""
    return attribute if isinstance(attribute, Tensor) else None


def repeats(value: Viewed) -> bool:
    """Whether a tensor has the same numbers again and again."""
    return any(digit.role == REPEATED for axis in value.view.axes for digit in axis)
