"""Networks: a model of Keras as layers of ours, with nothing lost that is not said."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from cnnanalyze.core.files import printable
from cnnanalyze.errors import Source, SpecError
from cnnanalyze.exchange.front_end import front_end
from cnnanalyze.exchange.keras.configuration import parse, read_configuration
from cnnanalyze.exchange.keras.conversion import Call, Conversion, Unsupported, Viewed, opaque
from cnnanalyze.exchange.keras.layers import converter_of
from cnnanalyze.exchange.keras.model import (
    Invocation,
    LayerConfiguration,
    ModelConfiguration,
    Reference,
    extents,
    model_of,
)
from cnnanalyze.exchange.order import circle_of, in_order
from cnnanalyze.graph.builder import MOST_AXES, NetworkBuilder
from cnnanalyze.graph.network import Network
from cnnanalyze.language.spec import spec_of

Sizes = Mapping[str, Sequence[int]]


@front_end(".keras", ".keras.json")
def read(
    path: Path, *, inputs: Sizes | None = None, outputs: Sequence[str] | None = None
) -> Network:
    """Read a model that Keras has saved, or the text of ``to_json``."""
    return network(read_configuration(path), inputs=inputs, outputs=outputs, file=printable(path))


def from_text(
    text: str, *, inputs: Sizes | None = None, outputs: Sequence[str] | None = None
) -> Network:
    """Read what ``to_json`` gives."""
    return network(parse(text), inputs=inputs, outputs=outputs)


def network(
    configuration: Mapping[str, Any],
    *,
    inputs: Sizes | None = None,
    outputs: Sequence[str] | None = None,
    file: str = "model.keras",
) -> Network:
    """Return the network of a model.

    Parameters
    ----------
    configuration
        What the file says.
    inputs
        Extents of inputs, without the batch, in place of those of the file.
    outputs
        The layers whose output comes out; by default what the file says.
    file
        What findings call it.

    Raises
    ------
    SpecError
        With what is wrong with the model.
    """
    model = _wanted(model_of(configuration), outputs)
    lines = {layer: line for line, layer in enumerate(_all(model), 1)}
    to = Conversion(
        NetworkBuilder(model.name.strip() or "model"),
        Source(file, "\n".join(map(str, lines))),
        lines,
        is_old=_is_old(configuration, model),
        is_checked=not inputs,
    )
    given = _inputs(to, model, inputs or {})
    ends = [_own(to, end, given) for end in _converted(to, model, given, "")]
    made = to.builder.build(outputs=[end.layer for end in ends])
    return replace(spec_of(made), notes=tuple(to.notes))


def _all(model: ModelConfiguration) -> Iterator[LayerConfiguration]:
    for layer in model.layers:
        yield layer
        if layer.inner is not None:
            yield from _all(layer.inner)


def _is_old(configuration: Mapping[str, Any], model: ModelConfiguration) -> bool:
    """Whether Keras 2 wrote the configuration: Keras 3 says where each class is from."""
    version = configuration.get("keras_version")
    if isinstance(version, str):
        return version[:1] in {"1", "2"}
    return not any(layer.module for layer in model.layers)


def _wanted(model: ModelConfiguration, outputs: Sequence[str] | None) -> ModelConfiguration:
    """Return the part of a model that some layers need."""
    if not outputs:
        return model
    by_name = {layer.name: layer for layer in model.layers}
    for name in outputs:
        if name not in by_name:
            raise SpecError(
                f"there is no layer '{name}' in the model '{model.name}'",
                help=f"its last ones are {', '.join(repr(n) for n in list(by_name)[-3:])}",
            )
    ends = tuple(Reference(name, max(len(by_name[name].calls) - 1, 0), 0) for name in outputs)
    needed, open_ = set[str](), list(outputs)
    while open_:
        name = open_.pop()
        if name not in needed and name in by_name:
            needed.add(name)
            open_ += [one.layer for call in by_name[name].calls for one in call.read]
    return ModelConfiguration(
        model.name,
        tuple(layer for layer in model.layers if layer.name in needed),
        tuple(one for one in model.inputs if one.layer in needed),
        ends,
    )


# --- what goes in ---------------------------------------------------------------------------------


def _inputs(to: Conversion, model: ModelConfiguration, sizes: Sizes) -> list[Viewed]:
    """Return the inputs of a network, in the order of the model."""
    by_name = {layer.name: layer for layer in model.layers}
    names = list(dict.fromkeys(one.layer for one in model.inputs))
    names += [
        layer.name
        for layer in model.layers
        if layer.kind == "InputLayer" and layer.name not in names
    ]
    if unknown := [name for name in sizes if name not in names]:
        raise SpecError(
            f"there is no input '{unknown[0]}'; the inputs are {', '.join(map(repr, names))}"
        )
    found = []
    for name in names:
        layer = by_name.get(name)
        if layer is None:
            raise SpecError(f"the model '{model.name}' has no input '{name}'")
        own = _extents(layer, sizes.get(name))
        if len(own) > MOST_AXES + 1:
            raise SpecError(
                f"{layer}: it has {len(own)} axes besides the batch; the limit is {MOST_AXES + 1}"
            )
        called = "" if len(names) == 1 else to.names.near(name)
        found.append(Viewed.whole(to.builder.input(*own, name=called, origin=to.origin(layer))))
    return found


def _extents(layer: LayerConfiguration, given: Sequence[int] | None) -> tuple[int, ...]:
    """Return the extents of an input without the batch; unknown ones must be given."""
    values = layer.values
    declared = extents(
        values.get("batch_shape", values.get("batch_input_shape", values.get("shape")))
    )
    if given is not None:
        own = tuple(given)
        if declared is not None and len(own) == len(declared):
            own = own[1:]
        if declared is not None and len(own) != len(declared) - 1:
            raise SpecError(
                f"{layer}: it has {len(declared) - 1} extents, and {len(given)} are given: "
                f"{len(declared) - 1} ≠ {len(given)}",
                help="give all of them but the batch",
            )
        return own
    if declared is None:
        raise SpecError(
            f"{layer}: the file does not say which extents it has",
            help=f"give them: --input {layer.name}=224x224x3",
        )
    found = [n for n in declared[1:] if n is not None]
    if len(found) < len(declared) - 1:
        words = "x".join("?" if n is None else str(n) for n in declared[1:])
        example = "x".join(str(n or 224) for n in declared[1:])
        raise SpecError(
            f"{layer}: it is {words}, and the extents with '?' are open",
            help=f"give all of them: --input {layer.name}={example}",
        )
    return tuple(found) or (1,)


def _own(to: Conversion, end: Viewed, inputs: Sequence[Viewed]) -> Viewed:
    """Return an output as a layer, in the axes that it has."""
    call = Call(to, LayerConfiguration("output", "Identity", "", {}, ()), "", (end,), {})
    axes = [[axis] for axis in range(1, end.view.rank)]
    if end.view != Viewed.whole(end.layer).view:
        end = Viewed.whole(call.arranged(end, axes))
    if any(end.layer.id == given.layer.id for given in inputs):
        end = Viewed.whole(call.add("identity", end.layer))
    return end


# --- layers ---------------------------------------------------------------------------------------


def _converted(
    to: Conversion, model: ModelConfiguration, inputs: Sequence[Viewed], path: str
) -> list[Viewed]:
    """Convert the layers of a model; return what comes out."""
    wiring = _Wiring(model)
    values: dict[tuple[str, int], tuple[Viewed, ...]] = {}
    starts = list(dict.fromkeys(one.layer for one in model.inputs))
    starts += [
        layer.name
        for layer in model.layers
        if layer.kind == "InputLayer" and layer.name not in starts
    ]
    if len(inputs) != len(starts):
        raise SpecError(
            f"the model '{model.name}' reads {len(starts)} tensors, and gets {len(inputs)}: "
            f"{len(starts)} ≠ {len(inputs)}"
        )
    values.update({(name, 0): (one,) for name, one in zip(starts, inputs, strict=True)})
    for layer, number in wiring.order():
        if (layer.name, number) in values:
            continue
        to.left -= 1
        if to.left < 0:
            raise SpecError("the layers of the model are called more than 100,000 times, the limit")
        invocation = layer.calls[number]
        read = {
            one: values[key][min(one.output, len(values[key]) - 1)]
            for one in invocation.read
            for key in (wiring.key(one),)
        }
        if to.is_checked:
            for one, value in read.items():
                _check(layer, one, value)
        values[layer.name, number] = _called(to, layer, number, invocation, read, path, wiring)
    found = []
    for one in model.outputs:
        key = wiring.key(one, is_end=True)
        if key not in values:
            raise SpecError(f"the output '{one.layer}' of the model '{model.name}' is not computed")
        found.append(values[key][min(one.output, len(values[key]) - 1)])
    if not found:
        raise SpecError(f"the model '{model.name}' has no outputs")
    return found


def _called(
    to: Conversion,
    layer: LayerConfiguration,
    number: int,
    invocation: Invocation,
    read: Mapping[Reference, Viewed],
    path: str,
    wiring: _Wiring,
) -> tuple[Viewed, ...]:
    """Convert one call of a layer."""
    arguments = _filled(invocation.arguments, read)
    if layer.inner is not None:
        name = to.names.near(f"{path}{layer.name}")
        given = [read[one] for one in invocation.read]
        return tuple(_converted(to, layer.inner, given, f"{name}."))
    named = {key: _filled(one, read) for key, one in invocation.named.items()}
    declared = wiring.declared.get((layer.name, number)) if to.is_checked else None
    call = Call(to, layer, path, arguments, named, declared)
    convert = converter_of(layer.kind)
    if convert is None:
        is_code = layer.kind == "Lambda"
        why = "code is not run" if is_code else f"there is no layer for {layer.kind}"
        return (opaque(call, why),)
    try:
        return (convert(call),)
    except Unsupported as reason:
        return (opaque(call, str(reason)),)


def _filled(value: Any, read: Mapping[Reference, Viewed]) -> Any:  # noqa: ANN401 - what JSON holds
    if isinstance(value, Reference):
        return read[value]
    if isinstance(value, tuple):
        return tuple(_filled(one, read) for one in value)
    return value


def _check(layer: LayerConfiguration, reference: Reference, value: Viewed) -> None:
    """Refuse a file that declares other extents than its layers give."""
    if reference.shape is None:
        return
    declared = reference.shape[1:]
    is_same = len(declared) == value.rank and all(
        n is None or n == m for n, m in zip(declared, value.extents, strict=True)
    )
    if not is_same:
        said = "x".join("?" if n is None else str(n) for n in declared)
        found = "x".join(map(str, value.extents))
        raise SpecError(
            f"{layer}: the file declares what it reads from '{reference.layer}' as {said}, but it "
            f"is {found}: {said} ≠ {found}",
            help="the file contradicts itself; save it again with model.save",
        )


class _Wiring:
    """Which call of which layer reads which, in one model."""

    def __init__(self, model: ModelConfiguration) -> None:
        self.model = model
        self.by_name: dict[str, LayerConfiguration] = {}
        for layer in model.layers:
            if layer.name in self.by_name:
                raise SpecError(f"the name of {layer} is taken by another layer")
            self.by_name[layer.name] = layer
        self._numbers: dict[str, list[int]] = {}
        self.declared: dict[tuple[str, int], tuple[int | None, ...]] = {}
        seen: dict[str, set[int]] = {}
        for layer in model.layers:
            for call in layer.calls:
                for one in call.read:
                    seen.setdefault(one.layer, set()).add(one.call)
        for one in model.outputs:
            seen.setdefault(one.layer, set()).add(self._end(one))
        self._numbers = {name: sorted(found) for name, found in seen.items()}
        for layer in model.layers:
            for call in layer.calls:
                for one in call.read:
                    if one.shape is not None and not one.output:
                        self.declared.setdefault(self.key(one), one.shape)

    def _end(self, one: Reference) -> int:
        """Return the number of a call among those of a model that is an output.

        A model of Keras 3 that was wired itself has a call of its own, which counts there.
        """
        layer = self.by_name.get(one.layer)
        is_wired = layer is not None and layer.inner is not None and layer.kind != "Sequential"
        return (
            one.call - 1
            if is_wired and layer is not None and layer.module and one.call
            else one.call
        )

    def key(self, one: Reference, *, is_end: bool = False) -> tuple[str, int]:
        """Return which call of a layer is meant.

        Files count the calls of a layer from wherever it was made: calls that are no part of the
        model are left out, and may or may not be counted.
        """
        layer = self.by_name.get(one.layer)
        if layer is None:
            raise SpecError(f"the model '{self.model.name}' has no layer '{one.layer}'")
        number = self._end(one) if is_end else one.call
        count = max(len(layer.calls), 1)
        numbers = self._numbers[one.layer]
        if numbers[-1] >= count or numbers[0] < 0:
            if len(numbers) > count:
                raise SpecError(
                    f"{layer}: {len(numbers)} calls of it are read, and there are {count}: "
                    f"{len(numbers)} > {count}"
                )
            number = count - len(numbers) + bisect_left(numbers, number)
        return one.layer, number

    def order(self) -> Iterator[tuple[LayerConfiguration, int]]:
        """Yield the calls, each behind those that it reads."""
        calls = [
            (layer, number) for layer in self.model.layers for number in range(len(layer.calls))
        ]
        places = {(layer.name, number): place for place, (layer, number) in enumerate(calls)}
        starts = {one.layer for one in self.model.inputs}
        waits = []
        for layer, number in calls:
            keys = [self.key(one) for one in layer.calls[number].read]
            for name, _ in keys:
                source = self.by_name[name]
                if not source.calls and source.kind != "InputLayer" and name not in starts:
                    raise SpecError(f"{source}: nothing is said of what it reads")
            waits.append({places[key] for key in keys if key in places})
        found = in_order(waits)
        if len(found) < len(calls):
            names = [calls[place][0].name for place in circle_of(waits, found)]
            raise SpecError(f"the layers form a cycle: {' → '.join(names[:8])}")
        return (calls[place] for place in found)
