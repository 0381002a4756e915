"""Files as TensorFlow's converter writes them: shapes are its own, numbers those of its runtime.

``converted.zip`` was written once with TensorFlow 2.21: functions of one operator or two, and small
models of Keras, with weights drawn by lot. The files beside it are Keras' own networks without
their weights, which are said to lie elsewhere.
"""

from __future__ import annotations

import gzip
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import cnnanalyze as cnn
from cnnanalyze.exchange.onnx.network import convert
from tests.exchange.onnx.numbers import Array, run

pytest.importorskip("tflite")

FILES = Path(__file__).parent / "converted.zip"
with zipfile.ZipFile(FILES) as _archive:
    NAMES = sorted(name.removesuffix(".tflite") for name in _archive.namelist())
OPAQUE = {
    "argmax": "ARG_MAX is opaque: there is no layer for it",
    "cumsum": "CUMSUM is opaque: there is no layer for it",
    "keras_gru": "WHILE is opaque: there is no layer for it",
    "keras_lstm": "WHILE is opaque: there is no layer for it",
    "keras_rnn": "WHILE is opaque: there is no layer for it",
    "mirror_symmetric": "MIRROR_PAD is opaque: there is no layer for it",
    "where": "Greater is opaque: ",
}
"""What has no layers, and what is said of it."""


@pytest.fixture
def path(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Return one of the files."""
    with zipfile.ZipFile(FILES) as archive:
        return Path(archive.extract(f"{request.param}.tflite", tmp_path))


@pytest.mark.parametrize("path", NAMES, indirect=True, ids=NAMES)
def test_file_is_a_network_of_the_shapes_that_it_declares(path: Path) -> None:
    from cnnanalyze.exchange.tflite.read import read

    net = cnn.load(path)
    file = read(path)
    declared = [tuple(n for n in file.tensors[p].shape if n > 1) for p in file.outputs]
    given = [tuple(n for n in net[name].output.extents if n > 1) for name in net.outputs]
    assert sorted(map(np.prod, given)) == sorted(map(np.prod, declared))
    said = OPAQUE.get(path.stem)
    assert [note for note in net.notes if "opaque" in note and said and said in note] or not said
    assert cnn.analyze(net).status == ("partial" if said else "complete")


@pytest.mark.frameworks
@pytest.mark.parametrize(
    "path", sorted(set(NAMES) - set(OPAQUE)), indirect=True, ids=sorted(set(NAMES) - set(OPAQUE))
)
def test_numbers_are_those_of_the_runtime(path: Path) -> None:
    from cnnanalyze.exchange.tflite.network import model_of
    from cnnanalyze.exchange.tflite.read import read
    from cnnanalyze.exchange.tflite.translation import Translation

    runtime = pytest.importorskip("ai_edge_litert.interpreter")
    interpreter = runtime.Interpreter(model_path=str(path))
    interpreter.allocate_tensors()
    file = read(path)
    names = Translation(file).names
    feeds: dict[str, Array] = {}
    for one in interpreter.get_input_details():
        x = np.random.default_rng(0).random(one["shape"])
        interpreter.set_tensor(one["index"], quantised(x, one))
        feeds[names[one["index"]]] = x
    weights = {
        names[place]: real(interpreter.get_tensor(place), details(interpreter, place))
        for place, tensor in file.tensors.items()
        if tensor.is_stored and np.prod(tensor.shape) > 0
    }
    interpreter.invoke()
    found = run(convert(model_of(file, "net"), channels_last=True), feeds, weights)
    for one in interpreter.get_output_details():
        expected = real(interpreter.get_tensor(one["index"]), one)
        close = 0.02 if path.stem.startswith("quantised") else 1e-4
        np.testing.assert_allclose(found[names[one["index"]]], expected, rtol=close, atol=close)


def details(interpreter: Any, place: int) -> Any:
    """Return what the runtime says of a tensor."""
    return next(one for one in interpreter.get_tensor_details() if one["index"] == place)


def quantised(x: Array, one: Any) -> Array:
    """Return numbers in the type of a tensor."""
    if one["dtype"] is np.float32:
        return x.astype(np.float32)
    scale, zero = one["quantization"]
    found: Array = np.clip(np.round(x / scale + zero), -128, 127).astype(one["dtype"])
    return found


def real(x: Array, one: Any) -> Array:
    """Return what the numbers of a tensor stand for."""
    held = one["quantization_parameters"]
    scales, zeros = held["scales"], held["zero_points"]
    if not len(scales):
        return np.asarray(x, np.float64)
    form = [1] * x.ndim
    if len(scales) > 1:
        form[held["quantized_dimension"]] = len(scales)
    found: Array = (x.astype(np.float64) - zeros.reshape(form)) * scales.reshape(form)
    return found


KERAS = {
    "DenseNet121": 2_834_161_664,
    "EfficientNetB0": 385_814_752,
    "InceptionV3": 5_713_216_096,
    "MobileNet": 568_740_352,
    "MobileNetV2": 300_774_272,
    "ResNet50": 3_857_973_248,
}
"""Multiply-accumulates as PyTorch counts them (``FlopCounterMode``, halved) in Keras 3.15."""


@pytest.mark.parametrize("name", KERAS)
def test_network_of_keras_has_the_operations_that_pytorch_counts(name: str, tmp_path: Path) -> None:
    path = tmp_path / f"{name}.tflite"
    path.write_bytes(gzip.decompress((FILES.parent / f"{name}.tflite.gz").read_bytes()))
    net = cnn.load(path)
    report = cnn.analyze(net)
    assert (report.status, net.notes) == ("complete", ())
    assert report.total.operations("mac") == KERAS[name]


def test_converter_folds_every_batch_norm_so_that_gains_are_gone(tmp_path: Path) -> None:
    path = tmp_path / "MobileNet.tflite"
    path.write_bytes(gzip.decompress((FILES.parent / "MobileNet.tflite.gz").read_bytes()))
    # Keras: 4,231,976 trained numbers, 10,944 of them gains of batch norms.
    assert cnn.analyze(path).total.parameters == 4_231_976 - 10_944
