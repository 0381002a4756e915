"""The figures that a spec keeps beside its network."""

from __future__ import annotations

import pytest

import cnnanalyze as cnn
from cnnanalyze.language.claims import Claim

HEAD = (
    "cnn: 1\ninput: 31x37x3\nparams: {width: 5}\n"
    "blocks: {cell: [{conv: {filters: $width, kernel: 3}}, relu]}\n"
    "layers: [{cell: , as: a}, {dense: 7, as: fc}]\n"
)


def claims(written: str, **settings: object) -> tuple[Claim, ...]:
    return cnn.loads(f"{HEAD}expect:\n  - {written}\n", name="net", settings=settings).claims


def faults(written: str, **settings: object) -> list[str]:
    with pytest.raises(cnn.SpecError) as caught:
        claims(written, **settings)
    return [f.message for f in caught.value.faults]


def test_totals() -> None:
    one, two = claims("{source: table 3, total: {parameters: 138M, macs: '1,234'}}")
    assert (one.quantity, one.layer, one.printed, one.source) == (
        "parameters",
        "",
        "138M",
        "table 3",
    )
    assert one.figure is not None
    assert one.figure.agrees(138_400_000)
    assert (two.quantity, two.printed, two.verdict, two.convention) == (
        "macs",
        "1,234",
        "holds",
        "",
    )
    assert str(one.mark) == "net:7:43"


def test_rows_of_layers_and_blocks() -> None:
    found = claims(
        "{source: a, layers: {a: {output: 29x35x5, weights: 135}, a/conv1: {receptive_field: 3}}}"
    )
    assert [(c.layer, c.quantity, c.extents) for c in found] == [
        ("a", "output", (29, 35, 5)),
        ("a", "weights", ()),
        ("a/conv1", "receptive_field", (3,)),
    ]


def test_terms_of_a_source_hold_for_its_figures_unless_they_have_their_own() -> None:
    first, second = claims(
        "{source: a, convention: flop, verdict: wrong, reason: rounded, set: {width: 7}, "
        "total: {operations: 3, macs: {printed: 4, convention: mac, verdict: holds}}}"
    )
    assert (first.convention, first.verdict, first.reason) == ("flop", "wrong", "rounded")
    assert (second.convention, second.verdict) == ("mac", "holds")
    assert first.settings == second.settings == (("width", 7),)


def test_claims_under_other_settings_may_speak_of_other_layers() -> None:
    written = "{source: a, set: {width: 7}, layers: {elsewhere: {output: 3}}}"
    assert len(claims(written)) == 1
    assert faults(written, width=7) == [
        "a claim names 'elsewhere', which this network does not have"
    ]


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("7", "a claim must be a mapping with 'source', not 7"),
        ("{source: , total: {macs: 3}}", "a claim needs 'source'"),
        ("{source: a}", "a claim needs 'total' or 'layers'"),
        (
            "{source: a, total: {outputs: 3}}",
            (
                "'outputs' is not a quantity that can be claimed of a network; known: layers, "
                "parameters, trainable_parameters, non_trainable_parameters, weights, biases, "
                "statistics, stored, macs, operations, activations, conv_activations, "
                "live_activations, weight_memory, peak_memory, memory, flash, arena, depth"
            ),
        ),
        ("{source: a, total: {macs: [3]}}", "'macs' must be a number, not [3]"),
        ("{source: a, layers: {fc: 3}}", "'fc' must be a mapping, not 3"),
        ("{source: a, layers: [fc]}", "'layers' of a claim must be a mapping, not ['fc']"),
        (
            "{source: a, layers: {fc: {output: [7]}}}",
            "'output' must be written as 28x28x6 or as one number, not [7]",
        ),
        (
            "{source: a, verdict: maybe, total: {macs: 3}}",
            "'verdict' of a claim must be one of holds, wrong, not 'maybe'",
        ),
        (
            "{source: a, total: {macs: {printed: 3, verdict: wrong}}}",
            "a figure with 'verdict: wrong' needs its 'reason'",
        ),
        (
            "{source: a, reason: [3], total: {macs: 3}}",
            "'reason' of a claim must be a text, not [3]",
        ),
        (
            "{source: a, layers: {fcc: {output: 7}}}",
            "a claim names 'fcc', which this network does not have; did you mean 'fc'?",
        ),
        (
            "{source: a, set: {wdith: 7}, total: {macs: 3}}",
            (
                "a claim sets 'wdith', which is not a parameter of this spec; it has width; "
                "did you mean 'width'?"
            ),
        ),
    ],
)
def test_what_is_no_claim(written: str, message: str) -> None:
    assert faults(written) == [message]


def test_one_missing_reason_is_told_once() -> None:
    written = "{source: a, verdict: wrong, total: {macs: 3, weights: 4}, layers: {fc: {output: 7}}}"
    assert faults(written) == ["a figure with 'verdict: wrong' needs its 'reason'"]
