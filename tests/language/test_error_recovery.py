"""All faults of a spec in one run, also behind a broken shape, and none that only follows."""

from __future__ import annotations

import pytest

import cnnanalyze as cnn

HEAD = "cnn: 1\ninput: 31x37x3\nlayers:\n"
Found = list[tuple[str, int, str]]


def found(text: str) -> Found:
    with pytest.raises(cnn.CnnError) as caught:
        cnn.loads(text)
    return [(f.code, f.mark.line, f.message) for f in caught.value.faults if f.mark]


def lines(*steps: str) -> str:
    return HEAD + "".join(f"  - {step}\n" for step in steps)


def test_filters_are_known_behind_a_join_that_does_not_fit() -> None:
    text = lines(
        "add: [[{conv: {filters: 5, kernel: 3, padding: same}}], []]",
        "conv: {filters: 7, kernel: 3}",
        "conv: {filters: 11, kernel: 3, groups: 2}",
    )
    assert found(text) == [
        ("SH001", 4, "add1: cannot add 31x37x5 and 31x37x3: channels 5 ≠ 3"),
        ("SH003", 6, "conv2: groups 2 does not divide the 7 input channels: 7 mod 2 = 1"),
    ]


def test_channels_are_not_known_right_behind_it() -> None:
    text = lines(
        "add: [[{conv: {filters: 5, kernel: 3, padding: same}}], []]",
        "conv: {filters: 6, kernel: 3, groups: 3}",
    )
    assert found(text) == [("SH001", 4, "add1: cannot add 31x37x5 and 31x37x3: channels 5 ≠ 3")]


def test_an_unknown_number_of_channels_is_unknown_to_expressions() -> None:
    text = lines(
        "{add: [[{conv: {filters: 5, kernel: 3, padding: same}}], []], as: join}",
        "conv: {filters: $in / 2, kernel: 3}",
        "conv: {filters: $join.channels - 9, kernel: 3}",
        "dense: 0",
    )
    assert [code for code, _, _ in found(text)] == ["SH001", "SP005"]


def test_what_was_asked_for_is_known_behind_a_reshape_of_another_count() -> None:
    text = lines("reshape: 4x7x10", "conv: {filters: 5, kernel: [3, 9]}")
    assert [(code, said) for code, _, said in found(text)][1:] == [
        ("SH002", "conv1: kernel extent 9 does not fit into width 7: 9 > 7")
    ]
    text = lines("reshape: 4x7x10", "conv: {filters: 9, kernel: [3, 5], groups: 3}")
    assert [said for _, _, said in found(text)[1:]] == [
        "conv1: groups 3 does not divide the 10 input channels: 10 mod 3 = 1"
    ]


def test_sizes_are_not_known_behind_a_kernel_that_does_not_fit() -> None:
    text = lines(
        "conv: {filters: 5, kernel: 41}",
        "maxpool: 2",
        "{conv: {filters: 7, kernel: 9}, as: stem}",
        "conv: {filters: 7, kernel: 3, groups: 5}",
        "dense: 10",
        "reshape: 3x3x1",
    )
    assert found(text) == [
        ("SH002", 4, "conv1: kernel extent 41 does not fit into height 31: 41 > 31"),
        ("SH003", 7, "conv2: groups 5 does not divide the 7 input channels: 7 mod 5 = 2"),
        ("SH005", 9, "reshape1: cannot reshape 10 to 3x3x1: 10 activations ≠ 9"),
    ]


def test_what_is_not_known_is_taken_to_fit_what_it_is_joined_with() -> None:
    text = lines(
        "{identity: , as: skip}",
        "conv: {filters: 5, kernel: 41}",
        "{concat: , from: [^1, skip], as: both}",
        "conv: {filters: 8, kernel: 33}",
        "{conv: {filters: 8, kernel: 3, groups: 3}, from: both}",
    )
    assert found(text) == [
        ("SH002", 5, "conv1: kernel extent 41 does not fit into height 31: 41 > 31"),
        ("SH002", 7, "conv2: kernel extent 33 does not fit into height 31: 33 > 31"),
        ("SH003", 8, "conv3: groups 3 does not divide the 8 input channels: 8 mod 3 = 2"),
    ]


def test_a_gate_on_what_is_not_known_says_nothing() -> None:
    text = lines(
        "{conv: {filters: 5, kernel: 41}, as: map}",
        "gap",
        "{multiply: , from: [map, ^1]}",
        "conv: {filters: 7, kernel: 5}",
    )
    assert [code for code, _, _ in found(text)] == ["SH002"]


def test_a_misspelt_attribute_hides_the_size_but_not_the_filters() -> None:
    text = lines(
        "conv: {filters: 5, kernel: 3, strid: 2}",
        "conv: {filters: 7, kernel: 33}",
        "add: [[{conv: {filters: 8, kernel: 1}}], []]",
    )
    assert [(code, line) for code, line, _ in found(text)] == [("SP003", 4), ("SH001", 6)]


def test_a_missing_attribute_hides_what_it_would_say() -> None:
    text = lines(
        "conv: {kernel: 3, padding: same}",
        "add: [[{conv: {filters: 8, kernel: 1}}], []]",
        "conv: {filters: 8, kernel: 3}",
        "conv: {filters: 9, kernel: 3, groups: 2}",
    )
    assert [(code, line) for code, line, _ in found(text)] == [("SP015", 4), ("SH003", 7)]


def test_a_misspelt_default_is_told_where_it_is_written() -> None:
    text = lines("conv: 5", "conv: {filters: 7, padding: same}").replace(
        "layers:", "defaults: {conv: {kernal: 3}}\nlayers:"
    )
    assert [(code, line) for code, line, _ in found(text)] == [("SP003", 3)]


def test_a_misspelt_parameter_hides_those_that_are_not_given() -> None:
    text = (
        "cnn: 1\ninput: 31x37x3\nblocks:\n  unit:\n"
        "    params: {f: , s: 1}\n"
        "    layers: [{conv: {filters: $f, kernel: 1, stride: $s}}]\n"
        "layers:\n"
        "  - add: [[{unit: {f: 5, t: 2}}], [{conv: {filters: 5, kernel: 1, stride: 2}}]]\n"
        "  - unit: {g: 7}\n"
        "  - conv: {filters: 7, kernel: 3, groups: 2}\n"
    )
    assert [(code, line) for code, line, _ in found(text)] == [("SP006", 8), ("SP006", 9)]


def test_a_shape_is_known_behind_a_reshape_and_behind_wrong_groups() -> None:
    text = lines(
        "conv: {filters: 7, kernel: 3, groups: 2}",
        "reshape: 5x5x4",
        "conv: {filters: 8, kernel: 7}",
    )
    assert found(text) == [
        ("SH003", 4, "conv1: groups 2 does not divide the 3 input channels: 3 mod 2 = 1"),
        ("SH005", 5, "reshape1: cannot reshape 29x35x7 to 5x5x4: 7105 activations ≠ 100"),
        ("SH002", 6, "conv2: kernel extent 7 does not fit into height 5: 7 > 5"),
    ]


def test_channels_are_known_behind_a_convolution_of_a_vector() -> None:
    text = lines("flatten", "conv: {filters: 8, kernel: 3}", "bn", "channel_shuffle: 3")
    assert [code for code, _, _ in found(text)] == ["SH004", "SH003"]


def test_wrong_numbers_of_axes_leave_the_filters_known() -> None:
    text = lines(
        "conv: {filters: 8, kernel: [3, 3, 3]}", "conv: {filters: 6, kernel: 1, groups: 3}"
    )
    assert [code for code, _, _ in found(text)] == ["SH004", "SH003"]


def test_one_instance_of_many_is_told_once() -> None:
    text = lines("{add: [[{conv: {filters: 5, kernel: 1}}], []], repeat: 3}", "dense: 10")
    # Behind the first the channels are 5 or 3; of the second it cannot be said.
    assert found(text) == [("SH001", 4, "add1: cannot add 31x37x5 and 31x37x3: channels 5 ≠ 3")]


def test_weights_are_not_judged_where_the_shape_is_not_known() -> None:
    text = lines(
        "{conv: {filters: 5, kernel: 41}, as: one}",
        "{conv: {filters: 5, kernel: 3}, share: one}",
        "{dense: 7, as: fc, weights: [1, 2]}",
    )
    assert [code for code, _, _ in found(text)] == ["SH002"]


SKIP = "{add: , from: [^1, half]}"


@pytest.mark.parametrize("up", ["resize: 2", "transposed_conv: {filters: 3, kernel: 2, stride: 2}"])
def test_a_decoder_that_misses_its_encoder_by_one_is_told_what_would_fit(up: str) -> None:
    text = (
        "cnn: 1\ninput: 30x28x3\nlayers:\n"
        f"  - {{maxpool: 2, as: half}}\n  - maxpool: 2\n  - {up}\n  - {SKIP}\n"
    )
    with pytest.raises(cnn.CnnError) as caught:
        cnn.loads(text)
    (fault,) = caught.value.faults
    assert (fault.code, fault.message) == (
        "DP003",
        "add1: cannot add 14x14x3 and 15x14x3: height 14 ≠ 15",
    )
    assert fault.help == (
        "a map of odd size was halved and enlarged again; use an input whose sides are "
        "multiples of 4, or crop the skip"
    )
    cnn.loads(text.replace("30x28", "32x28"))  # multiples of 4 do fit


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (lines("add: [[{conv: {filters: 3, kernel: 2}}], []]"), "SH001"),  # nothing is enlarged
        (lines("add: [[{resize: 2}, {conv: {filters: 3, kernel: 5}}], []]"), "SH001"),  # not by one
    ],
)
def test_other_joins_are_no_skips(text: str, code: str) -> None:
    assert [c for c, _, _ in found(text)] == [code]


def test_behind_a_step_that_is_no_operation_everything_is_open() -> None:
    text = lines(
        "covn: {filters: 8, kernel: 3}",
        "add: [[{conv: {filters: 5, kernel: 3, padding: same}}], []]",
        "conv: {filters: 8, kernel: 3}",
        "{conv: {filters: 7, kernel: 3, groups: 2}, as: odd}",
        "reshape: 3x3x1",
        "conv: {filters: 9, kernel: 5}",
    )
    assert found(text) == [
        ("SP004", 4, "unknown layer kind or block 'covn'; did you mean 'conv'?"),
        ("SH003", 7, "odd: groups 2 does not divide the 7 filters: 7 mod 2 = 1"),
        ("SH002", 9, "conv2: kernel extent 5 does not fit into height 3: 5 > 3"),
    ]


def test_what_reads_an_unknown_step_is_judged_by_itself() -> None:
    text = lines(
        "{conv: {filters: 7, kernel: 3, groups: 2}, from: nobody}",
        "conv: {filters: 9, kernel: 3, groups: 7}",
    )
    assert [(code, line) for code, line, _ in found(text)] == [
        ("SH003", 4),
        ("GR001", 4),
        ("SH003", 5),
    ]


def test_an_unknown_signal_is_still_a_signal() -> None:
    text = lines("{maxpool: 2, from: nobody}", "conv: {filters: 5, kernel: [3]}")
    signal = text.replace("31x37x3", "311x3")
    assert [code for code, _, _ in found(signal)] == ["GR001"]
    assert [code for code, _, _ in found(text)] == ["GR001", "SH004"]


def test_nothing_is_judged_behind_an_input_that_is_not_known() -> None:
    text = lines("conv: {filters: 7, kernel: 3, groups: 2}", "covn").replace("31x37x3", "[3, 31]")
    assert [code for code, _, _ in found(text)] == ["SP016", "SP004"]


def test_a_wrong_number_of_channels_leaves_the_channels_open() -> None:
    text = lines(
        "add: [[{conv: {filters: 8, kernel: 1}}], [{pad_channels: {after: $width}}]]",
        "conv: {filters: 7, kernel: 3, groups: 4}",
    )
    assert [(code, line) for code, line, _ in found(text)] == [("SP007", 4), ("SH003", 5)]


def test_one_case_of_two_is_no_certainty() -> None:
    text = lines(
        "{slice: [0, 1000], from: nobody, as: part}",
        "{conv: {filters: 1000, kernel: 41}, from: input, as: other}",
        "{add: , from: [part, other]}",
    )
    assert [code for code, _, _ in found(text)] == ["GR001", "SH002"]


def test_joins_of_a_network_without_crops_are_each_told_and_no_size_is_made_up() -> None:
    """The U-Net of its paper, whose figure prints 64, 136, 280, 568 against 56, 104, 200, 392."""
    text = """\
cnn: 1
input: 572x572x1
blocks:
  double:
    params: {width: }
    layers: [{conv: {filters: $width, kernel: 3}}, {conv: {filters: $width, kernel: 3}}]
  up: {params: {width: }, layers: [{transposed_conv: {filters: $width, kernel: 2, stride: 2}}]}
layers:
- for: {width: [64, 128, 256, 512]}
  do: [{double: $width, as: d$width}, {maxpool: 2}]
- double: 1024
- {up: 512, as: u1}
- {concat: , from: [d512, u1]}
- double: 512
- {up: 256, as: u2}
- {concat: , from: [d256, u2]}
- double: 256
- {up: 128, as: u3}
- {concat: , from: [d128, u3]}
- double: 128
- {up: 64, as: u4}
- {concat: , from: [d64, u4]}
"""
    assert [said for _, _, said in found(text)] == [
        "concat1: cannot concatenate 64x64x512 and 56x56x512: height 64 ≠ 56",
        "concat2: cannot concatenate 136x136x256 and ?x?x256: height 136 ≠ ?",
        "concat3: cannot concatenate 280x280x128 and ?x?x128: height 280 ≠ ?",
        "concat4: cannot concatenate 568x568x64 and ?x?x64: height 568 ≠ ?",
    ]


def test_behind_a_layer_that_refuses_a_vector_an_image_is_taken_for_known() -> None:
    text = lines(
        "dense: 13",
        "conv: {filters: 7, kernel: [3, 5]}",
        "conv: {filters: 11, kernel: [5, 3], groups: 2}",
        "maxpool: [2, 2, 2]",
    )
    assert [(code, line) for code, line, _ in found(text)] == [
        ("SH004", 5),
        ("SH003", 6),
        ("SH004", 7),
    ]
    assert found(text)[1][2] == (
        "conv2: groups 2 does not divide the 7 input channels: 7 mod 2 = 1"
    )
