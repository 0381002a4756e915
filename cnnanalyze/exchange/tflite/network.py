"""Networks: a TFLite file as layers of ours, with nothing lost that is not said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from cnnanalyze.core.files import printable
from cnnanalyze.exchange.front_end import front_end
from cnnanalyze.exchange.onnx.model import Graph, Model, Value
from cnnanalyze.exchange.onnx.network import convert
from cnnanalyze.exchange.onnx.operators.quantised import NOTE
from cnnanalyze.exchange.onnx.order import ordered
from cnnanalyze.exchange.tflite import operators  # noqa: F401 - importing registers
from cnnanalyze.exchange.tflite.model import File
from cnnanalyze.exchange.tflite.read import read
from cnnanalyze.exchange.tflite.translation import OPSET, Translation
from cnnanalyze.graph.network import Network
from cnnanalyze.language.spec import spec_of


@front_end(".tflite")
def load(
    path: Path | str,
    *,
    inputs: Mapping[str, Sequence[int]] | None = None,
    outputs: Sequence[str] | None = None,
) -> Network:
    """Read a TFLite file into a network, with what it does not show as notes."""
    file = read(path)
    found = convert(
        model_of(file, Path(path).stem),
        inputs=inputs,
        outputs=outputs,
        file=printable(path),
        channels_last=True,
    )
    is_quantised = any(tensor.is_quantised for tensor in file.tensors.values())
    notes = ((NOTE,) if is_quantised else ()) + found.notes
    return replace(spec_of(found.network), notes=(*notes, *found.derived.notes()))


def model_of(file: File, name: str) -> Model:
    """Return what a file says as a model of ONNX.

    Parameters
    ----------
    file
        What the file says.
    name
        What the network is called.
    """
    translation = Translation(file)
    for operator in file.operators:
        translation.add(operator)
    given = tuple(_end(translation, place) for place in file.inputs if place >= 0)
    known = {value.name for value in given} | set(translation.constants)
    graph = Graph(
        name,
        given,
        tuple(_end(translation, place) for place in file.outputs if place >= 0),
        ordered(translation.operations, known, inside=False),
        translation.constants,
        translation.values,
    )
    return Model(graph, {"": OPSET}, "TFLite", name)


def _end(translation: Translation, place: int) -> Value:
    """Return what the file says of what goes in or comes out."""
    name = translation.names[place]
    return translation.values.get(name) or Value(name, "float32", None)
