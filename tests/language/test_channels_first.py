"""An input with its channels first is not read in silence (stackoverflow, question 41651628)."""

from __future__ import annotations

import pytest

import cnnanalyze as cnn
from cnnanalyze.core.shape import Shape, channels_last
from cnnanalyze.report.totals_text import closing
from cnnanalyze.report.view import view

TURNED = [
    # as PyTorch prints it; as it is to be written
    ("3x224x224", "224x224x3"),
    ("1x28x28", "28x28x1"),
    ("3x32x32", "32x32x3"),
    ("4x84x84", "84x84x4"),
    ("3x480x640", "480x640x3"),
    ("3x16x112x112", "16x112x112x3"),
    ("1x16000", "16000x1"),
    # with a batch axis before them, which is left out
    ("8x3x224x224", "224x224x3"),
    ("64x1x28x28", "28x28x1"),
    ("1x3x224x224", "224x224x3"),
    ("1x1x28x28", "28x28x1"),
]
MEANT = [
    *dict.fromkeys(right for _, right in TURNED),
    "1x100x64",
    "3x3x512",
    "7x7x7",
    "4x4x4",
    "8x8x8",
    "1x1x2048",
    "2x128",
    "784",
    "1x28x29",
    "8x16x32x32",
    "1x7x11x13",
    "1x3x5x7",
]


def shape_of(text: str) -> Shape:
    *size, channels = map(int, text.split("x"))
    return Shape(tuple(size), channels)


@pytest.mark.parametrize(("written", "right"), TURNED)
def test_what_looks_turned_is_turned_back(written: str, right: str) -> None:
    assert str(channels_last(shape_of(written))) == right


@pytest.mark.parametrize("written", MEANT)
def test_what_is_meant_as_it_stands_is_left_alone(written: str) -> None:
    assert channels_last(shape_of(written)) is None


def refusal(text: str) -> tuple[str, str]:
    with pytest.raises(cnn.SpecError) as caught:
        cnn.loads(text)
    return caught.value.faults[0].message, caught.value.faults[0].help


def test_the_first_layer_that_fails_does_not_advise_a_wrong_network() -> None:
    text = "{cnn: 1, input: 1x28x28, layers: [{conv: {filters: 32, kernel: 3}}, relu]}"
    assert refusal(text) == (
        "conv1: kernel extent 3 does not fit into height 1: 3 > 1",
        ADVICE,
    )


ADVICE = (
    "1x28x28 is read as height 1, width 28 and 28 channels; if its channels came first, write "
    "'input: 28x28x1'"
)


def test_other_refusals_keep_their_advice_behind_it() -> None:
    text = "{cnn: 1, input: 1x28x28, layers: [{conv: {filters: 32, kernel: 1, groups: 3}}]}"
    alone = refusal(text.replace("1x28x28", "28x1x28"))[1]
    assert alone
    assert refusal(text)[1] == f"{ADVICE}; else {alone}"


@pytest.mark.parametrize("written", ["28x28x1", "{height: 1, width: 28, channels: 28}"])
def test_an_input_that_is_clear_is_not_doubted(written: str) -> None:
    text = f"{{cnn: 1, input: {written}, layers: [{{conv: {{filters: 32, kernel: 31}}}}]}}"
    assert "channels came first" not in refusal(text)[1]


def test_the_summary_shows_the_other_reading() -> None:
    layer = "{conv: {filters: 32, kernel: 3, padding: same}}"
    for written, said in (
        ("1x28x28", ADVICE.replace("write 'input: 28x28x1'", "it is 28x28x1")),
        ("28x28x1", None),
        ("{height: 1, width: 28, channels: 28}", None),
    ):
        analysis = cnn.analyze(cnn.loads(f"{{cnn: 1, input: {written}, layers: [{layer}]}}"))
        assert dict(closing(view(analysis.analysis))).get("input") == said


def test_settings_are_read_before_the_input_is_judged() -> None:
    text = "{cnn: 1, params: {n: 32}, input: '3x${n}x${n}', layers: [relu]}"
    (finding,) = cnn.lint(cnn.loads(text), select=["SH014"]).findings
    assert finding.help.startswith("write 'input: 32x32x3'")


@pytest.mark.parametrize(
    ("written", "help_text"),
    [
        (
            "(3, 224, 224)",
            "write input: 224x224x3 if the channels came first, or input: 3x224x224, channels last",
        ),
        (
            "Bx3x224x224",
            (
                "leave the batch axis out: input: 224x224x3 if the channels came first, or "
                "input: 3x224x224, channels last"
            ),
        ),
        ("(224, 224, 3)", "write input: 224x224x3, channels last"),
    ],
)
def test_advice_on_an_input_does_not_lead_to_channels_that_stand_first(
    written: str, help_text: str
) -> None:
    assert refusal(f"{{cnn: 1, input: '{written}', layers: [relu]}}")[1] == help_text
