"""Every numeric example of the lectures comes out; what they print wrong is found."""

from __future__ import annotations

import pytest

import cnnanalyze as cnn
from cnnanalyze.course.worked_steps.matrix_parser import read_image, read_kernel
from cnnanalyze.course.worked_steps.network import WindowAttributes, apply, convolve, pool, work_out
from cnnanalyze.course.worked_steps.softmax import softmax
from cnnanalyze.course.worked_steps.volume import vector
from tests.conftest import Run
from tests.course.worked_steps.lectures import (
    ACTIVATIONS,
    BRIGHT_DARK,
    CONVOLUTIONS,
    DARK_BRIGHT,
    EDGES,
    FIVE,
    FIVES,
    FRAMES_001,
    POOLINGS,
    PRINTED_WRONG,
    QUADRANTS,
    SIX,
    STEP,
    Example,
    Pooling,
    Rows,
    Wrong,
)


def rows(numbers: object) -> list[list[float]]:
    return [list(row) for row in numbers]  # type: ignore[attr-defined]


def text(matrix: Rows) -> str:
    return ";".join(" ".join(map(str, row)) for row in matrix)


@pytest.mark.parametrize("example", CONVOLUTIONS, ids=lambda e: e.place)
def test_convolution(example: Example) -> None:
    section = convolve(
        read_image([text(plane) for plane in example.image]),
        [read_kernel(example.kernel)],
        WindowAttributes(example.stride, example.padding),
        flip=example.flip,
    )
    assert [rows(plane) for plane in section.after.planes] == [example.right]


def test_frames_of_lecture_001() -> None:
    sliding_window = convolve(
        read_image([text(SIX)]), [read_kernel("vertical-edge-reversed")]
    ).sliding_window
    assert sliding_window is not None
    assert [step.result for step in sliding_window.steps()] == FRAMES_001
    # Line 311: -(8 + 2 + 3) + (3 + 1 + 7).
    assert sliding_window.nth(6).products == (((-8, 0, 3), (-2, 0, 1), (-3, 0, 7)),)


def test_written_sum_of_lecture_000() -> None:
    # Line 68, whose seventh product lost its sign in the text: 1x1 stands for 1x(-1).
    sliding_window = convolve(
        read_image([text(SIX)]), [read_kernel("vertical-edge")]
    ).sliding_window
    assert sliding_window is not None
    assert sliding_window.nth(0).products == (((3, 0, -1), (1, 0, -8), (2, 0, -2)),)
    assert sliding_window.nth(0).result == -5


@pytest.mark.parametrize("example", POOLINGS, ids=lambda e: e.place)
def test_pooling(example: Pooling) -> None:
    section = pool(read_image([text(example.image)]), example.how, 2)
    assert rows(section.after.planes[0]) == example.right


@pytest.mark.parametrize(
    ("kind", "given", "right"), [a[1:] for a in ACTIVATIONS], ids=[a[0] for a in ACTIVATIONS]
)
def test_activation(kind: str, given: tuple[int, ...], right: tuple[float, ...]) -> None:
    assert apply(vector(given), kind).after.flat() == pytest.approx(right, abs=5e-5)


def test_leaky_relu_of_lecture_001() -> None:
    net = cnn.loads("{cnn: 1, input: {features: 5, values: [-2, -1, 0, 1, 2]}, "
                    "layers: [{leaky_relu: 0.1}]}")  # fmt: skip
    (section,) = work_out(net)
    assert list(map(float, section.after.flat())) == [-0.2, -0.1, 0, 1, 2]


def test_softmax_of_lecture_003() -> None:
    # Lines 467-485: the powers as printed, and their quotients by the sum 11.6106.
    worked = softmax(vector(FIVE))
    assert worked.working is not None
    assert [round(row[1], 2) for row in worked.working.rows] == [0.14, 0.37, 1, 2.72, 7.39]
    assert dict(worked.working.facts)["sum"] == pytest.approx(11.6106, abs=5e-5)
    right = (0.0117, 0.0317, 0.0861, 0.2341, 0.6364)
    assert worked.after.flat() == pytest.approx(right, abs=5e-5)


def test_cross_entropy_of_lecture_003(run: Run) -> None:
    # Lines 491-512: 0.03 for (0.97, 0.02, 0.01) against (1, 0, 0).
    out = run("convolve", "--image", "[0.97, 0.02, 0.01]", "--apply", "cross-entropy",
              "--target", "[1, 0, 0]", "--expect", "0.03")  # fmt: skip
    assert (out.code, out.err) == (0, "")
    assert "0.97  1  -0.03046  0.03046\n" in out.out
    assert "as expected, the result" in out.out


def test_batch_norm_of_lecture_003() -> None:
    worked = apply(vector([1, 2, 3, 4]), "batchnorm", gamma=(2,), beta=(1,), epsilon=0)
    right = (-1.6833, 0.1056, 1.8944, 3.6833)
    assert worked.after.flat() == pytest.approx(right, abs=5e-5)
    assert worked.working is not None
    assert dict(worked.working.facts)["variance"] == 1.25


@pytest.mark.parametrize("wrong", PRINTED_WRONG, ids=lambda w: w.place)
def test_what_is_printed_wrong_is_found(wrong: Wrong, run: Run) -> None:
    out = run("convolve", "--image", text(wrong.image), *wrong.options, "--expect", wrong.printed)
    assert out.code == 1
    assert "\n".join(wrong.mistakes) in out.out


def test_a_turned_kernel_is_recognised(run: Run) -> None:
    turned = "5 4 0 -8; 10 2 -2 -3; 0 2 4 7; 3 2 3 16"
    out = run("convolve", "--image", text(SIX), "--kernel", "vertical-edge", "--expect", turned)
    assert out.code == 1
    assert (
        "14 of 16 cells of what was expected are wrong\n"
        "this is the result if the kernel is rotated by 180 degrees (a true convolution)\n"
        "row 1, column 1: 5 is printed, -5 is right\n" in out.out
    )


def test_step_image_in_place_of_the_lost_picture_of_003() -> None:
    # The result of lines 299-321 needs the quadrants; the step image gives zeros.
    kernel = [read_kernel("horizontal-edge")]
    assert not any(convolve(read_image([text(BRIGHT_DARK)]), kernel).after.numbers())
    assert any(convolve(read_image([text(QUADRANTS)]), kernel).after.numbers())


@pytest.mark.parametrize(
    ("name", "right"),
    [
        ("edge_detection", [EDGES]),
        ("strided_convolution", [[[5, 0, -3], [0, 4, 2], [4, -5, 5]]]),
    ],
)
def test_specs_of_the_lectures(name: str, right: list[list[list[int]]]) -> None:
    (section,) = work_out(cnn.load(f"zoo:{name}"))
    assert [rows(plane) for plane in section.after.planes] == right


def test_quiz_of_lecture_001_as_a_spec() -> None:
    image = read_image([text(BRIGHT_DARK), text(DARK_BRIGHT), text(FIVES)])
    (section,) = work_out(cnn.load("zoo:rgb_filters"), image)
    assert str(section.after.shape) == "4x4x2"
    assert [rows(p) for p in section.after.planes] == [STEP, [[0] * 4] * 4]
