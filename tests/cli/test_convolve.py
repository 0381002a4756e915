"""The command: frames, formats and files."""

from __future__ import annotations

import builtins
import json
import shutil
import subprocess
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.conftest import Run


@pytest.fixture
def run(run: Run) -> Run:
    """Run a command line as on a terminal of 80 columns."""
    return partial(run, columns=80)


SIX = "3 0 1 2 7 4; 1 5 8 9 3 1; 2 7 2 5 1 3; 0 1 3 1 7 8; 4 2 1 6 2 8; 2 4 5 2 3 9"
FRAME = """\
conv: cross-correlation, kernel 3x3, stride 1, 6x6x1 -> 4x4x1 (sum of products)

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
    assert out.startswith("# conv: cross-correlation")
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


# --- and back -------------------------------------------------------------------------------------

BACK = (*("convolve", "--image", "1 2 3; 4 5 6; 7 8 9", "--kernel", "1 0; 0 -1"), "--gradient")


def test_gradients_follow_what_was_worked_out(run: Run) -> None:
    # Exam of CS231n's kind: dL/dW is the input under dL/dy, dL/dx dL/dy under the rotated kernel.
    done = run(*BACK, "1 2; 3 4", "--steps", "0")
    assert "\ndL/dW\n 37 47\n 67 77\n" in done.out
    assert "\ndL/dx\n  1  2  0\n  3  3 -2\n  0 -3 -4\n" in done.out
    assert done.out.index("dL/dW") < done.out.index("dL/dx")


@pytest.mark.parametrize("format", ["text", "markdown", "latex", "html", "json"])
def test_gradients_come_in_every_format(run: Run, format: str) -> None:  # noqa: A002
    text = run(*BACK, "ones", "--format", format).out
    assert "gradient of the kernel" in text
    assert "dL/dW" in text or format == "json"


def test_data_say_what_is_a_gradient_by_what(run: Run) -> None:
    data = json.loads(run(*BACK, "ones", "--format", "json").out)
    found = [(s.get("gradient_of"), s["shape"]) for s in data["sections"]]
    assert found == [(None, [2, 2, 1]), ("kernel", [2, 2, 1, 1]), ("input", [3, 3, 1])]


def test_one_gradient_alone_is_compared(run: Run) -> None:
    done = run(*BACK, "1 2; 3 4", "--of", "kernel", "--expect", "37 47; 67 70")
    assert done.code == 1
    assert "row 2, column 2: 70 is printed, 77 is right" in done.out


def test_a_kernel_that_was_not_rotated_is_recognised(run: Run) -> None:
    wrong = "-1 -2 0; -3 -3 2; 0 3 4"
    done = run(*BACK, "1 2; 3 4", "--of", "input", "--expect", wrong)
    assert done.code == 1
    assert "this is the result if the kernel is not rotated" in done.out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("1 2 3",), "the gradient is 1x3x1, but 'conv' gives 2x2x1: 1x3x1 ≠ 2x2x1"),
        (("ones", "--of", "bias"), "there is no gradient 'bias'"),
        (("1 x",), "--gradient: 'x' is not a number"),
    ],
)
def test_what_is_no_gradient_is_refused(run: Run, words: tuple[str, ...], said: str) -> None:
    assert said in run(*BACK, *words).err


def test_a_gradient_that_is_shown_needs_one_that_comes(run: Run) -> None:
    done = run(*BACK[:-1], "--of", "kernel")
    assert "--of names a gradient, and nothing goes back" in done.err
