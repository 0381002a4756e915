"""The command: frames, formats, files, and every message."""

from __future__ import annotations

import builtins
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.convolve.conftest import Run

SIX = "3 0 1 2 7 4; 1 5 8 9 3 1; 2 7 2 5 1 3; 0 1 3 1 7 8; 4 2 1 6 2 8; 2 4 5 2 3 9"
FRAME = """\
conv: cross-correlation, kernel 3x3, stride 1, 6x6x1 -> 4x4x1
sum of products

step 7 of 16: output row 2, column 3
  image            kernel        products      output so far
   3 0 1 2 7 4       1  0 -1       8  0 -3       -5  -4   0   8
   1 5[8 9 3]1       1  0 -1       2  0 -1      -10  -2[  2]  .
   2 7[2 5 1]3       1  0 -1       3  0 -7        .   .   .   .
   0 1[3 1 7]8                                    .   .   .   .
   4 2 1 6 2 8
   2 4 5 2 3 9
  8*1 + 9*0 + 3*(-1) + 2*1 + 5*0 + 1*(-1) + 3*1 + 1*0 + 7*(-1) = 2

  output
    -5  -4   0   8
   -10  -2   2   3
     0  -2  -4  -7
    -3  -2  -3 -16
"""


def test_a_frame(run: Run) -> None:
    out = run("convolve", "--image", SIX, "--kernel", "vertical-edge", "--step", "2,3")
    assert (out.code, out.err) == (0, "")
    assert out.out == FRAME
    assert out.out.isascii()


def test_few_steps_are_shown_and_the_rest_is_named(run: Run) -> None:
    out = run("convolve", "--image", SIX, "--kernel", "vertical-edge").out
    assert out.count("output so far") == 3
    assert "... 13 more steps; --steps 16 shows all, --step ROW,COLUMN one" in out
    out = run("convolve", "--image", SIX, "--kernel", "vertical-edge", "--steps", "16").out
    assert out.count("output so far") == 16
    assert "more step" not in out
    assert (
        "output so far"
        not in run("convolve", "--image", SIX, "--kernel", "vertical-edge", "--steps", "0").out
    )


@pytest.mark.parametrize("width", [80, 100])
@pytest.mark.parametrize(
    "options",
    [
        ("--padding", "1"),
        ("--stride", "2", "--padding", "same"),
        ("--dilation", "2", "--bias", "-3"),
        ("--kernel", "gaussian-5x5"),
    ],
    ids=" ".join,
)
def test_frames_fit(
    width: int, options: tuple[str, ...], run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    seven = ";".join("0 1 3 9 2 1 4" for _ in range(7))
    monkeypatch.setenv("COLUMNS", str(width))
    kernel = () if "--kernel" in options else ("--kernel", "sobel-x")
    out = run("convolve", "--image", seven, *kernel, *options)
    assert out.code == 0
    assert max(map(len, out.out.splitlines())) <= width


def test_dilation_marks_every_cell(run: Run) -> None:
    out = run("convolve", "--image", "1 2 3 4 5", "--kernel", "derivative-x", "--dilation", "2")
    assert "  [1]2[3]4[5]" in out.out
    assert "1*(-1) + 3*0 + 5*1 = 4" in out.out


def test_a_divisor_stands_before_the_kernel(run: Run) -> None:
    out = run("convolve", "--image", "1 2 1; 2 4 2; 1 2 5", "--kernel", "gaussian").out
    assert "kernel, 1/16 of" in out
    assert "(1*1 + 2*2 + 1*1 + 2*2 + 4*4 + 2*2 + 1*1 + 2*2 + 5*1)/16 = 40/16 = 2.5" in out


def test_a_fraction_is_also_rounded(run: Run) -> None:
    out = run("convolve", "--image", "1 2; 3 5", "--pool", "average", "2x1").out
    assert "(1 + 3)/2 = 4/2 = 2" in out
    out = run("convolve", "--image", "1 2 2; 3 5 1", "--pool", "average", "1,3").out
    assert "(1 + 2 + 2)/3 = 5/3 ~ 1.667" in out


def test_a_bias_is_part_of_the_sum(run: Run) -> None:
    out = run("convolve", "--image", "[[1, 2]]", "--image", "[[3, 4]]", "--kernel", "[[5, 6]]",
              "--bias", "-7").out  # fmt: skip
    assert "channel 1: 1*5 + 2*6\n" in out
    assert "sum: 17 + 39 + (-7) (bias) = 49" in out


def test_max_pooling_names_its_numbers(run: Run) -> None:
    out = run("convolve", "--image", "1 3 2 1; 3 6 8 9", "--pool", "max", "2").out
    assert "pool: max pooling, window 2x2, stride 2, 2x4x1 -> 1x2x1" in out
    assert "max(1, 3, 3, 6) = 6" in out


def test_what_is_not_read_is_said(run: Run) -> None:
    out = run("convolve", "--image", SIX, "--kernel", "vertical-edge", "--stride", "2").out
    assert (
        "note: the last row of the input is not read: the next window would not fit\n"
        "note: the last column of the input is not read: the next window would not fit\n" in out
    )


def test_one_after_the_other(run: Run) -> None:
    out = run("convolve", "--image", SIX, "--kernel", "vertical-edge", "--apply", "relu",
              "--pool", "max", "2", "--format", "json")  # fmt: skip
    data = json.loads(out.out)
    assert data["schema"] == 1
    assert [s["kind"] for s in data["sections"]] == ["conv", "relu", "maxpool"]
    # By eye: relu of the printed map, then the largest of each quarter.
    assert data["sections"][1]["output"][3] == [0, 0, 0, 0]
    assert data["sections"][2]["output"] == [[0, 8], [0, 0]]
    assert len(data["sections"][0]["steps"]) == 16
    assert data["sections"][0]["steps"][6]["result"] == 2
    assert data["sections"][0]["steps_left_out"] == 0


def test_markdown(run: Run) -> None:
    out = run("convolve", "--image", "1 2; 3 4", "--kernel", "roberts-x", "-f", "markdown").out
    assert out.startswith("# Convolution by hand\n\n## conv: cross-correlation")
    assert r"1 \cdot 1 + 2 \cdot 0 + 3 \cdot 0 + 4 \cdot (-1) = -3" in out
    assert out.count("$$") == 6


@pytest.mark.skipif(
    shutil.which("pdflatex") is None, reason="LaTeX of convolutions: there is no pdflatex"
)
def test_latex_compiles(run: Run, tmp_path: Path) -> None:
    target = tmp_path / "edges.tex"
    run("convolve", "--image", SIX, "--kernel", "gaussian", "--apply", "softmax", "--pool", "max",
        "2", "-o", target)  # fmt: skip
    done = subprocess.run(
        ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", target.name],  # noqa: S607
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-2000:]


def test_filters_are_listed(run: Run) -> None:
    out = run("convolve", "--filters").out
    assert (
        "gaussian-3x3: a smooth blur (Gonzalez and Woods, Digital Image Processing, chapter "
        "'Spatial filtering')\n  1/16 of 1 2 1; 2 4 2; 1 2 1\n" in out
    )


# --- files ----------------------------------------------------------------------------------------


def test_files_say_the_same(run: Run, tmp_path: Path) -> None:
    rows = [list(map(int, row.split())) for row in SIX.split(";")]
    (tmp_path / "a.csv").write_text("\n".join(",".join(map(str, r)) for r in rows), "utf-8")
    (tmp_path / "a.txt").write_text("\ufeff" + "\r\n".join("\t".join(map(str, r)) for r in rows))
    np.save(tmp_path / "a.npy", np.array(rows, np.uint8))
    np.save(tmp_path / "b.npy", np.array(rows, np.float32)[..., None])
    outs = {
        run("convolve", tmp_path / name, "-k", "vertical-edge", "--step", "2,3").out
        for name in ("a.csv", "a.txt", "a.npy", "b.npy")
    }
    assert outs == {FRAME}


def test_planes_of_a_table_are_parted_by_an_empty_line(run: Run, tmp_path: Path) -> None:
    (tmp_path / "rgb.csv").write_text("1,2\n3,4\n\n5,6\n7,8\n\n0,0\n0,1\n")
    out = run("convolve", tmp_path / "rgb.csv", "--pool", "max", "2", "-f", "json")
    assert json.loads(out.out)["sections"][0]["output"] == [[[4, 8, 1]]]


def test_floats_of_few_digits_are_taken_as_printed(run: Run, tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", np.array([[0.1, 0.2]], np.float32))
    out = run("convolve", tmp_path / "a.npy", "-k", "[[1, 1]]", "-f", "json")
    assert json.loads(out.out)["sections"][0]["output"] == [["3/10"]]


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    image = pytest.importorskip("PIL.Image", reason="pictures as input: pillow is not installed")
    path = tmp_path / "photo.png"
    image.fromarray(np.arange(5 * 7 * 3, dtype=np.uint8).reshape(5, 7, 3)).save(path)
    return path


def test_pictures(run: Run, picture: Path) -> None:
    out = run("convolve", picture, "--pool", "max", "5x7", "-f", "json")
    assert json.loads(out.out)["sections"][0]["output"] == [[[102, 103, 104]]]
    out = run("convolve", picture, "--grey", "--pool", "max", "5x7", "-f", "json")
    assert json.loads(out.out)["sections"][0]["output"] == [[103]]


def test_without_pillow(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "photo.png").write_bytes(b"\x89PNG")
    importing = builtins.__import__

    def refuse(name: str, *rest: Any, **more: Any) -> Any:
        if name.startswith("PIL"):
            raise ImportError(name)
        return importing(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", refuse)
    out = run("convolve", tmp_path / "photo.png", "--kernel", "sobel-x")
    assert out.code == 2
    assert "photo.png' needs the package pillow, which is not installed\n" in out.err
    assert "  help: pip install 'cnnanalyze[image]', or give the numbers as .csv or .npy" in out.err


def test_a_large_image_is_summed_up(run: Run, tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", np.arange(41 * 43).reshape(41, 43) % 17)
    out = run("convolve", tmp_path / "a.npy", "-k", "sobel-x", "--step", "7,11").out
    assert "step 257 of 1,599: output row 7, column 11" in out
    assert "image, rows 7-9, columns 11-13" in out
    assert "output 39x41x1: 1,599 numbers from " in out
    assert len(out.splitlines()) < 15


# --- messages -------------------------------------------------------------------------------------

RAGGED = "row 2 of --image holds 2 numbers, row 1 holds 3: 2 ≠ 3"
MESSAGES: list[tuple[tuple[str, ...], str]] = [
    ((), "there is nothing to work with"),
    (("--image", ""), "--image is empty"),
    (("--image", "[]"), "--image is empty"),
    (("--image", "[[]]"), "--image is empty"),
    (("--image", "[[1, 2, 3], [4, 5]]", "-k", "blur"), RAGGED),
    (("--image", "1 2 3; 4 5", "-k", "blur"), RAGGED),
    (("--image", "[[1, x]]", "-k", "blur"), "--image: 'x' is not a number"),
    (("--image", "[[1, .nan]]", "-k", "blur"), "'.nan' is not finite; only numbers can be weighed"),
    (("--image", "1 inf", "-k", "blur"), "'inf' is not finite; only numbers can be weighed"),
    (("--image", "1 1/0", "-k", "blur"), "'1/0' divides by zero"),
    (("--image", "[1, [2]]", "-k", "blur"), "--image: '1' stands where a row should"),
    (("--image", "[[1, [2]], [3, 4]]"), "'1' stands where a row should"),
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
        "--bias holds 2 numbers for 1 filters: 2 ≠ 1",
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
        "--target holds 2 numbers for 1 probabilities: 2 ≠ 1",
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
        "there is no window 1,3,1: the output has 1 rows, 2 columns and 1 channels",
    ),
    (("--image", "[1, 2]", "--apply", "relu", "--step", "1,1"), "no window walks here"),
    (("--image", "1 2", "-k", "[[1]]", "-f", "pdf"), "there is no format 'pdf'"),
    (("nowhere.csv",), "there is no file 'nowhere.csv'"),
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
        ("a.npy", b"nonsense", "is no array of numbers"),
        ("a.png", b"nonsense", "is no picture that can be read"),
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
        (np.array([[1.0, np.nan]]), "holds NaN or infinity; only finite numbers can be weighed"),
        (np.zeros((2, 3, 5, 7)), "has the shape (2, 3, 5, 7); an image has height, width and"),
        (np.zeros((0, 3)), "has the shape (0, 3); an image has"),
        (np.array([["a"]]), "holds <U1, and no numbers that can be weighed"),
        (np.array([[{}]], object), "is no array of numbers: Object arrays cannot be loaded"),
        (np.zeros((1000, 1001)), "holds 1,001,000 numbers: 1,001,000 > 1,000,000"),
    ],
    ids=["nan", "axes", "empty", "text", "objects", "large"],
)
def test_messages_of_arrays(array: Any, message: str, run: Run, tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", array, allow_pickle=True)
    out = run("convolve", tmp_path / "a.npy", "--kernel", "blur")
    assert out.code == 2
    assert message in out.err


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
