"""The walk by hand against two others: the executor's kernels, and NumPy's sliding windows."""

from __future__ import annotations

from fractions import Fraction
from itertools import chain
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import cnnanalyze as cnn
from cnnanalyze.course.worked_steps.matrix_parser import read_image
from cnnanalyze.course.worked_steps.network import WindowAttributes, apply, convolve, pool, work_out
from cnnanalyze.course.worked_steps.result_check import compare
from cnnanalyze.course.worked_steps.volume import Volume, vector, volume_of
from cnnanalyze.course.worked_steps.window_steps import rotated
from cnnanalyze.errors import UsageError
from cnnanalyze.execute.run import RunStep, infer
from cnnanalyze.report.convolution.step_selection import judged

NUMBERS = st.integers(-9, 9)


@st.composite
def arrays(draw: st.DrawFn, shape: tuple[int, ...]) -> np.ndarray[Any, Any]:
    count = int(np.prod(shape))
    return np.array(draw(st.lists(NUMBERS, min_size=count, max_size=count))).reshape(shape)


@st.composite
def cases(draw: st.DrawFn) -> dict[str, Any]:
    """Draw an image, filters and how they walk: sizes are distinct primes."""
    height, width = draw(st.sampled_from([(7, 11), (11, 7), (13, 5)]))
    channels = draw(st.sampled_from([1, 2, 3]))
    filters = draw(st.sampled_from([1, 2]))
    kernel = draw(st.sampled_from([(3, 2), (2, 3), (1, 3), (3, 3)]))
    return {
        "image": draw(arrays((height, width, channels))),
        "kernel": draw(arrays((*kernel, channels, filters))),
        "bias": draw(arrays((filters,))),
        "stride": draw(st.sampled_from([(1, 1), (2, 1), (2, 3)])),
        "padding": draw(st.sampled_from(["valid", "same", (1, 2)])),
        "dilation": draw(st.sampled_from([(1, 1), (2, 1)])),
    }


def volume(array: np.ndarray[Any, Any]) -> Volume:
    return volume_of(array.tolist(), 2)


def array(found: Volume) -> np.ndarray[Any, Any]:
    return np.array([[list(map(float, row)) for row in p] for p in found.planes]).transpose(1, 2, 0)


def planes(kernel: np.ndarray[Any, Any], number: int) -> tuple[Any, ...]:
    return tuple(
        tuple(map(tuple, kernel[:, :, c, number].tolist())) for c in range(kernel.shape[2])
    )


@settings(max_examples=60, deadline=None)
@given(cases())
def test_convolution_agrees_with_the_executor(case: dict[str, Any]) -> None:
    filters = case["kernel"].shape[-1]
    section = convolve(
        volume(case["image"]),
        [planes(case["kernel"], n) for n in range(filters)],
        WindowAttributes(case["stride"], case["padding"], case["dilation"]),
        biases=tuple(case["bias"].tolist()),
    )
    attributes = {k: case[k] for k in ("stride", "padding", "dilation")}
    step = RunStep(
        "c",
        "conv",
        {"filters": filters, "kernel": case["kernel"].shape[:2], **attributes},
        weights={"kernel": case["kernel"], "bias": case["bias"]},
    )
    # Whole numbers in doubles are exact: nothing may differ.
    assert np.array_equal(array(section.after), infer([step], case["image"])["c"])
    assert all(isinstance(n, int) for n in section.after.numbers())
    assert section.sliding_window is not None
    for one in section.sliding_window.steps():
        assert one.result == section.after[one.row, one.column, one.channel]
        assert sum(one.sums) + one.bias == one.result
        assert sum(chain.from_iterable(chain.from_iterable(one.products))) + one.bias == one.result


@settings(max_examples=40, deadline=None)
@given(arrays((7, 11)), arrays((3, 2)))
def test_convolution_agrees_with_sliding_windows(
    image: np.ndarray[Any, Any], kernel: np.ndarray[Any, Any]
) -> None:
    windows = np.lib.stride_tricks.sliding_window_view(image, kernel.shape)
    rows = tuple(map(tuple, kernel.tolist()))
    for flip, weights in ((False, kernel), (True, kernel[::-1, ::-1])):
        found = convolve(volume(image[..., None]), [(rows,)], flip=flip)
        right = np.einsum("rcij,ij->rc", windows, weights)
        assert np.array_equal(array(found.after)[..., 0], right)


@settings(max_examples=40, deadline=None)
@given(arrays((7, 11, 3)), arrays((3, 2, 3, 2)), st.sampled_from(["valid", "same"]))
def test_depthwise_agrees_with_the_executor(
    image: np.ndarray[Any, Any], kernel: np.ndarray[Any, Any], padding: str
) -> None:
    text = cnn.dumps(cnn.loads(
        "{cnn: 1, input: 7x11x3, layers: [{depthwise: {kernel: [3, 2], multiplier: 2, "
        f"bias: false, padding: {padding}}}, weights: {kernel.tolist()}}}]}}"
    ))  # fmt: skip
    (section,) = work_out(cnn.loads(text), volume(image))
    attributes = {"kernel": (3, 2), "multiplier": 2, "bias": False, "padding": padding}
    step = RunStep("d", "depthwise", attributes, weights={"kernel": kernel})
    assert np.array_equal(array(section.after), infer([step], image)["d"])


@settings(max_examples=40, deadline=None)
@given(
    arrays((7, 11, 2)),
    st.sampled_from(["max", "average"]),
    st.sampled_from([(2, 2), (3, 2)]),
    st.sampled_from([None, (1, 2), (2, 1)]),
    st.sampled_from(["valid", "same", (1, 1)]),
)
def test_pooling_agrees_with_the_executor(
    image: np.ndarray[Any, Any], how: str, size: Any, stride: Any, padding: Any
) -> None:
    section = pool(volume(image), how, size, WindowAttributes(stride, padding))
    kind = {"max": "maxpool", "average": "avgpool"}[how]
    step = RunStep("p", kind, {"kernel": size, "stride": stride, "padding": padding})
    assert np.allclose(array(section.after), infer([step], image)["p"], rtol=1e-15, atol=0)


WHOLE = """\
cnn: 1
input: 7x11x2
layers:
  - {conv: {filters: 2, kernel: 3, groups: 2}, weights: {kernel: [sobel-x, emboss], bias: 1}}
  - {batchnorm: , weights: {gamma: 2, beta: 1, moving mean: 3, moving variance: 5}}
  - relu
  - as: sum
    add: [leaky_relu, []]
  - as: both
    concat: [sigmoid, []]
  - {maxpool: {kernel: 2, ceil_mode: true}}
  - {avgpool: {kernel: 2, stride: 1, padding: 1, count_padding: true}}
  - flatten
  - {dense: 3, weights: {kernel: 0.25, bias: [1, 2, 3]}}
  - tanh
  - softmax
"""


@settings(max_examples=10, deadline=None)
@given(arrays((7, 11, 2)))
def test_networks_agree_with_the_executor(image: np.ndarray[Any, Any]) -> None:
    net = cnn.loads(WHOLE)
    steps = [
        RunStep(n.id, n.kind, n.attributes, n.inputs, weights={g.role: g.values for g in n.given})
        for n in net
    ]
    right = infer(steps, image)
    sections = work_out(net, volume(image))
    assert [s.name for s in sections] == [n.id for n in net]
    for section in sections:
        flat = list(map(float, section.after.flat()))
        assert flat == pytest.approx(right[section.name].ravel().tolist(), rel=1e-9, abs=1e-12)


@pytest.mark.parametrize(
    "kind",
    ["relu", "relu6", "leaky_relu", "elu", "sigmoid", "tanh", "hard_sigmoid", "hard_swish", "silu",
     "softplus", "mish", "gelu", "selu", "softmax", "log_softmax", "abs", "exp", "clip"],
)  # fmt: skip
def test_activations_agree_with_the_executor(kind: str) -> None:
    numbers = [-7.5, -3.0, -0.25, 0.0, 0.5, 2.0, 11.0]
    found = apply(vector([Fraction(n) for n in numbers]), kind).after.flat()
    right = infer([RunStep("a", kind)], numbers)["a"]
    assert list(map(float, found)) == pytest.approx(right.tolist(), rel=1e-6, abs=1e-9)


def test_steep_softmax() -> None:
    section = apply(vector([1000, 1001]), "softmax")
    assert section.after.flat() == pytest.approx([0.2689414, 0.7310586])
    assert section.remarks == (
        "the largest is subtracted first: e^x would be too large, and the quotients are the same",
    )


def test_numbers_stay_exact() -> None:
    third = Fraction(1, 3)
    section = convolve(Volume((((third, Fraction("0.1")),),)), [(((3, 10),),)])
    assert section.after.planes == (((2,),),)
    assert all(isinstance(n, int) for n in section.after.numbers())


def test_convolution_commutes_and_correlation_does_not() -> None:
    # Lecture 002, line 212; the border is padded so that nothing of either is lost.
    one, other = ((1, 2, 3), (4, 5, 6), (7, 8, 10)), ((2, 0, 1), (0, 3, 0), (1, 1, 5))
    full = WindowAttributes(1, (2, 2))
    a, b = (
        convolve(Volume((x,)), [(y,)], full, flip=True).after
        for x, y in ((one, other), (other, one))
    )
    assert a == b
    c, d = (convolve(Volume((x,)), [(y,)], full).after for x, y in ((one, other), (other, one)))
    assert c != d
    assert rotated(rotated(one)) == one


def test_too_many_products() -> None:
    image = Volume((((0,) * 1000,) * 1000,))
    kernel = ((1,) * 7,) * 7
    with pytest.raises(
        UsageError, match=r"48,413,764 products are too many .*: 48,413,764 > 30,000,000"
    ):
        convolve(image, [(kernel,)])


def test_no_such_window() -> None:
    sliding_window = pool(Volume((((1, 2), (3, 4)),)), "max", 2).sliding_window
    assert sliding_window is not None
    with pytest.raises(
        UsageError,
        match="there is no window 2,1,1: the output has 1 row, 1 column and 1 channel",
    ):
        sliding_window.step(1, 0, 0)


SIGNAL = """\
cnn: 1
input: {length: 7, channels: 1, values: [1, 2, 3, 4, 5, 6, 7]}
layers:
  - {conv: {filters: 1, kernel: 3, stride: 2, padding: %s, bias: false}, weights: [1, 0, -1]}
"""


@pytest.mark.parametrize(
    ("padding", "title"),
    [
        ("1", "cross-correlation, kernel 3, stride 2, padding 1"),
        ("[[2, 0]]", "cross-correlation, kernel 3, stride 2, padding 2 left, 0 right"),
        ("0", "cross-correlation, kernel 3, stride 2"),
    ],
)
def test_a_signal_is_told_by_its_own_axis(padding: str, title: str) -> None:
    (section,) = work_out(cnn.loads(SIGNAL % padding))
    assert section.title == title


def test_a_number_of_a_signal_that_no_window_reads() -> None:
    (section,) = work_out(cnn.loads(SIGNAL.replace("[1, 2, 3, 4, 5, 6, 7]", "[1, 2, 3, 4, 5, 6]")
                                    .replace("length: 7", "length: 6") % "0"))  # fmt: skip
    assert section.remarks[-1] == (
        "the last number of the input is not read: the next window would not fit"
    )


def test_a_wrong_number_of_a_signal_is_told_by_its_place() -> None:
    (section,) = work_out(cnn.loads(SIGNAL % "1"))
    verdict = compare(section, read_image(["[-2, -2, -2, 5]"]))
    assert judged(verdict)[1] == "number 4: 5 is printed, 6 is right"
