"""What other frameworks write is refused with how a spec has it, the values carried over."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import cnnanalyze as cnn

Write = Callable[..., Path]

MESSAGES = {
    "convlstm: {units: 64}": (
        (
            "unknown layer kind or block 'convlstm': of recurrent layers there are LSTM, GRU and "
            "plain ones"
        ),
        (
            "write lstm: {units: 64}, gru: {units: 64} or rnn: {units: 64}, which go along a "
            "sequence, or write the kind as a plug-in"
        ),
    ),
    "maxpool: {kernel: 3, padding: circular}": (
        (
            "padding must be 'valid', 'same', a number per side, [vertical, horizontal] "
            "or [[top, bottom], [left, right]], not 'circular'"
        ),
        "put '- circularpad: {padding: 1}' before this step, and leave its padding out",
    ),
    "conv: {filters: 1, kernel: 3x3}": (
        "kernel must be a whole number of at least 1, or one per axis, not '3x3'",
        "write kernel: 3",
    ),
    "conv: {filters: 1, kernel: 3x5}": (
        "kernel must be a whole number of at least 1, or one per axis, not '3x5'",
        "write kernel: [3, 5]",
    ),
    "conv: {filters: 1, kernel: 3, activation: relu}": (
        (
            "'conv' has no attribute 'activation'; it takes kernel, stride, padding, dilation, "
            "bias, filters, groups, weight_standardized, gain"
        ),
        "an activation is a step of its own: write '- relu' (or another) after this one",
    ),
    "conv: {filters: 1, kernel: 3, name: stem}": (
        (
            "'conv' has no attribute 'name'; it takes kernel, stride, padding, dilation, bias, "
            "filters, groups, weight_standardized, gain; did you mean 'as'?"
        ),
        "'as' stands beside the operation: {conv: ..., as: ...}",
    ),
    "{conv: {filters: 1, kernel: 3}, name: stem}": (
        "a step must have exactly one operation, not 2: 'conv', 'name'; did you mean 'as'?",
        (
            "put attributes inside the operation, as in {conv: {filters: 64, kernel: 3}}; only as, "
            "from, when, else, repeat, share, frozen, weights are allowed beside it"
        ),
    ),
}


def told(run: Any, path: Path) -> tuple[str, str]:
    """Return the message and the help of the only fault of a spec."""
    outcome = run("summary", path)
    assert (outcome.code, outcome.out) == (2, "")
    lines = outcome.err.splitlines()
    message = lines[0].partition(": error: ")[2]
    helps = [line.partition("help: ")[2] for line in lines if line.startswith("  help: ")]
    return message, " ".join(helps)


@pytest.mark.parametrize("step", MESSAGES)
def test_what_cannot_be_said_is_refused_with_what_to_do(
    run: Any, write_spec: Write, step: str
) -> None:
    path = write_spec(f"cnn: 1\ninput: 13x17x3\nlayers:\n  - {step}\n")
    assert told(run, path) == MESSAGES[step]


NUMBER = "the input must be written as height x width x channels, not "
OPEN = "a size that is left open has a letter or a question mark, as in 'input: ?x?x3'"
BATCH = " begins with a batch axis, but counts are for one image"
BOTH = (
    "leave it out: 'input: 3x224x224' (height x width x channels), or 'input: 224x224x3' if the "
    "channels came first"
)
INPUTS = {
    "Nonex-1x3": (f"{NUMBER}'Nonex-1x3'", OPEN),
    "(None, None, 3)": (f"{NUMBER}'(None, None, 3)'", OPEN),
    "Nonex224x224x3": (
        f"{NUMBER}'Nonex224x224x3'",
        "leave the batch axis out: input: 224x224x3, channels last",
    ),
    "(224, 224, 3)": (f"{NUMBER}'(224, 224, 3)'", "write input: 224x224x3, channels last"),
    "224*224*3": (f"{NUMBER}'224*224*3'", "write input: 224x224x3, channels last"),
    "[1, 3, 224, 224]": (f"the input [1, 3, 224, 224]{BATCH}", BOTH),
    "[-1, 3, 224, 224]": (f"the input [-1, 3, 224, 224]{BATCH}", BOTH),
    "[null, 3, 224, 224]": (f"the input [null, 3, 224, 224]{BATCH}", BOTH),
    "{a: 16x16x1, b: 28x28x1}": (
        "the mapping of an input names its extents, not a, b",
        "several inputs stand under 'inputs', as in 'inputs: {left: 64x64x1, ...}'",
    ),
}


@pytest.mark.parametrize("text", INPUTS)
def test_an_input_that_is_written_otherwise_leads_to_ours(
    run: Any, write_spec: Write, text: str
) -> None:
    path = write_spec(f"cnn: 1\ninput: {text}\nlayers: [relu]\n")
    assert told(run, path) == INPUTS[text]


def test_a_key_at_the_top_is_found_by_its_meaning(run: Any, write_spec: Write) -> None:
    path = write_spec("cnn: 1\ninput: 13x17x3\nlayers: [relu]\nbudget: {macs: 3}\n")
    assert told(run, path)[0].endswith("; did you mean 'budgets'?")


def test_the_command_layers_explains_words_of_frameworks(run: Any) -> None:
    outcome = run("layers", "nn.Linear")
    assert (outcome.code, outcome.err) == (
        2,
        (
            "error: there is no layer kind 'nn.Linear'; did you mean 'dense'?\n"
            "  help: 'nn.Linear' is written, for example, dense: {units: 10}\n"
        ),
    )


def refusals(step: str) -> list[tuple[str, str]]:
    with pytest.raises(cnn.SpecError) as caught:
        cnn.loads(
            f"cnn: 1\ninput: 31x37x3\nlayers:\n- {{relu: , as: a}}\n- {{relu: , as: b}}\n- {step}\n"
        )
    return [(fault.message, fault.help) for fault in caught.value.faults]


@pytest.mark.parametrize(
    ("written", "ours"),
    [
        ("AdaptiveAvgPool2d: 1", "adaptive_avgpool: {size: 1}"),
        (
            "MaxPool2d: {kernel_size: 3, stride: 2, padding: 1}",
            "maxpool: {kernel: 3, stride: 2, padding: 1}",
        ),
        ("MaxPool2d: 3", "maxpool: {kernel: 3}"),
        ("SeparableConv2D: {filters: 32, kernel_size: 5}", "separable: {filters: 32, kernel: 5}"),
        ("Conv2d: {out_channels: 5, kernel_size: [3, 7]}", "conv: {filters: 5, kernel: [3, 7]}"),
        ("conv1x1: 7", "conv: {filters: 7, kernel: 1}"),
        ("upsampling_bilinear: {scale_factor: 3}", "resize: {method: bilinear, scale: 3}"),
        ("Activation: swish", "silu"),
        ("Concatenate: [a, b]", "concat: [a, b]"),
        ("Add: {inputs: [a, b]}", "add: [a, b]"),
    ],
)
def test_a_translation_keeps_the_values_that_are_written(written: str, ours: str) -> None:
    word = written.partition(":")[0]
    ((_, advice),) = refusals(f"{{{written}}}")
    assert advice.split("; ")[0] == f"'{word}' is written {ours}"
    cnn.loads(
        f"cnn: 1\ninput: 31x37x3\nlayers: [{{relu: , as: a}}, {{relu: , as: b}}, {{{ours}}}]\n"
        if ":" in ours
        else f"{{cnn: 1, input: 31x37x3, layers: [{ours}]}}"
    )


def test_a_translation_that_makes_values_up_says_that_it_is_an_example() -> None:
    ((_, advice),) = refusals("{SeparableConv2D: {filters: 32}}")
    assert advice == (
        "'SeparableConv2D' is written, for example, separable: {filters: 32, kernel: 3}"
    )
    ((_, advice),) = refusals("{Conv2D: {filters: 32, kernel_size: 3, activation: relu}}")
    assert advice == (
        "'Conv2D' is written conv: {filters: 32, kernel: 3}; 'activation': an activation is a "
        "step of its own: write '- relu' (or another) after this one"
    )


@pytest.mark.parametrize("join", ["add", "concat", "multiply", "average", "maximum"])
def test_sources_inside_a_join_are_told_to_stand_beside_it(join: str) -> None:
    ((message, advice),) = refusals(f"{{{join}: {{from: [a, b]}}}}")
    assert message.startswith(f"'{join}' has no attribute 'from'")
    assert advice == f"'from' stands beside the operation: {{{join}: , from: [...]}}"
    cnn.loads(f"{{cnn: 1, input: 8x8x3, layers: [{{relu: , as: a}}, {{{join}: , from: [a, a]}}]}}")


def test_an_unknown_attribute_of_a_join_is_named_though_it_has_one_input() -> None:
    told = refusals("{concat: {over: 3}}")
    assert [message.partition(";")[0] for message, _ in told] == [
        "'concat' takes at least 2 inputs, but 1 is given",
        "'concat' has no attribute 'over'",
    ]


def test_relations_are_not_judged_while_an_attribute_is_misnamed() -> None:
    told = refusals("{resize: {scale_factor: 2, mode: bilinear, align_corners: true}}")
    assert [message.partition(";")[0] for message, _ in told] == [
        "'resize' has no attribute 'scale_factor'",
        "'resize' has no attribute 'mode'",
    ]


@pytest.mark.parametrize(
    ("step", "advice"),
    [
        (
            "batchnorm: {affine: false}",
            (
                "it stands for 'scale' and 'center' together: write both false for affine: false, "
                "else leave it out"
            ),
        ),
        (
            "groupnorm: {groups: 1, num_channels: 3}",
            "the input channels are known: leave it out",
        ),
        (
            "depthwise: {filters: 3, kernel: 3}",
            (
                "a layer without filters of its own keeps the channels, or multiplies them: "
                "leave it out"
            ),
        ),
        ("flatten: {start_dim: 1}", "the whole map becomes one vector: leave it out"),
        ("conv: {filters: 5, kernel: 3, padding: SAME}", "write padding: same, in small letters"),
        ("conv: {filters: 5, kernel: 3, padding: Valid}", "write padding: valid, in small letters"),
        ("resize: {scale: 2, method: BILINEAR}", "write method: bilinear, in small letters"),
    ],
)
def test_words_of_frameworks_lead_to_what_means_the_same(step: str, advice: str) -> None:
    ((_, told),) = refusals(f"{{{step}}}")
    assert told == advice


@pytest.mark.parametrize(
    "section",
    [
        "budgets: {flops: {at_most: 3}}",
        "expect: [{source: somebody, total: {flops: 7}}]",
    ],
)
def test_flops_lead_to_operations_with_their_convention(section: str) -> None:
    with pytest.raises(cnn.SpecError) as caught:
        cnn.loads(f"cnn: 1\ninput: 8x8x3\nlayers: [relu]\n{section}\n")
    (fault,) = caught.value.faults
    assert fault.message.endswith("; did you mean 'operations'?")
    assert fault.help == (
        "write 'operations' with its 'convention', such as convention: flop, "
        "which counts both of a MAC"
    )


@pytest.mark.parametrize("filters", ["${in} * 2", "2 + ${in} * 2", "${in}, stride: ${in} * 2"])
def test_an_expression_with_braces_in_a_mapping_is_told_to_leave_them_out(filters: str) -> None:
    ((_, advice),) = refusals(f"{{conv: {{filters: {filters}, kernel: 3}}}}")
    assert advice == (
        "in a mapping in braces '}' ends the mapping; write $in without braces of its own"
    )
