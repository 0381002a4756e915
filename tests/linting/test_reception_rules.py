"""The rules on receptive fields, against what others printed for the same networks."""

from __future__ import annotations

import re

import pytest

import cnnanalyze as cnn
from cnnanalyze.analysis.seen_input import SeenInput, seen_inputs
from cnnanalyze.linting.receptive_field import least_fields, useful_sizes
from tests.linting.conftest import Lint

SHORT = re.compile(r"^input: .*$", re.MULTILINE)


def at(name: str, size: int) -> str:
    """Return a network of the zoo for square images of another size, without its claims."""
    text = cnn.zoo()[name].read_text("utf-8").split("\nexpect:")[0]
    return SHORT.sub(f"input: {size}x{size}x3", text) + "\n"


def image_at(name: str, size: int) -> SeenInput:
    (image,) = seen_inputs(cnn.analyze(cnn.loads(at(name, size))).analysis)
    return image


def test_useful_sizes_of_resnet50_are_those_of_rfa_toolbox() -> None:
    # README of rfa_toolbox, input_resolution_range: minimum 75, maximum 427.
    for size in (32, 224, 512):  # whatever the size of the images is
        assert useful_sizes(image_at("resnet50", size)) == ((75, 75), (427, 427))


@pytest.mark.parametrize(("size", "unproductive"), [(32, 7), (224, 0)])
def test_unproductive_layers_of_vgg16(size: int, unproductive: int) -> None:
    # Counted with an own implementation of rfa_toolbox's condition on torchvision's VGG-16.
    found = [s.is_unproductive((size, size)) for s in least_fields(image_at("vgg16", size))]
    assert (len(found), sum(found)) == (13, unproductive)


def test_the_first_unproductive_layer_of_vgg16_is_where_the_field_outgrows_the_image(
    lint: Lint,
) -> None:
    found = lint(at("vgg16", 32), "RF001").findings
    assert [(f.code, f.instances, f.path) for f in found] == [("RF001", 7, "stage3/conv3/conv1")]
    assert found[0].message == (
        "the receptive field before it is already 32 pixels on every path, and the image has 32: "
        "kernel 3 adds nothing"
    )


def test_a_shortcut_keeps_layers_productive(lint: Lint) -> None:
    # ResNet-50 on 32 pixels: through its shortcuts every unit sees 11 pixels at least.
    assert lint(at("resnet50", 32), "RF001").findings == ()


def test_a_window_on_a_single_position_is_not_told_here(lint: Lint) -> None:
    text = (
        "cnn: 1\ninput: 5x5x3\nlayers:\n- conv: {filters: 7, kernel: 5}\n"
        "- conv: {filters: 7, kernel: 3, padding: same}\n"
    )
    assert lint(text, "RF001").findings == ()


def test_the_critical_layer_is_told_once_per_path(lint: Lint) -> None:
    (found,) = lint(at("vgg16", 48), "RF002").findings
    assert found.path == "stage4/conv1/conv1"
    assert (
        found.message == "the receptive field outgrows the image here: from 44 to 60 pixels of 48"
    )


def test_gates_see_the_whole_image(lint: Lint) -> None:
    plain = (
        "cnn: 1\ninput: 31x37x3\nlayers:\n- {conv: {filters: 7, kernel: 3}, as: a}\n"
        "- gap\n- dense: 5\n"
    )
    assert [f.message for f in lint(plain, "RF003").findings] == [
        "the receptive field before this global pool is 3 pixels, but the image has 31x37"
    ]
    gated = plain.replace(
        "- gap\n", "- multiply: [[gap, {conv: {filters: 7, kernel: 1}}, sigmoid], []]\n- gap\n"
    )
    assert lint(gated, "RF003").findings == ()


def test_branches_that_read_elsewhere(lint: Lint) -> None:
    text = (
        "cnn: 1\ninput: 31x37x3\nlayers:\n- add:\n"
        "  - {conv: {filters: 3, kernel: 3, padding: 1}}\n"
        "  - [{crop: [[0, 2], [0, 2]]}, {zeropad: [[2, 0], [2, 0]]}]\n"
    )
    (found,) = lint(text, "RF004").findings
    assert (found.mark and found.mark.line, found.message) == (
        4,
        "the branches of this add are misaligned by up to 2 pixels",
    )


UNIT = (
    "add: [[{conv: {filters: 3, kernel: 3, stride: 2, padding: same}}], "
    "[{conv: {filters: 3, kernel: 1, stride: 2}}]]"
)


def test_every_join_that_moves_branches_apart_is_told(lint: Lint) -> None:
    # On even sizes 'same' pads behind alone: each time the middles part by half the jump after it.
    text = f"cnn: 1\ninput: 64x64x3\nlayers:\n- {UNIT}\n- {UNIT}\n- relu\n- {UNIT}\n"
    found = lint(text, "RF004").findings
    assert [(f.mark and f.mark.line, f.message.partition("up to ")[2]) for f in found] == [
        (4, "1 pixel"),
        (5, "2 pixels"),
        (7, "4 pixels"),
    ]


def test_a_place_that_stands_for_many_joins_tells_the_largest(lint: Lint) -> None:
    text = f"cnn: 1\ninput: 64x64x3\nlayers:\n- {{{UNIT}, repeat: 3}}\n"
    (found,) = lint(text, "RF004").findings
    assert (found.instances, found.path) == (3, "add1")
    assert found.message.endswith("are misaligned by up to 4 pixels")


def test_what_comes_behind_a_misaligned_join_is_not_told_again(lint: Lint) -> None:
    more = "- add: [[{conv: {filters: 3, kernel: 3, padding: same}}], []]\n"
    text = f"cnn: 1\ninput: 64x64x3\nlayers:\n- {UNIT}\n{more}- relu\n{more}"
    assert [f.path for f in lint(text, "RF004").findings] == ["add1"]


def test_signals_and_volumes_have_fields_too(lint: Lint) -> None:
    signal = "cnn: 1\ninput: 17x3\nlayers:\n- conv: {filters: 5, kernel: 7}\n- gap\n"
    assert [f.message for f in lint(signal, "RF003").findings] == [
        "the receptive field before this global pool is 7 pixels, but the image has 17"
    ]
    volume = (
        "cnn: 1\ninput: 5x7x11x1\nlayers:\n- conv: {filters: 5, kernel: [3, 3, 5]}\n- relu\n- gap\n"
    )
    assert [f.message for f in lint(volume, "RF003", "RF005").findings] == [
        "suited to images of 3x3x5 to 3x3x5 pixels; these have 5x7x11",
        "the receptive field before this global pool is 3x3x5 pixels, but the image has 5x7x11",
    ]
