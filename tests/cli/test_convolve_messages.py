"""The command: every message."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cnnanalyze.course.worked_steps.image_file import read_file
from tests.conftest import Run


@pytest.fixture
def run(run: Run) -> Run:
    """Run a command line as on a terminal of 80 columns."""
    return partial(run, columns=80)


# --- messages -------------------------------------------------------------------------------------

RAGGED = "row 2 of --image holds 2 numbers, row 1 holds 3: 2 ≠ 3"
MESSAGES: list[tuple[tuple[str, ...], str]] = [
    ((), "no input given"),
    (("--image", ""), "--image is empty"),
    (("--image", "[]"), "--image is empty"),
    (("--image", "[[]]"), "--image is empty"),
    (("--image", "[[1, 2, 3], [4, 5]]", "-k", "blur"), RAGGED),
    (("--image", "1 2 3; 4 5", "-k", "blur"), RAGGED),
    (("--image", "[[1, x]]", "-k", "blur"), "--image: 'x' is not a number"),
    (("--image", "[[1, .nan]]", "-k", "blur"), "'.nan' is not finite"),
    (("--image", "1 inf", "-k", "blur"), "'inf' is not finite"),
    (("--image", "1 1/0", "-k", "blur"), "'1/0' divides by zero"),
    (("--image", "[1, [2]]", "-k", "blur"), "--image: '1' is where a row should be"),
    (("--image", "[[1, [2]], [3, 4]]"), "'1' is where a row should be"),
    (("--image", "[[[1, 2]], [[3], [4]]]"), "1 places of 2 channels, and 2 of 1"),
    (("--image", "1 2; 3 4"), "there is nothing to do with the image"),
    (
        ("--image", "1 2; 3 4", "-k", "blur"),
        "kernel extent 3 does not fit into height 2: 3 > 2",
    ),
    (("--image", "1 2", "-k", "sobel"), "unknown filter 'sobel'; did you mean 'sobel-y'?"),
    (("--image", "1 2", "-k", "[[1], [2, 3]]"), "row 2 of --kernel holds 2 numbers, row 1 holds 1"),
    (
        ("--image", "1 2", "-k", "[[1]]", "-s", "0"),
        "--stride takes a whole number of at least 1, not '0'",
    ),
    (
        ("--image", "1 2", "-k", "[[1]]", "-p", "-1"),
        "--padding takes a whole number of at least 0, not '-1'",
    ),
    (
        ("--image", "1 2", "-k", "[[1]]", "--dilation", "0"),
        "--dilation takes a whole number of at least 1, not '0'",
    ),
    (
        ("--image", "1 2", "-k", "[[[1]], [[2]], [[3]]]"),
        "the filter has 3 planes, the image 1 channel: 3 ≠ 1",
    ),
    (
        ("--image", "1 2", "--image", "3 4", "-k", "[[[1]], [[2]], [[3]]]"),
        "the filter has 3 planes, the image 2 channels: 3 ≠ 2",
    ),
    (
        ("--image", "1 2", "-k", "[[[1]], [[2, 3]]]"),
        "the planes of a filter have one size, not 1x1 and 1x2",
    ),
    (("--image", "1 2", "-k", "[[1]]", "-k", "[[1, 2]]"), "filter 1 is 1x1, another 1x2"),
    (
        ("--image", "1 2", "--image", "1 2 3", "-k", "blur"),
        "plane 2 is 1x3, plane 1 is 1x2: all planes of an image have one size",
    ),
    (
        ("--image", "1 2", "-k", "[[1]]", "--bias", "1,2"),
        "--bias holds 2 numbers for 1 filter: 2 ≠ 1",
    ),
    (("--image", "[1, 2]", "-k", "blur"), "the image is one row, the kernel has 3 rows: 3 > 1"),
    (("--image", "1 2", "--pool", "min", "2"), "there is no pooling 'min'"),
    (("--image", "1 2", "--pool", "max", "0"), "--pool takes a whole number of at least 1"),
    (
        ("--image", "1 2", "--pool", "average", "1", "--dilation", "2"),
        "average pooling has no dilation",
    ),
    (("--image", "1 2", "--apply", "rellu"), "there is no 'rellu' to apply; did you mean 'relu'?"),
    (("--image", "[1]", "--apply", "cross-entropy"), "cross-entropy needs what is right"),
    (
        ("--image", "[1]", "--apply", "cross-entropy", "--target", "[1, 0]"),
        "--target holds 2 numbers for 1 probability: 2 ≠ 1",
    ),
    (
        ("--image", "[3]", "--apply", "cross-entropy", "--target", "1"),
        "cross-entropy is of probabilities, and the values hold 3",
    ),
    (
        ("--image", "[0, 1]", "--apply", "cross-entropy", "--target", "[1, 0]"),
        "the cross-entropy is infinite: a class with a target has the probability 0",
    ),
    (
        ("--image", "[2, 2]", "--apply", "batchnorm", "--epsilon", "0"),
        "the variance is 0 and epsilon 0: nothing can be divided by the root of their sum",
    ),
    (
        ("--image", "1 2", "-k", "[[1]]", "--expect", "1 2 3"),
        "--expect is 1x3x1, the result is 1x2x1: 1x3x1 ≠ 1x2x1",
    ),
    (
        ("--image", "1 2", "-k", "[[1]]", "--step", "0,1"),
        "--step takes a row and a column that count from 1, not '0,1'",
    ),
    (
        ("--image", "1 2", "-k", "[[1]]", "--step", "1,3"),
        "there is no window 1,3,1: the output has 1 row, 2 columns and 1 channel",
    ),
    (("--image", "[1, 2]", "--apply", "relu", "--step", "1,1"), "nothing here has windows"),
    (("--image", "1 2", "-k", "[[1]]", "-f", "pdf"), "there is no format 'pdf'"),
    (("nowhere.csv",), "there is no file nowhere.csv"),
    (("nowhere.csv", "--image", "1"), "there are two images: 'nowhere.csv' and --image"),
    (("zoo:vgg16",), "VGG-16 has no numbers to work with: its input has no 'values:'"),
    (
        ("zoo:edge_detection", "--kernel", "blur"),
        "--kernel is for numbers that are given directly, not for a spec",
    ),
    (
        ("zoo:edge_detection", "--image", "1 2"),
        "the image is 1x2x1, but Vertical edge detection reads 6x6x1: 1x2x1 ≠ 6x6x1",
    ),
]


@pytest.mark.parametrize(("options", "message"), MESSAGES, ids=[" ".join(m[0]) for m in MESSAGES])
def test_messages(options: tuple[str, ...], message: str, run: Run) -> None:
    out = run("convolve", *options)
    assert (out.code, out.out) == (2, "")
    assert message in out.err
    assert "error: " in out.err
    assert "unforeseen" not in out.err


def test_a_file_where_numbers_are_meant_is_told_where_it_belongs(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    np.save("image.npy", np.ones((3, 5)))
    outcome = run("convolve", "--image", "image.npy", "-k", "blur")
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err == (
        "error: --image takes numbers, and 'image.npy' is a file\n"
        "  help: give it without the option: cnnanalyze convolve image.npy\n"
    )
    assert run("convolve", "image.npy", "-k", "blur").code == 0


def test_a_caret_points_at_what_is_wrong(run: Run) -> None:
    out = run("convolve", "--image", "[[1, 2], [3, four]]", "--kernel", "blur")
    assert out.err == (
        "--image:1:14: error: --image: 'four' is not a number\n"
        "  |\n"
        "1 | [[1, 2], [3, four]]\n"
        "  |              ^^^^\n"
        "  help: numbers are 3, -2, 0.5, 1e-3 or 1/9\n"
    )


SPEC = "cnn: 1\ninput: {{values: [[1, 2], [3, 4]]}}\nlayers: [{}]\n"


@pytest.mark.parametrize(
    ("layer", "message"),
    [
        ("{conv: {filters: 1, kernel: 2}}", "'conv1' has no numbers for its kernel, 2x2x1x1"),
        ("{upsample: 2}", "'resize1': resize is not worked out by hand"),
    ],
)
def test_messages_of_specs(layer: str, message: str, run: Run, tmp_path: Path) -> None:
    (tmp_path / "net.yaml").write_text(SPEC.format(layer))
    out = run("convolve", tmp_path / "net.yaml")
    assert out.code == 2
    assert message in out.err


def test_what_is_not_given_is_said(run: Run, tmp_path: Path) -> None:
    layer = "{conv: {filters: 1, kernel: 2}, weights: {kernel: 1}}"
    (tmp_path / "net.yaml").write_text(SPEC.format(layer))
    assert "note: no bias is given: 0 is taken" in run("convolve", tmp_path / "net.yaml").out


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("a.csv", b"", "is empty: there is no number in it"),
        ("a.csv", b"1,2\n3\n", "holds 1 numbers, row 1 holds 2: 1 ≠ 2"),
        ("a.csv", b"a,b\n1,2\n", "'a' is not a number"),
        ("a.npy", b"nonsense", "is not an array of numbers"),
        ("a.png", b"nonsense", "is not a picture that can be read"),
    ],
)
def test_messages_of_files(name: str, data: bytes, message: str, run: Run, tmp_path: Path) -> None:
    if name.endswith("png"):
        pytest.importorskip("PIL", reason="pictures as input: pillow is not installed")
    (tmp_path / name).write_bytes(data)
    out = run("convolve", tmp_path / name, "--kernel", "blur")
    assert out.code == 2
    assert message in out.err


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (np.array([[1.0, np.nan]]), "holds NaN or infinity; only finite numbers can be used"),
        (np.zeros((2, 3, 5, 7)), "has the shape (2, 3, 5, 7); an image has height, width and"),
        (np.zeros((0, 3)), "has the shape (0, 3); an image has"),
        (np.array([["a"]]), "holds <U1, and no numbers that can be used"),
        (np.array([[{}]], object), "holds |O, and no numbers that can be used"),
        (np.array([[1j]]), "holds <c16, and no numbers that can be used"),
        (np.zeros((1000, 1001)), "holds 1,001,000 numbers: 1,001,000 > 1,000,000"),
    ],
    ids=["nan", "axes", "empty", "text", "objects", "complex", "large"],
)
def test_messages_of_arrays(array: Any, message: str, run: Run, tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", array, allow_pickle=True)
    out = run("convolve", tmp_path / "a.npy", "--kernel", "blur")
    assert out.code == 2
    assert message in out.err


def header(shape: str, descr: str = "'<f8'", more: str = "", data: bytes = b"\0" * 32) -> bytes:
    """Return an array as a file of NumPy whose header says what it wants."""
    text = f"{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}{more}, }}".encode()
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text + data


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (header("(99999999999999999999, 5)"), "is not an array of numbers: its shape is (99999"),
        (header(f"({'9' * 4000}, 5)"), "is not an array of numbers: its shape is (99999"),
        (header("(100000, 30000)"), "holds 3,000,000,000 numbers: 3,000,000,000 > 1,000,000"),
        (header("(5, 7)"), "ends too soon: its 35 numbers take 280 bytes, and there are 32"),
        (header("(2, -2)"), "is not an array of numbers: its shape is (2, -2)"),
        (header("(2.0, 2)"), "is not an array of numbers: its shape is (2.0, 2)"),
        (header("2"), "is not an array of numbers: its shape is 2"),
        (header("(2, 2)", "'<f16'"), "holds numbers of the type '<f16', which has no exact double"),
        (header("(2, 2)", "'<i3'"), "holds numbers of the type '<i3', which has no exact double"),
        (header("(2, 2)", "[('a', '<f8')]"), "holds [('a', '<f8')], and no numbers that can be"),
        (
            header("(2, 2)", more=", 'x': 1"),
            "is not an array of numbers: its header cannot be read",
        ),
        (header("(" * 9_000), "is not an array of numbers: its header cannot be read"),
        (
            header("__import__('os').abort()"),
            "is not an array of numbers: its header cannot be read",
        ),
        (b"\x93NUMPY\x02\x00\xff\xff\xff\x7f", "is not an array of numbers as NumPy writes it"),
        (b"\x93NUMPY", "is not an array of numbers as NumPy writes it"),
        (b"", "is not an array of numbers as NumPy writes it"),
        (b"PK\x03\x04", "is an archive of arrays; save one of them by itself"),
    ],
)
def test_a_header_is_believed_only_as_far_as_the_file_goes(
    data: bytes, message: str, run: Run, tmp_path: Path
) -> None:
    (tmp_path / "a.npy").write_bytes(data)
    out = run("convolve", tmp_path / "a.npy", "--kernel", "blur")
    assert (out.code, out.out) == (2, "")
    assert f"a.npy' {message}" in out.err
    assert len(out.err.splitlines()) == 1


@pytest.mark.parametrize("dtype", ["<f8", ">f8", "<f4", "<f2", "<i8", ">i2", "|u1", "|b1"])
@pytest.mark.parametrize("order", ["C", "F"])
def test_every_array_of_numbers_is_read_as_numpy_reads_it(
    dtype: str, order: Any, tmp_path: Path
) -> None:
    array = np.arange(35).reshape(5, 7).astype(dtype, order=order)
    np.save(tmp_path / "a.npy", array)
    volume = read_file(tmp_path / "a.npy")
    assert [list(map(float, row)) for row in volume.planes[0]] == array.astype(float).tolist()


def test_only_formats_that_are_promised_are_read(run: Run, tmp_path: Path) -> None:
    image = pytest.importorskip("PIL.Image", reason="pictures as input: pillow is not installed")
    picture = image.new("RGB", (5, 7))
    for ending in ("png", "jpg", "bmp", "gif", "tif", "webp", "ppm"):
        picture.save(tmp_path / f"a.{ending}")
        assert run("convolve", tmp_path / f"a.{ending}", "--kernel", "blur").code == 0
    for ending in ("eps", "pcx", "icns", "tga"):
        picture.save(tmp_path / f"a.{ending}")
        out = run("convolve", tmp_path / f"a.{ending}", "--kernel", "blur")
        assert out.code == 2
        assert "is not a picture that can be read" in out.err


def test_a_large_picture_is_refused(run: Run, tmp_path: Path) -> None:
    image = pytest.importorskip("PIL.Image", reason="pictures as input: pillow is not installed")
    image.new("RGB", (700, 500)).save(tmp_path / "a.png")
    out = run("convolve", tmp_path / "a.png", "--kernel", "blur")
    assert out.code == 2
    assert "is 500x700x3: 1,050,000 > 1,000,000 numbers" in out.err


def test_a_number_without_bounds_is_refused(run: Run) -> None:
    for number in ("1e999999", "9" * 40):
        out = run("convolve", "--image", f"1 {number}", "--kernel", "[[1]]")
        assert out.code == 2
        assert "is not a number" in out.err


@pytest.mark.parametrize(
    "kind", ["conv", "dense", "maxpool", "avgpool", "depthwise", "reshape", "prelu"]
)
def test_a_kind_that_needs_more_than_its_name_is_not_applied(run: Run, kind: str) -> None:
    out = run("convolve", "--image", "1 2; 3 4", "--apply", kind)
    assert out.code == 2
    assert out.err.startswith(f"error: there is no '{kind}' to apply")


@pytest.mark.parametrize(("text", "number"), [("", 0), ("[1, 2]", 2)])
def test_epsilon_is_one_number(run: Run, text: str, number: int) -> None:
    out = run("convolve", "--image", "1 2", "--apply", "batchnorm", "--epsilon", text)
    assert (out.code, out.err) == (
        2,
        f"error: --epsilon takes one number, not {number}\n  help: --epsilon 0.00001\n",
    )


def test_a_softmax_over_one_channel_says_why_all_is_one(run: Run) -> None:
    remark = "with one channel each sum has one term, so every quotient is 1"
    assert remark in " ".join(run("convolve", "--image", "1 2 3", "--apply", "softmax").out.split())
    assert remark not in " ".join(
        run("convolve", "--image", "[1, 2, 3]", "--apply", "softmax").out.split()
    )


def test_a_target_that_is_the_number_of_a_class_is_met_with_both_readings(run: Run) -> None:
    out = run("convolve", "--image", "0.2 0.8", "--apply", "cross-entropy", "--target", "1")
    assert out.code == 2
    assert out.err == (
        "error: --target holds 1 number for 2 probabilities: 1 ≠ 2\n"
        "  help: class 1 is [0, 1] counted from 0, as PyTorch and Keras do, and [1, 0] counted "
        "from 1\n"
    )
