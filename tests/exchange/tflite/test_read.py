"""Reading of TFLite files: nothing of a damaged or hostile one is believed, and little is read."""

from __future__ import annotations

import random
import struct
import sys
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

import cnnanalyze as cnn
from tests.conftest import Run

pytest.importorskip("tflite")

from tests.exchange.tflite.files import Op, T, file, stored, whole

X, Y = T("x", (1, 11, 13, 3)), T("y", (1, 6, 7, 7))
HOW = {"Padding": 0, "StrideH": 2, "StrideW": 2, "FusedActivationFunction": 3}


def conv(*tensors: T, **options: int) -> bytes:
    """Return a file of one convolution, some of its tensors and options others."""
    named = {one.name: one for one in (X, stored("w", 7, 3, 3, 3), stored("b", 7), Y, *tensors)}
    return file(list(named.values()), [Op("CONV_2D", "x w b", "y", HOW | options)])


@pytest.fixture
def put(tmp_path: Path) -> Callable[[bytes], Path]:
    """Return what writes a file."""

    def write(data: bytes) -> Path:
        path = tmp_path / "net.tflite"
        path.write_bytes(data)
        return path

    return write


GOOD = conv()
DAMAGED = "the file is damaged: it says that something lies where nothing of it is"
REFUSED: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "the file is empty"),
    "text": (b"this is no network\n", "bytes 5 to 8 are not 'TFL3'"),
    "a mark alone": (bytes(4) + b"TFL3", "there is no network in it"),
    "cut off": (GOOD[: len(GOOD) // 2], DAMAGED),
    "a root beyond the end": (struct.pack("<I", 2**31) + GOOD[4:], DAMAGED),
    "negative extent": (conv(T("y", (1, -6, 7, 7))), "has the extent -6, and none is less than 0"),
    "many axes": (conv(T("y", (1,) * 65)), "the tensor 'y' has 65 axes; the limit is 64"),
    "huge": (conv(T("y", (2**20, 2**20, 7, 7))), "the limit is 1,000,000,000,000"),
    "long name": (
        file(
            [T("x", (1, 3)), T("y" * 5000, (1, 3))], [Op("RELU", "x", "y" * 5000)], "x", "y" * 5000
        ),
        "a name of 5,000 bytes; the limit is 4,096",
    ),
    "a buffer of another size": (
        conv(T("b", (7,), np.zeros(5, np.float32))),
        "a tensor of 7 numbers takes 28 bytes, and its buffer has 20: 28 ≠ 20",
    ),
    "no such buffer": (conv(T("b", (7,), buffer=99)), "lies in buffer 99, and the file has 5"),
    "twice made": (
        file([X, T("y", X.shape)], [Op("RELU", "x", "y"), Op("TANH", "x", "y")]),
        "'y' is defined twice, and every value has one source",
    ),
    "a circle": (
        file(
            [X, T("a", X.shape), T("y", X.shape)],
            [Op("ADD", "x a", "y"), Op("RELU", "y", "a")],
        ),
        "the nodes form a cycle: y → a → y",
    ),
    "from nowhere": (
        file([X, T("a", X.shape), T("y", X.shape)], [Op("ADD", "x a", "y")]),
        "it reads 'a', which is no input, no constant and no output of a node",
    ),
    "wrong shape": (
        conv(T("y", (1, 5, 7, 7))),
        "the file declares 'y' as 1x5x7x7, but it is 1x6x7x7: 1x5x7x7 ≠ 1x6x7x7",
    ),
    "stride 0": (conv(StrideH=0), "node 'y' (Conv): "),
    "depth": (
        conv(stored("w", 7, 3, 3, 2)),
        "its filters have 2 channels and its input has 3: 3 is no multiple of 2",
    ),
    "rank": (
        conv(stored("w", 7, 3, 3)),
        "operator 'y' (CONV_2D): its input 1 has 3 axes, and 4 are needed: 3 ≠ 4",
    ),
    "axis": (
        file([X, whole("a", 5), T("y", X.shape)], [Op("SPLIT", "a x", "y", {"NumSplits": 1})]),
        "axis 5 is none of a tensor of 4 axes: 5 is not within -4 to 3",
    ),
    "nothing read": (file([X, Y], [Op("RELU", "-", "y")]), "its input 0 is missing"),
}
"""What is refused, and how."""


@pytest.mark.parametrize("name", REFUSED)
def test_file_is_refused(name: str, put: Callable[[bytes], Path]) -> None:
    data, said = REFUSED[name]
    path = put(data)
    with pytest.raises(cnn.SpecError) as caught:
        cnn.load(path)
    assert str(path) in str(caught.value) or caught.value.faults[0].mark
    assert said in str(caught.value)


def test_command_says_what_is_wrong(put: Callable[[bytes], Path], run: Run) -> None:
    outcome = run("summary", put(conv(T("y", (1, 5, 7, 7)))))
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err.endswith(
        "net.tflite: node 'y' (Clip): the file declares 'y' as 1x5x7x7, but it is 1x6x7x7: "
        "1x5x7x7 ≠ 1x6x7x7\n"
        "  help: the file contradicts itself; export it again, or infer its shapes anew\n"
    )


def test_without_the_classes_of_the_schema_it_is_said_what_to_install(
    put: Callable[[bytes], Path], run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "tflite", None)
    path = put(GOOD)
    outcome = run("summary", path)
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err == (
        f"error: {path}: the classes of TFLite's schema are needed to read such a file, and are "
        "not installed\n"
        "  help: pip install 'cnnanalyze[tflite]'\n"
    )


def test_tables_that_lie_over_one_another_are_read_within_a_bound(
    put: Callable[[bytes], Path],
) -> None:
    # Every operator names one list of inputs that is as long as the file allows.
    names = " ".join(["x"] * 3000)
    data = file([X, Y], [Op("ADD_N", names, "y")] * 1000)
    with pytest.raises(cnn.SpecError, match="more than 2,000,000 entries of lists and letters"):
        cnn.load(put(data))


def test_weights_are_not_read(put: Callable[[bytes], Path]) -> None:
    from cnnanalyze.exchange.tflite.read import read

    large = stored("w", 70, 3, 3, 30)
    how = {"Padding": 1, "StrideH": 1, "StrideW": 1}
    data = file(
        [T("x", (1, 11, 13, 30)), large, T("y", (1, 9, 11, 70))],
        [Op("CONV_2D", "x w", "y", how)],
    )
    tensors = {one.name: one for one in read(put(data)).tensors.values()}
    assert (tensors["w"].is_stored, tensors["w"].data) == (True, None)
    assert cnn.analyze(put(data)).total.parameters == 70 * 3 * 3 * 30


def test_files_that_are_changed_by_lot_are_networks_or_refused(
    put: Callable[[bytes], Path],
) -> None:
    lot = random.Random(0)  # noqa: S311 - no secret
    good = file(
        [X, stored("w", 7, 3, 3, 3), T("a", (1, 9, 11, 7)), whole("s", 1, -1), T("y", (1, 693))],
        [
            Op("CONV_2D", "x w", "a", {"Padding": 1, "StrideH": 1, "StrideW": 1}),
            Op("RESHAPE", "a s", "y", {"NewShape": [1, -1]}),
        ],
    )
    refused = 0
    for _ in range(400):
        data = bytearray(good)
        for _ in range(lot.randrange(1, 5)):
            data[lot.randrange(8, len(data))] = lot.choice([0, 1, 127, 128, 255])
        try:
            cnn.load(put(bytes(data)))
        except cnn.CnnError:
            refused += 1
    assert refused > 50


def test_work_grows_no_faster_than_the_file(put: Callable[[bytes], Path]) -> None:
    names = ["x", *(f"v{n}" for n in range(2000)), "y"]
    tensors = [T(name, (1, 5)) for name in names]
    operators = [Op("RELU", a, b) for a, b in pairwise(names)]
    assert len(cnn.load(put(file(tensors, operators)))) == len(operators)
