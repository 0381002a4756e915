"""What a configuration says: layers, how they are called, what goes in and comes out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cnnanalyze.errors import SpecError

MOST_LAYERS = 20_000
"""The layers of the largest model, those of models in it included."""
MOST_MODELS = 20
"""How deep models may lie in one another."""
MOST_CHARACTERS = 300
"""The longest name."""


@dataclass(frozen=True, slots=True)
class Reference:
    """A tensor: what a call of a layer gave."""

    layer: str
    call: int
    """Which call of the layer, as the file counts them."""
    output: int
    shape: tuple[int | None, ...] | None = None
    """The extents that the file has for it, the batch first."""


@dataclass(frozen=True, slots=True)
class Invocation:
    """One call of a layer: what it reads, and numbers beside it."""

    arguments: tuple[Any, ...]
    """References, plain values, and tuples of them."""
    named: Mapping[str, Any] = field(default_factory=dict)

    @property
    def read(self) -> Iterator[Reference]:
        """The tensors that it reads, in order."""
        yield from _references((self.arguments, *self.named.values()))


def _references(value: object) -> Iterator[Reference]:
    if isinstance(value, Reference):
        yield value
    elif isinstance(value, tuple):
        for one in value:
            yield from _references(one)


@dataclass(frozen=True, slots=True, eq=False)
class LayerConfiguration:
    """A layer, or a model that is used as one."""

    name: str
    kind: str
    """The name of its class, as the file has it."""
    module: str
    values: Mapping[str, Any]
    calls: tuple[Invocation, ...]
    inner: ModelConfiguration | None = None

    def __str__(self) -> str:
        return f"layer '{self.name}' ({self.kind})"


@dataclass(frozen=True, slots=True, eq=False)
class ModelConfiguration:
    """A model: its layers in the order of the file."""

    name: str
    layers: tuple[LayerConfiguration, ...]
    inputs: tuple[Reference, ...]
    outputs: tuple[Reference, ...]


def model_of(given: Mapping[str, Any]) -> ModelConfiguration:
    """Return the model that a configuration describes.

    Raises
    ------
    SpecError
        If it describes none.
    """
    return _Parser().model(given, "", 0)


class _Parser:
    """Reads the models of one file."""

    def __init__(self) -> None:
        self.left = MOST_LAYERS

    def model(self, given: Mapping[str, Any], name: str, depth: int) -> ModelConfiguration:
        kind = given.get("class_name")
        config = given.get("config")
        if isinstance(config, list):  # Sequential before Keras 2.2.3
            config = {"layers": config}
        if not isinstance(kind, str) or not isinstance(config, dict):
            raise SpecError(
                "this is not a model of Keras: it has no 'class_name' and 'config'",
                help="a model is written by model.save('model.keras') or model.to_json()",
            )
        if depth > MOST_MODELS:
            raise SpecError(f"models are nested more than {MOST_MODELS} deep")
        name = name or _word(config.get("name")) or "model"
        if not is_model(given):
            raise SpecError(
                f"the model '{name}' is of a custom class, {kind}, and says nothing of its layers",
                help="build it as keras.Model(inputs, outputs), or export it to ONNX",
            )
        layers = config["layers"]
        found = [
            self.layer(one, name, place, depth)
            for place, one in enumerate(layers)
            if isinstance(one, dict)
        ]
        if "output_layers" in config:
            inputs = _ends(config.get("input_layers"))
            outputs = _ends(config.get("output_layers"))
            return ModelConfiguration(name, tuple(found), inputs, outputs)
        return _chained(name, found, given)

    def layer(
        self, given: Mapping[str, Any], model: str, place: int, depth: int
    ) -> LayerConfiguration:
        self.left -= 1
        if self.left < 0:
            raise SpecError(f"the model has more than {MOST_LAYERS:,} layers, the limit")
        config = given.get("config")
        kind = _word(given.get("class_name"))
        if not kind:
            raise SpecError(f"layer {place + 1} of the model '{model}' has no class")
        values = config if isinstance(config, dict) else {}
        own = _word(given.get("name")) or _word(values.get("name")) or f"{kind.lower()}_{place}"
        calls = given.get("inbound_nodes")
        return LayerConfiguration(
            own,
            kind,
            _word(given.get("module")),
            values,
            tuple(_invocation(one) for one in (calls if isinstance(calls, list) else [])),
            self.model(given, own, depth + 1) if is_model(given) else None,
        )


def is_model(given: Mapping[str, Any]) -> bool:
    """Whether a configuration is that of layers that are wired, whatever its class is called."""
    config = given.get("config")
    return isinstance(config, list) or (
        isinstance(config, dict)
        and isinstance(config.get("layers"), list)
        and (given.get("class_name") == "Sequential" or "output_layers" in config)
    )


def _word(value: object) -> str:
    if not isinstance(value, str):
        return ""
    if len(value) > MOST_CHARACTERS:
        raise SpecError(f"a name of {len(value):,} characters; the limit is {MOST_CHARACTERS}")
    return value


def _chained(
    name: str, layers: Sequence[LayerConfiguration], given: Mapping[str, Any]
) -> ModelConfiguration:
    """Return a model whose layers each read the one before."""
    if not layers:
        raise SpecError(f"the model '{name}' has no layers")
    first = layers[0]
    if first.kind != "InputLayer":
        shape = first.values.get("batch_input_shape", first.values.get("batch_shape"))
        if shape is None:
            built = given.get("build_config")
            shape = built.get("input_shape") if isinstance(built, dict) else None
        if shape is None and isinstance(given.get("config"), dict):
            shape = given["config"].get("build_input_shape")
        if shape is None and first.inner is not None:
            shape = _input_shape(first.inner)
        start = LayerConfiguration(f"{name}_input", "InputLayer", "", {"batch_shape": shape}, ())
        layers = [start, *layers]
    names: set[str] = set()
    wired = [layers[0]]
    for layer in layers[1:]:
        if layer.name in names:
            raise SpecError(f"the name of {layer} is taken by another layer")
        names.add(layer.name)
        call = Invocation((Reference(wired[-1].name, 0, 0),))
        wired.append(
            LayerConfiguration(
                layer.name, layer.kind, layer.module, layer.values, (call,), layer.inner
            )
        )
    return ModelConfiguration(
        name,
        tuple(wired),
        (Reference(wired[0].name, 0, 0),),
        (Reference(wired[-1].name, 0, 0),),
    )


def _input_shape(model: ModelConfiguration) -> object:
    inputs = {one.layer for one in model.inputs}
    for layer in model.layers:
        if layer.name in inputs:
            return layer.values.get("batch_shape", layer.values.get("batch_input_shape"))
    return None


def _ends(value: object) -> tuple[Reference, ...]:
    """Return the inputs or outputs of a model: one, several, or several by name."""
    if _is_reference(value):
        assert isinstance(value, list)
        return (Reference(value[0], value[1], value[2]),)
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return tuple(found for one in inner for found in _ends(one))


def _is_reference(value: object) -> bool:
    return (
        isinstance(value, list)
        and len(value) >= 3  # noqa: PLR2004 - layer, call, output
        and isinstance(value[0], str)
        and all(isinstance(n, int) for n in value[1:3])
    )


# --- calls ----------------------------------------------------------------------------------------


def _invocation(given: object) -> Invocation:
    """Return a call, as Keras 3 writes it, or Keras 2."""
    if isinstance(given, dict):
        arguments = _argument(given.get("args"))
        named = _argument(given.get("kwargs"))
        return Invocation(
            arguments if isinstance(arguments, tuple) else (arguments,),
            named if isinstance(named, dict) else {},
        )
    rows = given if isinstance(given, list) else []
    if rows and isinstance(rows[0], str):
        rows = [rows]
    read = [Reference(row[0], row[1], row[2]) for row in rows if _is_reference(row)]
    named = {}
    for row in rows:
        if isinstance(row, list) and len(row) > 3 and isinstance(row[3], dict):  # noqa: PLR2004
            named |= {
                key: Reference(one[0], one[1], one[2]) if _is_reference(one) else _argument(one)
                for key, one in row[3].items()
            }
    return Invocation((tuple(read) if len(read) != 1 else read[0],), named)


def _argument(value: object) -> Any:  # noqa: ANN401 - what JSON holds
    """Return an argument with the tensors in it as references."""
    if isinstance(value, list):
        return tuple(map(_argument, value))
    if not isinstance(value, dict):
        return value
    config = value.get("config")
    if value.get("class_name") == "__keras_tensor__" and isinstance(config, dict):
        history = config.get("keras_history")
        if not _is_reference(history):
            raise SpecError("a tensor does not say which layer gives it ('keras_history')")
        assert isinstance(history, list)
        return Reference(history[0], history[1], history[2], extents(config.get("shape")))
    if value.get("class_name") == "__tuple__" or "items" in value:
        return _argument(value.get("items"))
    return {key: _argument(one) for key, one in value.items()}


def extents(value: object) -> tuple[int | None, ...] | None:
    """Return extents, the open ones as nothing; nothing at all if this is not a list of them."""
    if isinstance(value, dict):
        value = value.get("items")
    if not isinstance(value, list | tuple):
        return None
    if not all(n is None or (isinstance(n, int) and not isinstance(n, bool)) for n in value):
        return None
    return tuple(value)
