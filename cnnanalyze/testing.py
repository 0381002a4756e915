"""For the tests of others: suites for layer kinds and front ends, and models held to their specs.

A kind of somebody else's is registered in both books, its rules with :func:`cnnanalyze.layer` and
its kernel with :func:`cnnanalyze.execute.kernels.run`. Then one line in its own tests is enough::

    def test_swish() -> None:
        check_kind(Swish, [(("11x13x3",), {"beta": 2}), (("7",), {})])

A front end, registered with :func:`cnnanalyze.front_end`, is tested with a file that it reads::

    def test_tiny() -> None:
        check_front_end(Path("samples/net.tiny"))

A model is held to its spec::

    def test_the_model_is_what_is_declared() -> None:
        assert_conforms("model.onnx", "model.yaml")
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

from cnnanalyze.comparison.conformance.proof import conform
from cnnanalyze.comparison.conformance.result import Conformance
from cnnanalyze.comparison.conformance.weights import WeightConformance, conform_weights
from cnnanalyze.core.files import printable, read_bytes
from cnnanalyze.core.shape import Shape
from cnnanalyze.crosscheck.balance import balance
from cnnanalyze.crosscheck.trait_check import contradictions, not_shown
from cnnanalyze.errors import CnnError, PluginError, ShapeError, Source
from cnnanalyze.exchange.front_end import find
from cnnanalyze.exchange.load import load
from cnnanalyze.exchange.network_source import read, read_like
from cnnanalyze.exchange.weights.read import is_weights, read_weights
from cnnanalyze.execute.kernels import RUN
from cnnanalyze.execute.refusal import try_layer
from cnnanalyze.graph.network import Network
from cnnanalyze.language.build import build
from cnnanalyze.language.writer import write
from cnnanalyze.layers.base import KINDS, Example, Layer
from cnnanalyze.layers.traits import Trait

ShapesAndAttributes = tuple[Sequence[str], Mapping[str, Any]]
"""The shapes of the inputs as in a spec, and the attributes of one layer."""

SUBJECT = "subject"
"""The id of the layer under test in the network of :func:`network_of`."""


def assert_conforms(
    model: Network | str | Path | object, spec: Network | str | Path, *, folded: bool = False
) -> None:
    """Is a model the network that its spec declares?

    Parameters
    ----------
    model
        A network, a file that can be imported, a file of weights, or a PyTorch module, which gets
        inputs as the spec has them.
    spec
        The spec: a network, a file, or ``zoo:NAME``.
    folded
        Whether batch normalisation is worked into the layers before it, as exporters do.

    Raises
    ------
    AssertionError
        With everything in which the model departs from the spec, one line each.

    Examples
    --------
    >>> assert_conforms("zoo:lenet5", "zoo:lenet5")
    """
    declared = read(spec)
    found: Conformance | WeightConformance
    if is_weights(model):
        assert isinstance(model, str | Path)
        found = conform_weights(declared, read_weights(model))
    else:
        found = conform(declared, read_like(model, declared), folded=folded)
    if not found.holds:
        raise AssertionError(f"{found.headline()}\n{found}")


def check_kind(
    cls: type[Layer], shapes_and_attributes: Iterable[ShapesAndAttributes] | None = None
) -> None:
    """Does a layer kind keep everything that is asked of one?

    It must be registered in both books and documented; its examples must name their sources and be
    reproduced; and on its examples, as on the given cases, the two books must agree on the shape,
    the tensors by role, every elementary operation, the receptive field and on what is refused, and
    its kernel must do what its traits and its exact function say. Of a kind that nobody can run
    (``Trait.OPAQUE``) the rules alone are asked.

    Parameters
    ----------
    cls
        The class of the kind.
    shapes_and_attributes
        Further cases: the shapes of the inputs and the attributes of a layer.

    Raises
    ------
    AssertionError
        With everything that is wrong, one line each.

    Examples
    --------
    >>> from cnnanalyze.layers.pool import MaxPool
    >>> check_kind(MaxPool, [(("11x13x3",), {"kernel": [2, 3], "padding": "same"})])
    """
    given = list(shapes_and_attributes or ())
    problems = list(_undocumented(cls))
    if KINDS.get(cls.kind) is not cls:
        problems.append("is not registered: decorate it with cnnanalyze.layer('yours.name')")
    elif cls.kind not in RUN:
        problems.append("has no kernel: register one with cnnanalyze.execute.kernels.run")
    else:
        for example in cls.examples:
            problems += _unlike(cls, example)
        cases = [(e.inputs, e.attributes) for e in cls.examples]
        for inputs, attributes in (*cases, *given) if Trait.OPAQUE not in cls.traits else ():
            problems += _differing(cls, inputs, attributes)
        if not problems:
            problems += _undeclared(cls, [*cases, *given])
    _raise(cls, problems)


def check_layer(cls: type[Layer], inputs: Sequence[str], attributes: Mapping[str, Any]) -> None:
    """Do the two books agree on one layer, on inputs of these shapes?

    Raises
    ------
    AssertionError
        With every entry that differs.

    Examples
    --------
    >>> from cnnanalyze.layers.merge import Add
    >>> check_layer(Add, ["11x13x3", "1x1x3"], {})
    """
    _raise(cls, list(_differing(cls, inputs, attributes)))


def _raise(cls: type[Layer], problems: list[str]) -> None:
    if problems:
        name = cls.kind or cls.__name__
        raise AssertionError("\n".join(f"{name} {problem}" for problem in problems))


def network_of(kind: str, inputs: Sequence[str], attributes: Mapping[str, Any]) -> Network:
    """Return a network around one layer: it gets inputs of these shapes and has this result.

    Of several inputs the network's own input is as large as the largest; the others are pooled and
    convolved from it.

    Examples
    --------
    >>> net = network_of("add", ["5x7x3", "1x1x3"], {})
    >>> [str(node.output) for node in net]
    ['5x7x3', '1x1x3', '5x7x3']
    """
    shapes = [_shape(text) for text in inputs]
    subject: dict[str, Any] = {kind: dict(attributes), "as": SUBJECT}
    if len(shapes) == 1:
        spec = {"cnn": 1, "input": inputs[0], "layers": [subject]}
    else:
        widest = max(shapes, key=lambda s: s.rank)
        given = Shape(
            tuple(max(s.size[a] for s in shapes if s.rank > a) for a in range(widest.rank)),
            max(s.channels for s in shapes),
        )
        feeders = [
            step for n, shape in enumerate(shapes, 1) for step in _feeder(given, shape, f"input{n}")
        ]
        subject["from"] = [f"input{n}" for n in range(1, len(shapes) + 1)]
        spec = {"cnn": 1, "input": str(given), "layers": [*feeders, subject]}
    # A spec in JSON is a spec in YAML, too.
    return build(Source(kind, json.dumps(spec)))


def _feeder(given: Shape, wanted: Shape, name: str) -> list[dict[str, Any]]:
    """Return the steps from the network's input to a shape."""
    if wanted.is_vector:
        return [{"dense": wanted.channels, "as": name, "from": "input"}]
    step: dict[str, Any] = {"identity": None, "from": "input"}
    if wanted.size != given.size:
        step = {"adaptive_avgpool": {"size": list(wanted.size)}, "from": "input"}
    if wanted.channels == given.channels:
        return [{**step, "as": name}]
    return [step, {"conv": {"filters": wanted.channels, "kernel": 1}, "as": name}]


def _shape(text: str) -> Shape:
    *size, channels = map(int, text.split("x"))
    return Shape(tuple(size), channels)


def _undocumented(cls: type[Layer]) -> Iterator[str]:
    """Yield what a reader of the documentation would miss."""
    own = vars(cls).get("__doc__") or ""
    if not own.strip():
        yield "has no docstring: it is the documentation of the kind"
    for name, info in cls.model_fields.items():
        if not info.description:
            yield f"does not describe its attribute '{name}': Field(..., description=...)"
    if cls.principal and cls.principal not in cls.model_fields:
        yield f"has no attribute '{cls.principal}', which it calls principal"
    least, most = cls.arity
    if least < 1 or (most is not None and most < least):
        yield f"cannot have between {least} and {most} inputs"
    if bool(cls.formula) != (cls.value is not Layer.value):
        yield "has a formula without value(), or value() without a formula: they go together"
    if not cls.examples:
        yield "has no worked example: numbers from outside must test it"
    for number, example in enumerate(cls.examples):
        if not example.source.strip():
            yield f"does not say who printed the numbers of example {number}"


def _unlike(cls: type[Layer], example: Example) -> Iterator[str]:
    """Yield the printed numbers of an example that the rules do not give."""
    shapes = [_shape(text) for text in example.inputs]
    try:
        layer = cls(**example.attributes)
        output = layer.shape(*shapes)
        cost = layer.cost(output, *shapes)
        parameters = sum(p.size for p in layer.params(*shapes))
    except ValueError as error:
        said = " ".join(str(error).split())
        yield f"refuses the attributes of its example from {example.source}: {said}"
        return
    except CnnError as error:
        yield f"refuses its example from {example.source}: {error.message}"
        return
    printed = (
        ("output", example.output, str(output)),
        ("parameters", example.parameters, parameters),
        ("MACs", example.macs, None if cost is None else cost.mac),
    )
    for what, expected, computed in printed:
        if expected is not None and expected != computed:
            yield f"has {what} {computed}, but {example.source} prints {expected}"


def _differing(
    cls: type[Layer], inputs: Sequence[str], attributes: Mapping[str, Any]
) -> Iterator[str]:
    """Yield where the two books differ on one layer."""
    on = f"on {', '.join(inputs)} with {dict(attributes)}"
    try:
        network = network_of(cls.kind, inputs, attributes)
        differences = [*map(str, balance(network).discrepancies), *_refusals(network)]
    except CnnError as error:
        yield f"{on}: {error.message}"
        return
    except Exception as error:  # noqa: BLE001 - whatever a foreign rule or kernel may raise
        yield f"{on}: {type(error).__name__}: {error}"
        return
    yield from (f"{on}: {difference}" for difference in differences)


def _undeclared(cls: type[Layer], cases: Iterable[ShapesAndAttributes]) -> Iterator[str]:
    """Yield what a kind declares and does not do."""
    try:
        tried = [(cls(**attributes), [*map(_shape, inputs)]) for inputs, attributes in cases]
        for layer, shapes in tried:
            on = f"on {', '.join(map(str, shapes))}"
            yield from (f"{on}: {problem}" for problem in contradictions(layer, shapes))
        yield from not_shown(tried)
    except Exception as error:  # noqa: BLE001 - whatever a foreign rule or kernel may raise
        yield f"cannot be asked for its traits: {type(error).__name__}: {error}"


def _refusals(network: Network) -> Iterator[str]:
    """Yield the ranks of input that one book takes and the other does not."""
    node = network[SUBJECT]
    for size in ((), (5,), (5, 7)):
        shapes = [Shape(size, s.channels) for s in node.input_shapes]
        observed = try_layer(node.kind, node.attributes, [s.extents for s in shapes])
        try:
            by_rule = node.layer.shape(*shapes).extents
        except ShapeError:
            by_rule = None
        if by_rule != observed:
            said = "refused" if by_rule is None else "x".join(map(str, by_rule))
            seen = "refused" if observed is None else "x".join(map(str, observed))
            yield f"refusals (given {', '.join(map(str, shapes))}): by rule {said}, observed {seen}"


# --- front ends -----------------------------------------------------------------------------------


def check_front_end(path: Path) -> None:
    """Does a front end read a file, and answer what is wrong with changed ones?

    The file must give the same network every time, and one that is the same when it is written as a
    spec and read again. What is cut off, turned over or replaced by absurd numbers must give a
    network, or a message that names the file; nothing else may be raised.

    Parameters
    ----------
    path
        A file that the front end for its ending reads.

    Raises
    ------
    AssertionError
        With everything that is wrong, one line each.
    """
    problems = list(_unread(path))
    if not problems:
        with TemporaryDirectory() as folder:
            for number, data in enumerate(_hostile(read_bytes(path))):
                changed = Path(folder) / f"hostile{number}{path.suffix}"
                changed.write_bytes(data)
                problems += _unanswered(changed, data)
    if problems:
        raise AssertionError("\n".join(f"the front end for {path.suffix} {p}" for p in problems))


def _unread(path: Path) -> Iterator[str]:
    """Yield what is wrong with the reading of a good file."""
    if find(path) is None:
        yield "is not registered: decorate it with cnnanalyze.front_end"
        return
    try:
        network, again = load(path).network, load(path).network
    except CnnError as error:
        yield f"refuses its sample: {error.message}"
        return
    if network != again:
        yield "reads another network every time"
    back = build(Source(f"{path.name} as a spec", write(network))).network
    if (back.inputs, back.nodes, back.outputs) != (network.inputs, network.nodes, network.outputs):
        yield "gives a network that is another one when it is written and read again"


_ABSURD = (b"0", b"-1", b"1" + b"0" * 30, b"1e999", b"nan")
_CHANGES = 60


def _hostile(data: bytes) -> Iterator[bytes]:
    """Yield what a file might hold that nobody meant to be read: the same of the same file."""
    yield from (b"", b"\0", b"\xff\xfe\xfd", data[::-1], data * 3)
    yield from (data[: len(data) * n // 16] for n in range(1, 16))
    draw = Random(len(data))  # noqa: S311 - no secret
    for match in list(re.finditer(rb"\d+", data))[:_CHANGES]:
        yield data[: match.start()] + draw.choice(_ABSURD) + data[match.end() :]
    lines = data.splitlines(keepends=True)
    for n in range(min(len(lines), _CHANGES)):
        yield b"".join([*lines[:n], *lines[n + 1 :]])
    for _ in range(_CHANGES if data else 0):
        at = draw.randrange(len(data))
        yield data[:at] + bytes([draw.randrange(256)]) + data[at + 1 :]


def _unanswered(path: Path, data: bytes) -> Iterator[str]:
    """Yield what is raised for a changed file, unless it is a message that names it."""
    shown = data if len(data) <= _SHOWN else data[:_SHOWN] + b"..."
    try:
        load(path)
    except PluginError as error:
        yield f"fails on {shown!r}: {error.message.rpartition('failed: ')[2]}"
    except CnnError as error:
        if path.stem not in str(error):
            yield f"does not say which file is wrong: {printable(error.message)}"


_SHOWN = 200
