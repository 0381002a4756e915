"""Networks of TFLite's operators: what becomes of them, and what they are called."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

import cnnanalyze as cnn
from tests.conftest import Run

pytest.importorskip("tflite")

from tests.exchange.tflite.files import Op, T, file, stored, whole

CONV = {"Padding": 0, "StrideH": 1, "StrideW": 1}
Read = Callable[..., cnn.Spec]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Return what reads a file of tensors and operators."""

    def load(
        tensors: Sequence[T], operators: Sequence[Op], *, more: str = "", **asked: object
    ) -> cnn.Spec:
        path = tmp_path / "net.tflite"
        path.write_bytes(file(tensors, operators, "x", f"y {more}"))
        return cnn.from_tflite(path, **asked)  # type: ignore[arg-type]  # those of the function

    return load


def words(net: cnn.Network) -> list[str]:
    """Return each layer in a word or two."""
    return [f"{one.kind} {one.output}" for one in net]


X = T("x", (1, 11, 13, 3))


def test_channels_are_last_whatever_is_done_to_them_first(read: Read) -> None:
    net = read([T("x", (1, 3, 7, 5)), T("y", (1, 3, 7, 5))], [Op("RELU", "x", "y")])
    assert str(net.input) == "3x7x5"


def test_layers_are_called_by_the_paths_of_the_code(read: Read) -> None:
    fused = "net/relu1/Relu;net/conv1/BiasAdd;net/conv1/Conv2D"
    tensors = [
        X,
        stored("net/conv1/Conv2D", 7, 3, 3, 3),
        T(fused, (1, 11, 13, 7)),
        stored("net/dense/MatMul", 5, 1001),
        whole("shape", -1, 1001),
        T("net/flatten/Reshape", (1, 1001)),
        T("y", (1, 5)),
    ]
    net = read(
        tensors,
        [
            Op("CONV_2D", "x net/conv1/Conv2D -", fused, CONV | {"FusedActivationFunction": 1}),
            Op("RESHAPE", f"{fused} shape", "net/flatten/Reshape"),
            Op("FULLY_CONNECTED", "net/flatten/Reshape net/dense/MatMul -", "y"),
        ],
    )
    assert [one.id for one in net] == ["conv1", "relu1", "y"]
    assert words(net) == ["conv 11x13x7", "relu 11x13x7", "dense 5"]


def test_names_that_are_given_twice_are_told_apart(read: Read) -> None:
    tensors = [X, stored("w", 7, 3, 3, 3), T("a", (1, 11, 13, 7)), T("y", (1, 11, 13, 7))]
    operators = [Op("CONV_2D", "x w -", "a", CONV), Op("RELU", "a", "y")]
    tensors[1].title = tensors[2].title = "same"
    assert words(read(tensors, operators)) == ["conv 11x13x7", "relu 11x13x7"]


def test_quantised_numbers_are_what_they_stand_for(read: Read) -> None:
    numbers = np.zeros((7, 3, 3, 3), np.int8)
    tensors = [
        T("x", X.shape, type="int8", scale=0.5),
        T("w", numbers.shape, numbers, "int8", 0.25),
        T("b", (7,), np.zeros(7, np.int32), "int32", 0.125),
        T("y", (1, 11, 13, 7), type="int8", scale=1.0),
    ]
    net = read(tensors, [Op("CONV_2D", "x w b", "y", CONV)])
    assert words(net) == ["conv 11x13x7"]
    assert cnn.analyze(net).total.parameters == 7 * 3 * 3 * 3 + 7
    assert net.notes == ("quantised: its numbers are those of real ones",)


def test_weights_of_half_the_bits_are_weights(read: Read) -> None:
    numbers = np.ones((7, 3, 3, 3), np.float16)
    tensors = [
        X,
        T("h", numbers.shape, numbers, "float16"),
        T("w", numbers.shape),
        T("y", (1, 11, 13, 7)),
    ]
    net = read(tensors, [Op("DEQUANTIZE", "h", "w"), Op("CONV_2D", "x w -", "y", CONV)])
    assert cnn.analyze(net).total.parameters == 7 * 3 * 3 * 3
    assert net.notes == ()


def test_custom_operator_is_opaque_with_what_it_holds(read: Read) -> None:
    tensors = [X, stored("w", 5, 7), T("y", (1, 5, 7))]
    net = read(tensors, [Op("CUSTOM", "x w", "y", custom="Acme:Swirl")])
    assert words(net) == ["opaque 5x7"]
    assert net.notes == ("Acme_Swirl is opaque: there is no layer for it",)
    report = cnn.analyze(net)
    assert (report.status, report.total.parameters) == ("partial", 35)


def test_unknown_activation_is_opaque(read: Read) -> None:
    tensors = [X, T("y", X.shape)]
    net = read(tensors, [Op("ADD", "x x", "y", {"FusedActivationFunction": 5})])
    assert net.notes == ("SIGN_BIT is opaque: there is no layer for it",)


def test_state_that_an_operator_keeps_is_no_input(read: Read) -> None:
    tensors = [T("x", (1, 5)), T("s", (1, 7), is_variable=True), stored("w", 7, 5), T("y", (1, 7))]
    net = read(tensors, [Op("SVDF", "x w s", "y")])
    assert cnn.analyze(net).total.parameters == 35


def test_open_batch_is_one_image_and_other_sizes_can_be_asked_for(read: Read) -> None:
    tensors = [
        T("x", (1, 11, 13, 3), open_axes=[0]),
        stored("w", 7, 3, 3, 3),
        T("y", (1, 11, 13, 7), open_axes=[0]),
    ]
    operators = [Op("CONV_2D", "x w -", "y", CONV)]
    assert words(read(tensors, operators)) == ["conv 11x13x7"]
    assert words(read(tensors, operators, inputs={"x": (17, 19, 3)})) == ["conv 17x19x7"]
    tensors[0].open_axes = [0, 1]
    with pytest.raises(cnn.SpecError) as caught:
        read(tensors, operators)
    assert str(caught.value).endswith(
        "net.tflite: input 'x' is ?x?x13x3: extent 2 is not a number\n"
        "  help: give the extents: --input x=224x224x3"
    )


def test_part_of_a_network_can_be_asked_for(read: Read) -> None:
    tensors = [X, T("a", X.shape), T("y", X.shape)]
    operators = [Op("RELU", "x", "a"), Op("TANH", "a", "y")]
    assert words(read(tensors, operators, outputs=["a"])) == ["relu 11x13x3"]


@pytest.mark.parametrize(
    ("word", "inputs", "options", "shape", "kinds"),
    [
        ("AVERAGE_POOL_2D", "x", {"FilterHeight": 2, "FilterWidth": 2, "StrideH": 2, "StrideW": 2},
         (1, 6, 7, 3), ["avgpool"]),
        ("L2_POOL_2D", "x", {"FilterHeight": 2, "FilterWidth": 2, "StrideH": 2, "StrideW": 2},
         (1, 6, 7, 3), ["power", "avgpool", "sqrt"]),
        ("RELU_N1_TO_1", "x", {}, X.shape, ["clip"]),
        ("RELU_0_TO_1", "x", {}, X.shape, ["clip"]),
        ("SOFTMAX", "x", {"Beta": 0.5}, X.shape, ["scale", "softmax"]),
        ("SQUARE", "x", {}, X.shape, ["power"]),
        ("ADD_N", "x x x", {}, X.shape, ["add"]),
        ("REDUCE_MAX", "x hw", {"KeepDims": False}, (1, 3), ["global_maxpool"]),
        ("SPLIT_V", "x parts last", {"NumSplits": 2}, (1, 11, 13, 1), ["slice"]),
        ("EXPAND_DIMS", "x one", {}, (1, 1, 11, 13, 3), []),
        ("PADV2", "x pads half", {}, (1, 12, 15, 3), ["pad"]),
    ],
)  # fmt: skip
def test_operator_is_these_layers(
    read: Read,
    word: str,
    inputs: str,
    options: dict[str, object],
    shape: tuple[int, ...],
    kinds: list[str],
) -> None:
    pads = T("pads", (4, 2), np.array([[0, 0], [0, 1], [1, 1], [0, 0]], np.int32), "int32")
    tensors = [
        X, whole("hw", 1, 2), whole("parts", 1, -1), whole("last", 3), whole("one", 1), pads,
        T("half", (), np.array(0.5, np.float32)), T("y", shape), T("z", (1, 11, 13, 2)),
    ]  # fmt: skip
    outputs = "y z" if word == "SPLIT_V" else "y"
    net = read(tensors, [Op(word, inputs, outputs, options)])
    assert [one.kind for one in net if one.kind != "identity"] == kinds
    assert np.prod(net[net.outputs[0]].output.extents) == np.prod(shape)


def test_commands_take_such_files(tmp_path: Path, run: Run) -> None:
    path = tmp_path / "small.tflite"
    path.write_bytes(Path("tests/exchange/samples/small.tflite").read_bytes())
    assert run("summary", path).code == 0
    outcome = run("import", path, "-o", tmp_path / "net.yaml")
    assert (outcome.code, outcome.err) == (0, "")
    proved = run("check", tmp_path / "net.yaml", "--against", path)
    assert (proved.code, "the model is the network of the spec" in proved.err) == (0, True)
    assert run("report", path, "-o", tmp_path / "net.html").code == 0
    assert run("lint", path).code in {0, 1}
