"""The builder: networks made in Python, layer by layer, without a text."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from cnnanalyze.core.diagnostics import show_value
from cnnanalyze.core.registry import nearest
from cnnanalyze.core.shape import Shape
from cnnanalyze.core.spelling import count_of
from cnnanalyze.errors import CnnError, Fault, ShapeError, UsageError
from cnnanalyze.graph.given_numbers import GivenTensor, fill_tensors, nest
from cnnanalyze.graph.layer_inputs import count_fault, output_of
from cnnanalyze.graph.naming import LONGEST_NAME, is_name
from cnnanalyze.graph.network import Input, Network
from cnnanalyze.graph.node import INPUT, Node, NodeId, Origin
from cnnanalyze.graph.sharing import given_others, not_a_layer, owner_of, weightless
from cnnanalyze.layers.attribute_faults import (
    Beside,
    bare_value,
    make_layer,
    not_a_flag,
    unknown_attribute,
)
from cnnanalyze.layers.attributes import LARGEST, as_tuples
from cnnanalyze.layers.base import KINDS, Layer
from cnnanalyze.layers.synonyms import of_kind

MOST_AXES = 3
"""The most spatial axes of an input."""


@dataclass(frozen=True, slots=True)
class Tensor:
    """What a layer gives, or what goes into the network: what the next layers read.

    Examples
    --------
    >>> b = NetworkBuilder()
    >>> x = b.conv(b.input(9, 7, 2), filters=5, kernel=3)
    >>> x.id, x.size, x.channels
    ('conv1', (7, 5), 5)
    """

    id: NodeId
    """The id of the layer, or of the input."""
    shape: Shape
    """The spatial extents, and the channels."""
    builder: NetworkBuilder = field(repr=False, compare=False)
    """The builder that it belongs to."""

    @property
    def size(self) -> tuple[int, ...]:
        """The spatial extents."""
        return self.shape.size

    @property
    def channels(self) -> int:
        """The channels; of a vector, its features."""
        return self.shape.channels


class NetworkBuilder:
    """Makes a network layer by layer; what is wrong is refused where it is written.

    Every layer kind is a method, with the attributes of the kind: ``b.conv(x, filters=6,
    kernel=5)``. It takes what the layer reads, one tensor or several, and gives a tensor. The
    attribute that a spec may write bare may stand behind them: ``b.dense(x, 10)``. Besides,
    every layer takes ``name`` (by default its kind with a running number), ``frozen``, ``share``
    (the layer whose weights it uses) and ``weights`` (numbers by tensor, such as ``kernel``).

    Parameters
    ----------
    name
        What the network is called.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> b = cnn.NetworkBuilder("tiny")
    >>> image = b.input(32, 32, 3)
    >>> x = b.conv(image, filters=8, kernel=3, padding="same")
    >>> with b.block("residual"):
    ...     y = b.conv(x, filters=8, kernel=3, padding="same")
    ...     x = b.add(x, b.relu(y))
    >>> net = b.build(outputs=b.dense(b.global_avgpool(x), 10))
    >>> [node.id for node in net][:4], str(net["dense1"].output)
    (['conv1', 'residual/conv1', 'residual/relu1', 'residual/add1'], '10')
    >>> cnn.analyze(net).total.parameters
    898
    >>> b.add(image, x)
    Traceback (most recent call last):
    ...
    cnnanalyze.errors.ShapeError: error: add1: cannot add 32x32x3 and 32x32x8: channels 3 ≠ 8
      help: bring the branches to as many channels, as with a 1x1 convolution
    """

    def __init__(self, name: str = "network") -> None:
        given: object = name
        if not isinstance(given, str) or not given.strip():
            raise UsageError(
                f"the name of a network must be a text, not {show_value(given)}",
                help="cnn.NetworkBuilder('lenet')",
            )
        self.name = name
        self._inputs: dict[NodeId, Input] = {}
        self._nodes: dict[str, Node] = {}
        self._taken: set[str] = set()
        """The paths of layers and blocks."""
        self._numbers: dict[str, int] = {}
        self._path = ""
        self._frozen = False

    def __repr__(self) -> str:
        return f"<NetworkBuilder of {self.name}: {count_of(len(self._nodes), 'layer')}>"

    # --- what goes in ----------------------------------------------------------------------------

    def input(
        self,
        *extents: int | Shape,
        name: str = "",
        values: Any = None,  # noqa: ANN401 - numbers, lists, arrays
        origin: Origin | None = None,
    ) -> Tensor:
        """Add an input: ``b.input(224, 224, 3)``, the channels last.

        Parameters
        ----------
        *extents
            One whole number for each spatial axis (none, one, two or three), and the channels; or
            a shape.
        name
            What the input is called; by default ``input``, and further ones ``input2``, ...
        values
            The numbers of one image, nested as the extents are.
        origin
            Where it is written, if there is a text: messages point there.

        Raises
        ------
        UsageError
            If the extents are none, the name is taken, or the values do not have the shape.
        """
        with _told_at(origin):
            shape = _shape_of(extents)
            if not name:
                count = len(self._inputs) + 1
                name = str(INPUT) if count == 1 else f"{INPUT}{count}"
            self._free_path(name, "")
            given = None if values is None else _values(values, shape)
        self._taken.add(name)
        self._inputs[NodeId(name)] = Input(shape, given)
        return Tensor(NodeId(name), shape, self)

    # --- layers ----------------------------------------------------------------------------------

    def __getattr__(self, kind: str) -> Callable[..., Tensor]:
        """Return what adds a layer of a kind."""
        if kind.startswith("_"):
            raise AttributeError(kind)
        try:
            _kind(kind)
        except UsageError as error:
            raise AttributeError(error.message) from None

        def add(*read: Tensor | Sequence[Tensor] | object, **options: Any) -> Tensor:  # noqa: ANN401 - the values of attributes
            return self.layer(kind, *read, **options)

        add.__name__ = add.__qualname__ = kind
        add.__doc__ = KINDS.get(kind).__doc__
        return add

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *(k for k in KINDS.words() if k.isidentifier())})

    def layer(
        self,
        layer: Layer | str,
        /,
        *read: Tensor | Sequence[Tensor] | object,
        name: str = "",
        frozen: bool = False,
        share: Tensor | str | None = None,
        weights: Any = None,  # noqa: ANN401 - numbers, lists, arrays, by tensor or not
        origin: Origin | None = None,
        **attributes: Any,  # noqa: ANN401
    ) -> Tensor:
        """Add a layer, ready-made or of a kind.

        Parameters
        ----------
        layer
            A layer, such as ``Conv(filters=6, kernel=5)``, or the name of a kind, those of
            plug-ins included.
        *read
            What it reads, and behind that, perhaps, the value of the kind's principal attribute.
        name
            What it is called; by default its kind with a running number.
        frozen
            Whether training leaves its parameters alone.
        share
            The layer whose weights it uses.
        weights
            Numbers for its tensors by their roles (``{"kernel": ..., "bias": ...}``), or for the
            first of them.
        origin
            Where it is written, if there is a text: messages and findings point there.
        **attributes
            The attributes of the kind.

        Raises
        ------
        ShapeError
            If the layer refuses its input.
        UsageError
            If an attribute, a name or what is read is wrong.
        """
        with _told_at(origin):
            kind = layer.kind if isinstance(layer, Layer) else _kind(layer).kind
            path = self._path_for(kind, name)
            sources, bare = self._sources(read)
            made = self._made(layer, bare, attributes, path, origin)
            _refuse_no_flag(frozen, path, origin)
            shapes = tuple(source.shape for source in sources)
            _refuse_arity(made, len(sources), path)
            node = Node(
                NodeId(path),
                made,
                tuple(source.id for source in sources),
                shapes,
                _output(made, shapes, path),
                frozen or self._frozen,
                origin=origin,
            )
            if share is not None:
                node = replace(node, share=self._owner(node, share, weights))
            elif weights is not None:
                node = replace(node, given=_given(node, weights))
        self._taken.add(path)
        self._nodes[path] = node
        return Tensor(node.id, node.output, self)

    @contextmanager
    def block(self, name: str, *, frozen: bool = False) -> Iterator[None]:
        """Put the layers that are made in a ``with`` into a block: their ids begin with its name.

        Parameters
        ----------
        name
            What it is called; blocks may stand in blocks.
        frozen
            Whether training leaves all its parameters alone.

        Examples
        --------
        >>> b = NetworkBuilder()
        >>> x = b.input(9, 9, 1)
        >>> for number in (1, 2):
        ...     with b.block(f"stage{number}"):
        ...         x = b.maxpool(b.relu(x), 2)
        >>> x.id
        'stage2/maxpool1'
        """
        path = self._free_path(name, self._path)
        _refuse_no_flag(frozen, path)
        self._taken.add(path)
        before, was_frozen, count = self._path, self._frozen, len(self._nodes)
        self._path, self._frozen = f"{path}/", was_frozen or frozen
        try:
            yield
        finally:
            self._path, self._frozen = before, was_frozen
            if len(self._nodes) == count:
                self._taken.discard(path)  # nothing stands in it

    def build(self, outputs: Tensor | Sequence[Tensor] | None = None) -> Network:
        """Return the network.

        Parameters
        ----------
        outputs
            What comes out; by default what the last layer gives.

        Raises
        ------
        UsageError
            If there is no layer, or an output is none of its layers.
        """
        if not self._nodes:
            raise UsageError(
                f"{self.name} has no layers",
                help="add some: x = b.input(32, 32, 3); x = b.conv(x, filters=8, kernel=3)",
            )
        nodes = tuple(self._nodes.values())
        wanted = [Tensor(nodes[-1].id, nodes[-1].output, self)] if outputs is None else outputs
        ends = wanted if isinstance(wanted, list | tuple) else (wanted,)
        if not ends:
            raise UsageError(f"{self.name} needs an output", help="b.build(outputs=x)")
        for end in ends:
            if not isinstance(end, Tensor):
                raise UsageError(
                    f"an output must be a tensor that a layer returned, not {show_value(end)}",
                    help="b.build(outputs=x)",
                )
            self._refuse_foreign(end)
            if end.id in self._inputs:
                raise UsageError(
                    f"the input '{end.id}' cannot be an output",
                    help="add an 'identity' after it",
                )
        if len(self._inputs) == 1 and INPUT not in self._inputs:
            (name,) = self._inputs
            raise UsageError(
                f"the only input of a network is called '{INPUT}', not '{name}'",
                help="leave the name out",
            )
        ids = tuple(dict.fromkeys(end.id for end in ends))
        return Network(self.name, dict(self._inputs), nodes, ids)

    # --- names -----------------------------------------------------------------------------------

    def _path_for(self, kind: str, name: str) -> str:
        if name:
            return self._free_path(name, self._path)
        key = self._path + kind
        number = self._numbers.get(key, 0) + 1
        while f"{key}{number}" in self._taken:
            number += 1
        self._numbers[key] = number - 1  # a layer that is refused takes no number
        return f"{key}{number}"

    def _free_path(self, name: object, within: str) -> str:
        """Return the path of something with a name, or refuse the name."""
        if not isinstance(name, str) or not is_name(name):
            raise UsageError(
                f"{show_value(name)} cannot name a layer, a block or an input",
                help="use letters, digits, '_', '-' and '.', with at least one letter and at most "
                f"{LONGEST_NAME} characters; 'input' is the network's input",
            )
        path = within + name
        if path in self._taken:
            raise UsageError(f"the name '{path}' is taken", help="choose another name")
        return path

    # --- what a layer is made of -----------------------------------------------------------------

    def _sources(self, read: Sequence[object]) -> tuple[list[Tensor], tuple[object, ...]]:
        """Return the tensors that a layer reads, and what stands behind them."""
        sources: list[Tensor] = []
        bare: list[object] = []
        for one in read:
            many = one if isinstance(one, list | tuple) and one else (one,)
            if any(isinstance(t, Tensor) for t in many):
                if bare:
                    raise UsageError(
                        f"{show_value(bare[0])} comes before what the layer reads",
                        help="put it after the inputs, or name the attribute",
                    )
                for tensor in many:
                    self._refuse_foreign(tensor)
                    sources.append(tensor)
            else:
                bare.append(one)
        if len(bare) > 1:
            raise UsageError(
                f"a layer takes one bare value, not {len(bare)}",
                help="name the attributes: b.conv(x, filters=6, kernel=5)",
            )
        return sources, tuple(bare)

    def _refuse_foreign(self, tensor: object) -> None:
        if not isinstance(tensor, Tensor):
            raise UsageError(
                "a layer reads tensors of b.input(...) or of other layers, "
                f"not {show_value(tensor)}",
                help="x = b.input(32, 32, 3); x = b.conv(x, filters=8, kernel=3)",
            )
        if tensor.builder is not self:
            raise UsageError(f"'{tensor.id}' belongs to another builder, of {tensor.builder.name}")

    @staticmethod
    def _made(
        layer: Layer | str,
        bare: tuple[object, ...],
        attributes: Mapping[str, Any],
        path: str,
        origin: Origin | None,
    ) -> Layer:
        """Return the layer with its attributes."""
        if isinstance(layer, Layer):
            if bare or attributes:
                word = next(iter(attributes), show_value(bare[0]) if bare else "")
                raise UsageError(
                    f"{path}: this {layer.kind} is made already, and takes no {word}",
                    help="give its attributes where it is made",
                )
            return layer
        cls = _kind(layer)
        if bare:
            if fault := bare_value(cls, layer, show_value(bare[0])):
                raise UsageError(fault.at(None, path))
            if cls.principal in attributes:
                raise UsageError(
                    f"{path}: {cls.principal} is given twice, as {show_value(bare[0])} and as "
                    f"{show_value(attributes[cls.principal])}",
                    help="before its attributes, a layer takes what b.input(...) or another "
                    "layer gave",
                )
            attributes = {cls.principal: bare[0], **attributes}
        return _validated(cls, layer, attributes, path, origin)

    def _owner(self, node: Node, share: object, weights: object) -> NodeId | None:
        if isinstance(share, Tensor):
            self._refuse_foreign(share)
        target = share.id if isinstance(share, Tensor) else share
        if weights is not None:
            raise UsageError(_of(node.id, given_others(show_value(target))))
        owner = self._nodes.get(target) if isinstance(target, str) else None
        if owner is None:
            hint = nearest(str(target), list(self._nodes))
            raise UsageError(not_a_layer(node.id, show_value(target), hint=hint))
        if not node.layer.params(*node.input_shapes):
            raise UsageError(_of(node.id, weightless(node.kind)))
        return owner_of(node.id, node.layer, node.input_shapes, owner, self._nodes)


# --- checking ------------------------------------------------------------------------------------


def _kind(word: object) -> type[Layer]:
    """Return the class of a kind."""
    if not isinstance(word, str):
        raise UsageError(
            f"a layer is made already, or named by its kind, not by {show_value(word)}",
            help="b.layer('conv', x, filters=6, kernel=5)",
        )
    cls = KINDS.get(word)
    if cls is None:
        meant = of_kind(word, KINDS.words())
        raise UsageError(
            f"there is no layer kind {show_value(word)}{meant.hint}",
            help=meant.help or "'cnnanalyze layers' lists them",
        )
    return cls


@contextmanager
def _told_at(origin: Origin | None) -> Iterator[None]:
    """Give what is refused the place where the layer is written, or the attribute it speaks of."""
    try:
        yield
    except CnnError as error:
        if origin is not None:
            attribute = error.attribute if isinstance(error, ShapeError) else ""
            error.faults = tuple(
                fault if fault.mark else replace(fault, mark=origin.place(attribute))
                for fault in error.faults
            )
        raise


def _refuse_no_flag(frozen: object, path: str, origin: Origin | None = None) -> None:
    if fault := not_a_flag("frozen", frozen):
        raise UsageError(fault.at(origin.place("frozen") if origin else None, path))


def _validated(
    cls: type[Layer], word: str, attributes: Mapping[str, Any], path: str, origin: Origin | None
) -> Layer:
    """Return a layer, or say everything that is wrong with its attributes, each at its place."""
    unknown = [key for key in attributes if key not in cls.model_fields]
    known = {k: as_tuples(_plain(v)) for k, v in attributes.items() if k in cls.model_fields}
    made = make_layer(cls, word, known, is_whole=not unknown)
    faults = [unknown_attribute(cls, word, key, _BESIDE) for key in unknown]
    if isinstance(made, Layer) and not faults:
        return made
    faults += () if isinstance(made, Layer) else made
    raise UsageError(*(f.at(origin.place(f.attribute) if origin else None, path) for f in faults))


_BESIDE = Beside(
    ("frozen", "share", "weights"),
    lambda word: f"every layer takes '{word}' besides its attributes",
)


def _of(path: str, fault: Fault) -> Fault:
    """Return a fault of a layer, with its name."""
    return replace(fault, message=f"{path}: {fault.message}")


def _refuse_arity(layer: Layer, count: int, path: str) -> None:
    """Refuse too few or too many inputs."""
    several = f"b.{layer.kind}({', '.join('xyz'[: layer.arity[0]])})"
    if fault := count_fault(type(layer), layer.kind, count, several):
        raise UsageError(_of(path, fault))


def _output(layer: Layer, shapes: tuple[Shape, ...], path: str) -> Shape:
    """Return what a layer gives, or refuse its input as the layer does, with its name."""
    try:
        return output_of(layer, shapes, "network")
    except ShapeError as error:
        fault = error.faults[0]
        raise ShapeError(
            f"{path}: {fault.message}",
            attribute=error.attribute,
            help=fault.help,
            code=fault.code,
        ) from None


def _shape_of(extents: tuple[int | Shape, ...]) -> Shape:
    """Return the shape that somebody gives an input."""
    if len(extents) == 1 and isinstance(extents[0], Shape):
        extents = extents[0].extents
    extents = tuple(map(_plain, extents))
    if not 1 <= len(extents) <= MOST_AXES + 1:
        raise UsageError(
            f"an input has one to {MOST_AXES + 1} extents, not {len(extents)}",
            help="b.input(224, 224, 3), an image; b.input(128, 9), a signal; "
            "b.input(784), a vector",
        )
    for n in extents:
        if type(n) is not int or not 1 <= n <= LARGEST:
            raise UsageError(
                "every extent of an input must be a whole number of at least 1 and at most "
                f"{LARGEST:,}, not {show_value(n)}"
            )
    size = tuple(n for n in extents if isinstance(n, int))
    return Shape(size[:-1], size[-1])


def _plain(values: Any) -> Any:  # noqa: ANN401 - numbers, lists, arrays
    """Return numbers that lie in an array as nested lists."""
    if isinstance(values, Mapping):
        return {role: _plain(numbers) for role, numbers in values.items()}
    if isinstance(values, list | tuple):
        return [_plain(value) for value in values]
    return values.tolist() if hasattr(values, "tolist") else values


def _values(values: object, shape: Shape) -> tuple[Any, ...]:
    try:
        return nest(_plain(values), shape.extents)
    except ValueError as error:
        raise UsageError(
            f"the values of the input do not have its shape {shape}: {error}",
            help="give one list per row, and in it one number per position, "
            "or one list of numbers for the channels",
        ) from None


def _given(node: Node, weights: object) -> tuple[GivenTensor, ...]:
    try:
        return fill_tensors(_plain(weights), node.layer, node.input_shapes)
    except CnnError as error:
        raise UsageError(*(_of(node.id, fault) for fault in error.faults)) from None
