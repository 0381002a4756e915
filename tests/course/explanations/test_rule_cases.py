"""Reasons follow the branch that a rule took, and no two numbers of an answer contradict."""

from __future__ import annotations

import json

import pytest

import cnnanalyze as cnn
from cnnanalyze.cli import run as run_command
from cnnanalyze.course.explanations.explain import find_layer
from cnnanalyze.errors import UsageError

DECODER = """\
cnn: 1
name: The field of an encoder and decoder
input: 64x64x1
layers:
  - conv: {filters: 4, kernel: 4, stride: 2, padding: 1}
  - conv: {filters: 4, kernel: 4, stride: 2, padding: 1}
  - transposed_conv: {filters: 4, kernel: 4, stride: 2, padding: 1}
  - transposed_conv: {filters: 1, kernel: 3, stride: 2, padding: 1, output_padding: 1}
"""


def layer(text: str, size: str) -> cnn.Network:
    return cnn.loads(f"{{cnn: 1, input: {size}, layers: [{text}]}}")


def why(network: cnn.Network, id: str, quantity: str) -> tuple[str, ...]:  # noqa: A002
    return cnn.explain(network, id, quantity).explanation.reasons


# --- rounding -------------------------------------------------------------------------------------

DROPPED = (
    "The division is rounded down{} in spite of ceil_mode: one more window would start in the "
    "padding after the input, and such a window is left out."
)
HANGING = (
    "With ceil_mode the division is rounded up{}: the last window may extend beyond the border, "
    "since "
    "it still starts inside the input or the padding before it."
)


def test_a_dropped_window_is_not_explained_by_rounding_up() -> None:
    """Depth and height hang over, width does not (microsoft/onnxruntime#15446)."""
    network = layer("{maxpool: {kernel: 3, padding: 1, ceil_mode: true}}", "3x6x5x2")
    answer = cnn.explain(network, "maxpool1", "output")
    assert str(answer.value) == "2x3x2x2"
    reasons = answer.explanation.reasons
    assert HANGING.format(" along the depth and height") in reasons
    assert DROPPED.format(" along the width") in reasons
    assert "W_out = ⌊(W + 2p - k) / s⌋ + 1" in str(answer)


@pytest.mark.parametrize(
    ("size", "pool", "reason"),
    [
        ("7x7x2", "{kernel: 2, ceil_mode: true}", HANGING.format("")),
        ("5x5x2", "{kernel: 3, padding: 1, ceil_mode: true}", DROPPED.format("")),
        (
            "8x8x2",
            "{kernel: 2, ceil_mode: true}",
            "The division leaves no remainder, so ceil_mode has nothing to round up.",
        ),
    ],
)
def test_each_branch_of_ceil_mode_has_its_reason(size: str, pool: str, reason: str) -> None:
    network = layer(f"{{maxpool: {pool}}}", size)
    rounding = [r for r in why(network, "maxpool1", "output") if "ceil_mode" in r]
    assert rounding == [reason]


def test_the_fit_is_told_along_each_axis() -> None:
    network = layer("{maxpool: {kernel: 3, padding: 1, ceil_mode: true}}", "3x6x5x2")
    assert why(network, "maxpool1", "fit") == (
        (
            "The division leaves a remainder: after the last whole stride only padding is left at "
            "the "
            "far border of the (padded) input."
        ),
        (
            "Nothing is left over along the depth and height: the last window ends beyond the "
            "(padded) "
            "border."
        ),
    )


@pytest.mark.parametrize("notation", ["cs231n", "bologna"])
def test_a_course_that_does_not_round_hears_of_ceil_mode(notation: str) -> None:
    network = layer("{maxpool: {kernel: 2, ceil_mode: true}}", "7x7x2")
    (remark, *_) = cnn.explain(network, "maxpool1", "output", notation=notation).explanation.remarks
    assert remark.endswith("ith ceil_mode libraries round up to 4.")
    assert "round down" not in remark


# --- phases ---------------------------------------------------------------------------------------


def test_the_centre_behind_a_transposed_convolution_is_the_middle_of_what_is_seen() -> None:
    """PyTorch's gradient: unit 0 of it sees -7 to 6 (Fangyh09/pytorch-receptive-field#9)."""
    answer = cnn.explain(cnn.loads(DECODER), "transposed_conv1", "centre")
    assert answer.value == (-0.5, -0.5)
    assert "c_l = (a_l + b_l) / 2 = (-7 + 6) / 2 = -0.5" in str(answer)
    (head, *_), row = answer.explanation.heads, answer.explanation.table[-1]
    assert head.key == "jump"
    assert row.cells[-1].value == -7


def test_the_field_of_units_that_see_as_much_is_not_said_to_differ() -> None:
    reasons = why(cnn.loads(DECODER), "transposed_conv1", "receptive_field")
    assert reasons[-1] == (
        "After transposed_conv1 (transposed_conv) neighbouring units see equally long intervals, "
        "but at unequal distances, so the field is that of one unit, from its first index a to "
        "its last b."
    )
    assert (
        "intervals of different lengths"
        in why(cnn.loads(DECODER), "transposed_conv2", "receptive_field")[-1]
    )


def test_adaptive_pooling_does_not_make_the_map_larger() -> None:
    """Bins 0-3, 3-6, 6-9 of ten, and 0-1, 1-3, 3-5, ... of twelve (FlagGems#4915)."""
    network = layer("{adaptive_avgpool: [3, 7]}", "10x12x4")
    answer = cnn.explain(network, "adaptive_avgpool1", "receptive_field")
    assert answer.value == (4, 3)
    assert answer.explanation.reasons == (
        (
            "After adaptive_avgpool1 (adaptive_avgpool) neighbouring units see intervals of "
            "different lengths; what counts is the longest, from its first index a to its last b."
        ),
    )
    text = str(answer)
    assert "that unit 0 sees" not in text
    wanted = "a_l,w = 1 first input index that the unit with the largest field sees"
    assert wanted in " ".join(text.split())
    kernels = [layer_row.cells[0].value for layer_row in answer.explanation.table]
    assert kernels == [4, 3]
    middle = cnn.explain(network, "adaptive_avgpool1", "centre")
    assert middle.value == (1.5, 0.5)
    assert "(0 + 1) / 2 = 0.5" in str(middle)


def test_the_distance_of_uneven_neighbours_is_called_a_mean() -> None:
    network = layer("{adaptive_avgpool: [3, 7]}", "10x12x4")
    assert why(network, "adaptive_avgpool1", "jump")[-1] == (
        "After adaptive_avgpool1 (adaptive_avgpool) the distances between neighbours differ: "
        "this is the mean."
    )


def test_a_first_unit_that_sees_nothing_has_no_centre() -> None:
    network = layer("{transposed_conv: {filters: 2, kernel: 1, stride: 3, padding: 0}}", "5x5x2")
    assert cnn.explain(network, "transposed_conv1", "centre").value == (0, 0)
    shifted = layer(
        "{transposed_conv: {filters: 2, kernel: 1, stride: 3}}, {crop: [[1, 0], [1, 0]]}", "5x5x2"
    )
    assert cnn.analyze(shifted).to_dict()["layers"][1]["receptive_field"]["centre"] == [None, None]
    with pytest.raises(UsageError) as caught:
        cnn.explain(shifted, "crop1", "centre")
    assert caught.value.faults[0].help == (
        "the first unit of 'crop1' falls between the inputs and sees nothing"
    )


def test_without_padding_nothing_is_said_of_padding() -> None:
    plain = layer("{conv: {filters: 2, kernel: 3}}", "7x7x2")
    padded = layer("{conv: {filters: 2, kernel: 3, padding: 1}}", "7x7x2")
    words = "Each padded index shifts the field of the first unit to the left by one jump."
    assert words not in why(plain, "conv1", "centre")
    assert words in why(padded, "conv1", "centre")


# --- statistics -----------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["text", "markdown", "latex", "html", "json"])
def test_what_is_seen_through_a_statistic_stands_beside_the_field(kind: str) -> None:
    network = layer("{conv: {filters: 4, kernel: 3}}, {groupnorm: 2}, relu", "9x9x3")
    answer = cnn.explain(network, "relu1", "receptive_field")
    assert answer.value == (3, 3)
    assert "everything is seen through groupnorm1" in answer.render(kind)
    before = cnn.explain(network, "conv1", "receptive_field")
    assert "everything" not in before.render(kind)


# --- what a layer does and holds ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "size", "reason"),
    [
        ("ln", "5x7x4", "One γ and one β for each channel, whatever the size of the map"),
        ("{ln: {axes: all}}", "5x7x4", "One γ and one β for each activation of the input"),
        ("{bn: {scale: false}}", "5x7x4", "One β for each channel"),
        ("{bn: {center: false}}", "5x7x4", "One γ for each channel"),
    ],
)
def test_what_a_normalisation_learns_is_what_it_holds(text: str, size: str, reason: str) -> None:
    network = layer(text, size)
    assert any(r.startswith(reason) for r in why(network, network.nodes[0].id, "parameters"))


@pytest.mark.parametrize(
    "text",
    [
        "{transposed_conv: {filters: 4, kernel: 3, padding: 1}}",
        "{channel_shuffle: 2}",
        "{shift: 1}",
        "{resize: 1}",
        "ln",
        "softmax",
    ],
)
def test_only_what_works_where_it_stands_is_said_to(text: str) -> None:
    network = layer(text, "5x7x4")
    assert network.nodes[0].output == network.input
    words = "It works element by element: the shape stays the same."
    assert words not in why(network, network.nodes[0].id, "output")
    relu = layer("relu", "5x7x4")
    assert words in why(relu, "relu1", "output")


def test_a_filter_on_one_channel_reads_the_one_channel() -> None:
    network = layer("{conv: {filters: 4, kernel: 3}}", "5x7x1")
    assert "A filter is as deep as its input: it reads the one channel at once." in why(
        network, "conv1", "parameters"
    )


# --- how a layer is named -------------------------------------------------------------------------


def called(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = run_command(["explain", *arguments])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_the_field_is_asked_for_by_the_name_of_its_column(
    capsys: pytest.CaptureFixture[str],
) -> None:
    code, out, _ = called(capsys, "zoo:lenet5", "C3", "field", "-f", "json")
    (one,) = json.loads(out)["explanations"]
    assert (code, one["quantity"], one["value"]) == (0, "receptive_field", [14, 14])


def test_a_field_without_a_layer_says_that_a_layer_is_missing(
    capsys: pytest.CaptureFixture[str],
) -> None:
    code, _, err = called(capsys, "zoo:lenet5", "field")
    assert code == 2
    assert "it is one of a single layer: C1, tanh1, S2, tanh2 ..." in err


def test_the_end_of_a_path_is_enough_if_only_one_layer_has_it() -> None:
    analysis = cnn.analyze("zoo:resnet50").analysis
    assert find_layer(analysis, "conv1") == "conv1"  # a block of that name goes first
    assert find_layer(analysis, "softmax") == "softmax1"
    found = find_layer(analysis, "residual6/add1")
    assert found == "stage3/residual6/add1"
    assert cnn.explain("zoo:resnet50", "residual6/add1", "output").value == analysis[found].output


def test_a_short_name_of_several_layers_is_refused_with_their_paths() -> None:
    analysis = cnn.analyze("zoo:resnet50").analysis
    with pytest.raises(UsageError) as caught:
        find_layer(analysis, "shortcut")
    assert str(caught.value).startswith("error: 'shortcut' may be 4 layers or blocks of ResNet-50")
    assert caught.value.faults[0].help == (
        "write as much of the path as only one has: stage1/residual1/add1/2/shortcut, "
        "stage2/residual1/add1/2/shortcut, stage3/residual1/add1/2/shortcut, "
        "stage4/residual1/add1/2/shortcut"
    )
    with pytest.raises(UsageError, match="has no layer 'shortcutt'"):
        find_layer(analysis, "shortcutt")
