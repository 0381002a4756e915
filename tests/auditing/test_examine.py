"""Verdicts: what holds, under which convention, which slip explains the rest."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import cnnanalyze as cnn
from cnnanalyze.auditing.examine import audit
from cnnanalyze.auditing.verdict import OUTCOMES, Verdict

NET = """cnn: 1
input: 31x31x3
params: {width: 60, heads: false, side: 31}
layers:
  - {conv: {filters: $width, kernel: 3}, as: conv}
  - bn
  - relu
  - {conv: {filters: 8, kernel: 1, groups: 2}, as: towers}
  - {gap: , as: pool}
  - {dense: 7, as: head, when: $heads}
  - {dense: 11, as: fc}
expect:
"""
# The conv has 27·60 weights and 60 biases, the norm 120, the towers 8·30 and 8, fc 88 and 11.
PARAMETERS = 27 * 60 + 60 + 120 + 8 * 30 + 8 + 88 + 11
MACS = 29 * 29 * (27 * 60 + 8 * 30) + 88


def judge(written: str) -> list[Verdict]:
    return list(audit(cnn.loads(f"{NET}  - {written}\n", name="net")).rows)


def test_what_holds() -> None:
    (row,) = judge(f"{{source: a, total: {{macs: {MACS}}}}}")
    assert (row.outcome, row.computed, row.causes, row.is_fine) == ("holds", f"{MACS:,}", (), True)
    assert row.network == "net"


def test_what_holds_under_the_convention_that_it_names() -> None:
    (row,) = judge(f"{{source: a, convention: keras, total: {{parameters: {PARAMETERS + 120}}}}}")
    assert (row.outcome, row.convention, row.is_fine) == ("holds under", "keras", True)


def test_what_holds_under_a_convention_that_it_does_not_name() -> None:
    (row,) = judge(f"{{source: a, total: {{parameters: {PARAMETERS + 120}}}}}")
    assert (row.outcome, row.convention, row.is_fine) == ("holds under", "keras", False)
    assert row.causes[0].words == "under the conventions keras, onnx-tool"


def test_another_convention_than_the_one_that_is_named() -> None:
    (row,) = judge(
        f"{{source: a, convention: without-norm, total: {{parameters: {PARAMETERS + 120}}}}}"
    )
    assert (row.outcome, row.convention, row.is_fine) == ("holds under", "keras", False)


def test_right_though_marked_wrong() -> None:
    (row,) = judge(f"{{source: a, verdict: wrong, reason: b, total: {{parameters: {PARAMETERS}}}}}")
    assert (row.outcome, row.is_fine) == ("right though marked wrong", False)


SLIPS = [
    ("parameters", PARAMETERS - 79, "without the biases"),
    (
        "parameters",
        PARAMETERS - 79 + 3,
        "with one bias for each layer instead of one for each filter or unit",
    ),
    (
        "parameters",
        PARAMETERS - 10,
        "with one bias for each dense layer instead of one for each unit",
    ),
    (
        "parameters",
        PARAMETERS - 27 * 60 + 9 * 60 - 8 * 29,
        "with filters that forget the depth of their input",
    ),
    ("parameters", PARAMETERS // 2, "for one of the two GPUs"),
    ("macs", 2 * MACS, "under the conventions darknet, torch-flop-counter, two-per-mac"),
    ("macs", MACS // 2, "for one of the two GPUs"),
    ("macs", MACS - 88, "under the convention mac-conv"),
    ("macs", '"1.492M"', "in powers of 1,024 instead of 1,000"),
    ("parameters", PARAMETERS + 8 * 7 + 7 + (7 - 8) * 11, "with heads=true"),
]


@pytest.mark.parametrize(
    ("quantity", "printed", "words"), SLIPS, ids=[f"{q} {w}" for q, _, w in SLIPS]
)
def test_slip(quantity: str, printed: object, words: str) -> None:
    (row,) = judge(f"{{source: a, verdict: wrong, reason: b, total: {{{quantity}: {printed}}}}}")
    assert words in [cause.words for cause in row.causes]
    assert row.is_fine


PADDED = """cnn: 1
input: 13x11x3
layers:
  - {conv: {filters: 5, kernel: 3, padding: 1, stride: 2}}
  - {depthwise: {kernel: 3, padding: same}}
  - {conv: {filters: 7, kernel: 1}}
  - {conv: {filters: 2, kernel: KERNEL, padding: same}}
expect:
  - {source: a, verdict: wrong, reason: b, total: {macs: PRINTED}}
"""


def padded(kernel: int, printed: int) -> Verdict:
    text = PADDED.replace("KERNEL", str(kernel)).replace("PRINTED", str(printed))
    (row,) = audit(cnn.loads(text, name="net")).rows
    return row


def test_padding_that_was_left_out() -> None:
    # Each layer has the map that it has, 13x11 and then 7x6, of which windows read no borders.
    bare = 6 * 5 * 27 * 5 + 5 * 4 * 9 * 5 + 7 * 6 * 5 * 7 + 5 * 4 * 63 * 2
    row = padded(3, bare)
    assert [cause.words for cause in row.causes] == ["without the padding of each layer"]
    assert row.computed == f"{7 * 6 * (27 * 5 + 9 * 5 + 5 * 7 + 63 * 2):,}"


def test_kernels_larger_than_their_maps_need_their_padding() -> None:
    assert padded(9, 6 * 5 * 27 * 5 + 5 * 4 * 9 * 5 + 7 * 6 * 5 * 7).outcome == "not reproduced"


def test_a_figure_that_was_cut_off() -> None:
    assert PARAMETERS == 2_147
    (row,) = judge("{source: a, total: {parameters: 2.1k, macs: 1.564M}}")[1:]
    assert MACS == 1_564_348
    assert row.outcome == "holds"
    (row,) = judge('{source: a, verdict: wrong, reason: b, total: {parameters: "2.14k"}}')
    assert (row.outcome, row.causes[0].words) == ("wrong", "cut off instead of rounded")


def test_nothing_is_claimed_where_nothing_explains() -> None:
    (row,) = judge("{source: a, total: {parameters: 77}}")
    assert (row.outcome, row.causes, row.is_fine) == ("not reproduced", (), False)


def test_rows_of_layers_are_explained_row_by_row() -> None:
    fc, shape = judge(
        "{source: a, verdict: wrong, reason: b, layers: "
        "{fc: {parameters: 89}, pool: {output: 2x2x8}}}"
    )
    assert fc.causes[0].words == "with one bias for each dense layer instead of one for each unit"
    assert shape.outcome == "not reproduced"


def test_only_figures_of_these_settings_are_examined() -> None:
    text = (
        f"{NET}  - {{source: a, total: {{macs: 3}}}}\n"
        "  - {source: b, set: {width: 4}, total: {biases: 27}}\n"
    )
    net = cnn.loads(text, settings={"width": 4})
    (row,) = audit(net).rows
    assert (row.claim.source, row.outcome) == ("b", "holds")
    assert [r.claim.source for r in audit(cnn.analyze(cnn.loads(text)).analysis).rows] == ["a", "b"]


def test_relatives_lie_beside_the_spec(write_spec: Callable[..., Path]) -> None:
    head = "cnn: 1\nfamily: twins\n"
    write_spec(f"{head}name: Big\ninput: 31x31x3\nlayers: [{{dense: 13}}]\n", "big.yaml")
    macs = 961 * 3 * 13
    path = write_spec(
        f"{head}name: Small\ninput: 31x31x3\nlayers: [{{dense: 5}}]\n"
        f"expect:\n  - {{source: a, total: {{macs: {macs}, parameters: {macs + 13}}}}}\n",
        "small.yaml",
    )
    rows = audit(cnn.load(path)).rows
    assert [(r.outcome, r.causes[0].words) for r in rows] == [("wrong", "of Big")] * 2


def test_another_value_of_a_whole_number() -> None:
    net = (
        "{cnn: 1, input: 31x31x3, params: {width: 60, classes: 5}, layers: "
        "[{conv: {filters: $width, kernel: 3}}, gap, {dense: $classes}], "
        "expect: [{source: a, total: {parameters: 2.114k, macs: 1.431M}}]}"
    )
    # 33 parameters a filter and 5 biases; 27·29² + 5 multiply-accumulates a filter
    assert (64 * 33 + 5, 63 * (27 * 841 + 5)) == (2_117, 1_430_856)
    parameters, macs = audit(cnn.loads(net)).rows
    assert parameters.outcome == "not reproduced"
    assert [c.words for c in macs.causes] == ["with width=63 instead of 60"]


def test_images_of_another_size(write_spec: Callable[..., Path]) -> None:
    path = write_spec(
        "cnn: 1\ninput: 224x224x3\nlayers: [{conv: {filters: 2, kernel: 1}}]\n"
        f"expect:\n  - {{source: a, total: {{macs: {331 * 331 * 6}}}}}\n"
        f"  - {{source: b, total: {{macs: {2 * 256 * 256 * 6}}}}}\n"
    )
    first, second = audit(cnn.load(path)).rows
    assert first.causes[0].words == "for 331x331 instead of 224x224"
    assert "doubled, for 256x256 instead of 224x224" in [c.words for c in second.causes]


def test_every_outcome_is_explained() -> None:
    assert set(OUTCOMES) == {
        "holds",
        "holds under",
        "wrong",
        "not reproduced",
        "right though marked wrong",
    }


def test_operations_so_far_are_those_that_a_layer_depends_on() -> None:
    # One branch of 6·3·31² multiply-accumulates, one of 4·3·31² that the first does not need.
    text = """
cnn: 1
input: 31x31x3
layers:
  - concat:
      - [{conv: {filters: 6, kernel: 1}, as: a}, relu]
      - {conv: {filters: 4, kernel: 1}, as: b}
    as: both
  - {dense: 5, as: fc}
expect:
  - source: me
    convention: mac
    layers:
      both/1/a: {operations_so_far: 17298}
      both: {operations_so_far: 28830}
      fc: {operations: 48050, operations_so_far: 76880}
      both/2/b: {operations_so_far: 3}
"""
    rows = audit(cnn.loads(text)).rows
    assert [(r.claim.layer, r.computed, r.outcome) for r in rows] == [
        ("both/1/a", "17,298", "holds"),
        ("both", "28,830", "holds"),
        ("fc", "48,050", "holds"),
        ("fc", "76,880", "holds"),
        ("both/2/b", "11,532", "not reproduced"),
    ]


def test_a_figure_may_have_settings_of_its_own() -> None:
    macs = 29 * 29 * (27 * 6 + 8 * 3) + 88
    first, second = judge(
        f"{{source: a, total: {{parameters: {PARAMETERS}, "
        f"macs: {{printed: {macs}, set: {{width: 6}}}}}}}}"
    )
    assert (first.outcome, first.claim.settings) == ("holds", ())
    assert (second.outcome, second.claim.settings) == ("holds", (("width", 6),))


@pytest.mark.parametrize(
    ("printed", "digits", "doubtful"), [("2.3k", 2, True), ("2.27k", 3, True), ("2.267k", 4, False)]
)
def test_a_short_figure_may_agree_by_chance(printed: str, digits: int, doubtful: bool) -> None:
    (row,) = judge(f"{{source: a, total: {{parameters: {printed}}}}}")
    assert PARAMETERS + 120 == 2_267
    assert (row.outcome, row.convention) == ("holds under", "keras")
    assert row.claim.figure is not None
    assert row.claim.figure.digits == digits
    assert row.may_be_chance is doubtful
    assert row.tried > 5


def test_no_chance_where_the_spec_names_the_convention() -> None:
    (row,) = judge("{source: a, convention: keras, total: {parameters: 2.3k}}")
    assert (row.outcome, row.may_be_chance) == ("holds under", False)


def test_no_chance_where_one_cause_explains_two_figures(write_spec: Callable[..., Path]) -> None:
    head = "cnn: 1\nfamily: twins\n"
    write_spec(f"{head}name: Big\ninput: 31x31x3\nlayers: [{{dense: 13}}]\n", "big.yaml")
    assert (961 * 3 * 13, 961 * 3 * 13 + 13) == (37_479, 37_492)
    path = write_spec(
        f"{head}name: Small\ninput: 31x31x3\nlayers: [{{dense: 5}}]\n"
        "expect:\n  - {source: a, total: {macs: 37k, parameters: 37k}}\n"
        "  - {source: b, total: {macs: 37k}}\n",
        "small.yaml",
    )
    rows = audit(cnn.load(path)).rows
    assert [(r.causes[0].words, r.may_be_chance) for r in rows] == [
        ("of Big", False),
        ("of Big", False),
        ("of Big", True),
    ]
