"""Receptive fields: theory against what is traced, another method, and what papers print."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, note
from hypothesis import strategies as st

import cnnanalyze as cnn
from cnnanalyze.analysis.pipeline import analyze, index_maps
from cnnanalyze.analysis.trace import trace
from tests.strategies.networks import specs

Layers = str


def report(layers: Layers, size: str = "224x224x3") -> cnn.Report:
    return cnn.analyze(cnn.loads(f"{{cnn: 1, input: {size}, layers: [{layers}]}}"))


def triple(facts: Any, axis: int = 0) -> tuple[Any, ...]:
    """Return size, effective stride and effective padding, as google-research prints them."""
    path_field = facts.fields[axis].local
    return path_field.size, path_field.rate, -path_field.at(0)[0]


# --- laws ----------------------------------------------------------------------------------------


@given(text=specs())
def test_units_that_meet_no_border_see_the_theoretical_field(text: str) -> None:
    note(text)
    network = cnn.loads(text)
    result = analyze(network)
    for name, axes in trace(network, index_maps(network)).items():
        if name == "input":
            continue
        fields = result[name].fields
        assert fields is not None
        for field, clipped in zip(fields, axes, strict=True):
            for unit, free in enumerate(clipped.inner):
                assert not free or field.at(unit) == clipped.intervals[unit]


@given(text=specs())
def test_no_unit_sees_more_than_the_theoretical_field(text: str) -> None:
    note(text)
    network = cnn.loads(text)
    result = analyze(network)
    for node in network:
        axes = trace(network, index_maps(network))[node.id]
        for field, clipped in zip(result[node.id].fields or (), axes, strict=True):
            for unit, inside in enumerate(clipped.intervals):
                if inside is not None:
                    theory = field.at(unit)
                    assert theory is not None
                    assert theory[0] <= inside[0] <= inside[1] <= theory[1]


@given(text=specs())
def test_narrow_field_is_no_larger(text: str) -> None:
    note(text)
    for facts in cnn.analyze(cnn.loads(text)):
        for wide, narrow in zip(facts.fields or (), facts.narrow or (), strict=True):
            assert narrow.local.size <= max(s.size for s in wide.path_fields)


window = st.integers(1, 7).flatmap(  # a pool is padded by half of its window at most
    lambda kernel: st.tuples(
        st.just(kernel), st.integers(1, 3), st.integers(1, 3), st.integers(0, kernel // 2)
    )
)


@given(chain=st.lists(window, min_size=1, max_size=5))
def test_chain_follows_the_recurrences_of_distill(chain: list[tuple[int, int, int, int]]) -> None:
    # Araujo, Norris, Sim 2019: backwards from the output, r' = s·r + k - s, S' = s·S, P' = s·P + p.
    size, stride, padding = 1, 1, 0
    for kernel, step, dilation, pad in reversed(chain):
        extent = dilation * (kernel - 1) + 1
        size, stride, padding = step * size + extent - step, step * stride, step * padding + pad
    text = ", ".join(
        f"{{conv: {{filters: 1, kernel: {k}, stride: {s}, dilation: {d}, padding: {p}}}}}"
        for k, s, d, p in chain
    )
    *_, last = report(text, "40009x2")
    assert triple(last) == (size, stride, padding)
    assert last.fields is not None
    centre = -padding + Fraction(size - 1, 2)
    assert last.fields[0].local.centre == centre


@given(chain=st.lists(window, min_size=1, max_size=4))
def test_size_grows_by_the_jump(chain: list[tuple[int, int, int, int]]) -> None:
    # The lectures' forward form: r += (k - 1)·j, j *= s.
    size, jump = 1, 1
    for kernel, step, dilation, _ in chain:
        size, jump = size + dilation * (kernel - 1) * jump, jump * step
    text = ", ".join(
        f"{{conv: {{filters: 1, kernel: {k}, stride: {s}, dilation: {d}}}}}" for k, s, d, _ in chain
    )
    *_, last = report(text, "40009x2")
    assert triple(last)[:2] == (size, jump)


# --- what papers print ---------------------------------------------------------------------------

DISTILL = "Araujo, Norris, Sim 2019, Distill; google-research/receptive_field, 224x224"


def conv(kernel: int, stride: int = 1, padding: Any = "same") -> str:
    return f"{{conv: {{filters: 2, kernel: {kernel}, stride: {stride}, padding: {padding}}}}}"


POOL = "maxpool: 2"
POOL3 = "maxpool: {kernel: 3, stride: 2}"
ALEXNET = ", ".join(
    [
        *(conv(11, 4, "valid"), POOL3, conv(5), POOL3, conv(3), conv(3), conv(3)),
        POOL3,
    ]
)
VGG_A = ", ".join([conv(3), POOL, conv(3), POOL, *([conv(3), conv(3), POOL] * 3)])
VGG_16 = ", ".join([*([conv(3), conv(3), POOL] * 2), *([conv(3), conv(3), conv(3), POOL] * 3)])
INCEPTION_V3 = ", ".join(
    [
        *(conv(3, 2, "valid"), conv(3, 1, "valid"), conv(3), POOL3),
        *(conv(1, 1, "valid"), conv(3, 1, "valid"), POOL3),
    ]
)
MOBILENET = ", ".join(
    [conv(3, 2)]
    + [
        f"{{depthwise: {{kernel: 3, stride: {s}, padding: same}}}}"
        for s in (1, 2, 1, 2, 1, 2, 1, 1, 1, 1, 1, 2, 1)
    ]
)
PRINTED = {
    "alexnet_v2": (
        ALEXNET,
        {
            "conv1": (11, 4, 0),
            "maxpool1": (19, 8, 0),
            "conv2": (51, 8, 16),
            "conv3": (99, 16, 32),
            "conv4": (131, 16, 48),
            "conv5": (163, 16, 64),
            "maxpool3": (195, 32, 64),
        },
    ),
    "vgg_a": (
        VGG_A,
        {
            "conv1": (3, 1, 1),
            "maxpool1": (4, 2, 1),
            "conv2": (8, 2, 3),
            "maxpool2": (10, 4, 3),
            "conv3": (18, 4, 7),
            "conv4": (26, 4, 11),
            "maxpool3": (30, 8, 11),
            "conv5": (46, 8, 19),
            "conv6": (62, 8, 27),
            "maxpool4": (70, 16, 27),
            "conv7": (102, 16, 43),
            "conv8": (134, 16, 59),
            "maxpool5": (150, 32, 59),
        },
    ),
    "vgg_16": (
        VGG_16,
        {
            "conv1": (3, 1, 1),
            "maxpool1": (6, 2, 2),
            "conv3": (10, 2, 4),
            "maxpool2": (16, 4, 6),
            "conv5": (24, 4, 10),
            "conv6": (32, 4, 14),
            "maxpool3": (44, 8, 18),
            "conv8": (60, 8, 26),
            "conv9": (76, 8, 34),
            "maxpool4": (100, 16, 42),
            "conv11": (132, 16, 58),
            "maxpool5": (212, 32, 90),
        },
    ),
    "inception_v3": (
        INCEPTION_V3,
        {
            "conv1": (3, 2, 0),
            "conv2": (7, 2, 0),
            "conv3": (11, 2, 2),
            "maxpool1": (15, 4, 2),
            "conv4": (15, 4, 2),
            "conv5": (23, 4, 2),
            "maxpool2": (31, 8, 2),
        },
    ),
    "mobilenet_v1": (
        MOBILENET,
        {
            "conv1": (3, 2, 0),
            "depthwise1": (7, 2, 2),
            "depthwise2": (11, 4, 2),
            "depthwise3": (19, 4, 6),
            "depthwise5": (43, 8, 14),
            "depthwise7": (91, 16, 30),
            "depthwise11": (219, 16, 94),
            "depthwise12": (251, 32, 94),
            "depthwise13": (315, 32, 126),
        },
    ),
}


@pytest.mark.parametrize("name", PRINTED)
def test_distill_prints(name: str) -> None:
    layers, rows = PRINTED[name]
    found = report(layers)
    assert {layer: triple(found[layer]) for layer in rows} == rows
    assert {layer: triple(found[layer], axis=1) for layer in rows} == rows
    assert all(f.aligned for f in found)


def test_padding_of_same_depends_on_the_size() -> None:
    # The table prints 126 for mobilenet_v1 at 224 and 157 at 321.
    *_, last = report(MOBILENET, "321x321x3")
    assert triple(last) == (315, 32, 157)


def test_fully_connected_as_a_convolution_sees() -> None:
    # Long, Shelhamer, Darrell 2015, table 1: FCN-VGG16 404 and FCN-AlexNet 355, stride 32.
    *_, vgg = report(f"{VGG_16}, {conv(7)}")
    *_, alexnet = report(f"{ALEXNET}, {conv(6)}")
    assert triple(vgg)[:2] == (404, 32)
    assert triple(alexnet)[:2] == (355, 32)


def test_lenet_5_sees() -> None:
    # S4 sees 16 pixels every 4; C5 sees the whole input of 32.
    found = report(
        "{conv: {filters: 6, kernel: 5}}, subsample: 2, {conv: {filters: 16, kernel: 5}}, "
        "subsample: 2, {conv: {filters: 120, kernel: 5}}",
        "32x32x1",
    )
    assert triple(found["subsample2"]) == (16, 4, 0)
    assert triple(found["conv3"])[0] == 32


def unet() -> cnn.Report:
    """Return U-Net (Ronneberger et al. 2015), with its crops."""
    two = "{conv: {filters: 2, kernel: 3}}, {conv: {filters: 2, kernel: 3}"
    down = "".join(f"{two}, as: skip{n}}}, maxpool: 2, " for n in (1, 2, 3, 4))
    up = "".join(
        f", {{deconv: {{filters: 2, kernel: 2, stride: 2}}, as: up{n}}}, "
        f"{{crop: {crop}, from: skip{n}, as: cut{n}}}, {{concat: , from: [cut{n}, up{n}]}}, {two}}}"
        for n, crop in ((4, 4), (3, 16), (2, 40), (1, 88))
    )
    return report(
        f"{down}{two}, as: bottleneck}}{up}, {{conv: {{filters: 2, kernel: 1}}}}", "572x572x1"
    )


def test_unet_sees_by_phase() -> None:
    # The bottleneck sees 140 pixels every 16; a pixel of the output 188 or 204, by its position.
    found = unet()
    *_, last = found
    assert str(last.output) == "388x388x2"
    assert triple(found["bottleneck"])[:2] == (140, 16)
    assert last.fields is not None
    path_field = last.fields[0].local
    assert path_field.rate == 1
    assert set(path_field.sizes) == {188, 204}
    assert path_field.period == 16


RESNET_18 = """
cnn: 1
input: 224x224x3
blocks:
  basic:
    params: {filters: , stride: 1}
    layers:
      - add:
          - - {conv: {filters: $filters, kernel: 3, stride: $stride, padding: 1}}
            - {conv: {filters: $filters, kernel: 3, padding: 1}}
          - - {conv: {filters: $filters, kernel: 1, stride: $stride}, when: $stride > 1}
layers:
  - {conv: {filters: 2, kernel: 7, stride: 2, padding: 3}}
  - maxpool: {kernel: 3, stride: 2, padding: 1}
  - {basic: 2, repeat: 2}
  - for: {width: [3, 5, 7]}
    do:
      - basic: {filters: $width, stride: 2}
      - basic: $width
"""


def test_resnet_18_sees() -> None:
    # torchvision's resnet18: 435/32/217, first centre 0, aligned.
    *_, last = cnn.analyze(cnn.loads(RESNET_18))
    assert triple(last) == (435, 32, 217)
    assert last.aligned
    assert last.fields is not None
    assert last.fields[0].local.centre == 0
    # The shortest path takes the three 1x1 shortcuts: 7x7, pool 3x3, and nothing else.
    assert last.narrow is not None
    assert last.narrow[0].local.size == 11


# --- alignment -----------------------------------------------------------------------------------

SHORTCUT = "{{add: [[{main}], [{short}]]}}"
THREE = "{conv: {filters: 3, kernel: 3, stride: 2, padding: 1}}"


@pytest.mark.parametrize(
    ("main", "short", "aligned"),
    [
        ("{conv: {filters: 3, kernel: 3, padding: 1}}", "", True),
        ("{conv: {filters: 3, kernel: 5, padding: same}}", "", True),
        (THREE, "{conv: {filters: 3, kernel: 1, stride: 2}}", True),
        # ResNet v1d: the shortcut averages 2x2, whose centre lies half a pixel off.
        (THREE, "avgpool: {kernel: 2, padding: same}, {conv: {filters: 3, kernel: 1}}", False),
        # An even kernel with 'same' has its odd zero at the end.
        ("{conv: {filters: 3, kernel: 4, padding: same}}", "", False),
        ("{conv: {filters: 3, kernel: 4, padding: same}}", "{zeropad: 0}", False),
        # Two ways from 11 to 5: steps of one, steps of two.
        ("{conv: {filters: 3, kernel: 7}}", "maxpool: {kernel: 3, stride: 2}", False),
        ("{conv: {filters: 3, kernel: 3}}", "crop: 1", True),
        ("{conv: {filters: 3, kernel: 3}}", "crop: [[0, 2], [1, 1]]", False),
        # A gate sees everything and has no centre of its own.
        ("", "gap, {conv: {filters: 3, kernel: 1}}, sigmoid", True),
        ("gap", "gap", True),
        # Up and down again by nearest neighbour: the middle moves with the phase.
        ("{maxpool: 1}, {resize: 1}", "", True),
        ("{deconv: {filters: 3, kernel: 3, stride: 1, padding: 1}}", "", True),
    ],
)
def test_alignment(main: str, short: str, aligned: bool) -> None:
    found = report(SHORTCUT.format(main=main, short=short), "11x11x3")
    assert found["add1"].aligned is aligned


def test_what_follows_a_join_that_is_not_aligned_is_not_either() -> None:
    found = report(f"{SHORTCUT.format(main=conv(4), short=conv(3))}, relu, {conv(3)}", "11x13x2")
    assert [f.aligned for f in found] == [True, True, False, False, False]


def test_misaligned_paths_have_a_strand_each_if_their_rates_differ() -> None:
    short = "maxpool: {kernel: 3, stride: 2}"
    main = "{conv: {filters: 3, kernel: 7}}"
    field = (report(SHORTCUT.format(main=main, short=short), "11x11x3")["add1"].fields or ())[0]
    assert [s.rate for s in field.path_fields] == [1, 2]
    assert [field.at(unit) for unit in range(5)] == [(0, 6), (1, 7), (2, 8), (3, 9), (4, 10)]


def test_gate_sees_everything_beside_the_local_field() -> None:
    found = report("{conv: {filters: 3, kernel: 3}}, {multiply: [[], [gap, sigmoid]]}", "11x13x3")
    for axis, extent in enumerate((11, 13)):
        field = (found["multiply1"].fields or ())[axis]
        assert field.sees_all
        assert field.local.size == 3
        assert field.at(4) == (0, extent - 1)


def test_vector_input_has_no_field() -> None:
    found = report("{dense: 7}, relu", "11")
    assert [f.fields for f in found] == [(), ()]


def test_reshape_to_other_axes_sees_everything() -> None:
    found = report("{dense: 35}, {reshape: 5x7x1}, {conv: {filters: 2, kernel: 3}}", "11x13x3")
    assert [f.at(0) for f in found["conv1"].fields or ()] == [(0, 10), (0, 12)]
    assert cnn.verify(found.network).is_balanced


@pytest.mark.parametrize("target", ["143x3", "13x11x3", "11x13x3", "11x13x1x3"])
def test_reshape_balances_whatever_the_axes(target: str) -> None:
    net = cnn.loads(f"{{cnn: 1, input: 11x13x3, layers: [{{reshape: {target}}}, lrn: 3]}}")
    assert cnn.verify(net).discrepancies == ()
