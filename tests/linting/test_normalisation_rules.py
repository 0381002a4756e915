"""The rules on norms and activations: what their cases do not show, and the safe fix of NA001."""

from __future__ import annotations

import pytest

import cnnanalyze as cnn
from cnnanalyze.linting.finding import Edit, Fix
from tests.linting.conftest import Lint

HEAD = "cnn: 1\ninput: 31x37x3\n"


def mended(text: str, fix: Fix | None) -> str:
    """Apply the one edit of a fix."""
    assert fix is not None
    (edit,) = fix.edits
    lines = text.splitlines(keepends=True)
    assert edit.line == edit.end_line
    line = lines[edit.line - 1]
    lines[edit.line - 1] = line[: edit.column - 1] + edit.text + line[edit.end_column - 1 :]
    return "".join(lines)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (
            "- conv: {filters: 7, kernel: 3}  # a",
            "- conv: {filters: 7, kernel: 3, bias: false}  # a",
        ),
        (
            "- conv: { filters: 7, kernel: [3, 5] }",
            "- conv: { bias: false, filters: 7, kernel: [3, 5] }",
        ),
        (
            "- conv: {kernel: 3, bias: true, filters: 7}",
            "- conv: {kernel: 3, bias: false, filters: 7}",
        ),
        (
            "- conv:  # a\n    filters: 7  # b\n    kernel: 3  # c",
            "- conv:  # a\n    bias: false\n    filters: 7  # b\n    kernel: 3  # c",
        ),
        (
            "- conv:\n    kernel: 3\n    bias: true  # why\n    filters: 7",
            "- conv:\n    kernel: 3\n    bias: false  # why\n    filters: 7",
        ),
        ("- {dense: 7, as: a}", "- {dense: {units: 7, bias: false}, as: a}"),
        ("- dense: $in + 4  # a", "- dense: {units: $in + 4, bias: false}  # a"),
    ],
)
def test_the_fix_switches_the_bias_off_and_keeps_remarks(lint: Lint, old: str, new: str) -> None:
    text = f"{HEAD}layers:\n{old}\n- batchnorm  # b\n"
    (found,) = lint(text, "NA001").findings
    again = mended(text, found.fix)
    assert again == f"{HEAD}layers:\n{new}\n- batchnorm  # b\n"
    before, after = cnn.analyze(cnn.loads(text)), cnn.analyze(cnn.loads(again))
    assert before.total.biases - after.total.biases == 7
    assert before.total.weights == after.total.weights
    assert lint(again, "NA001").findings == ()


@pytest.mark.parametrize(
    ("what", "text"),
    [
        (
            "an expression decides",
            "params: {b: true}\nlayers:\n- {conv: {filters: 7, kernel: 3, bias: $b}}\n- bn\n",
        ),
        ("a comma would end the expression", "layers:\n- dense: $min(7, 9)\n- bn\n"),
        (
            "the word stands alone",
            "defaults: {conv: {filters: 7, kernel: 3}}\nlayers:\n- conv\n- bn\n",
        ),
        (
            "numbers are given",
            "layers:\n- {conv: {filters: 1, kernel: 1}, weights: {bias: [3]}}\n- bn\n",
        ),
        (
            "weights are shared",
            (
                "layers:\n- {conv: {filters: 3, kernel: 1}, as: a}\n- bn\n"
                "- {conv: {filters: 3, kernel: 1}, share: a}\n"
            ),
        ),
        (
            "another instance of the text needs its bias",
            (
                "blocks:\n  unit:\n    params: {norm: }\n    layers: [{conv: {filters: 3, kernel: "
                "1}}, "
                "{bn: , when: $norm}]\nlayers: [{unit: true}, {unit: false}]\n"
            ),
        ),
    ],
)
def test_where_it_would_not_be_safe_nothing_is_mended(lint: Lint, what: str, text: str) -> None:
    found = [f for f in lint(HEAD + text, "NA001").findings if f.code == "NA001"]
    assert found, what
    assert [f.fix for f in found] == [None]


def test_a_fix_is_an_edit_of_one_line(lint: Lint) -> None:
    (found,) = lint(f"{HEAD}layers:\n- dense: 7\n- batchnorm\n", "NA001").findings
    assert found.fix == Fix("switch the bias off", (Edit(4, 10, 4, 11, "{units: 7, bias: false}"),))


def test_norms_over_several_channels_do_not_cancel_a_bias(lint: Lint) -> None:
    for norm, count in (
        ("batchnorm", 1),
        ("instancenorm", 1),
        ("layernorm", 0),
        ("groupnorm: 7", 0),
    ):
        text = f"{HEAD}layers:\n- conv: {{filters: 7, kernel: 3}}\n- {norm}\n"
        assert len(lint(text, "NA001").findings) == count, norm


def test_a_gated_projection_is_still_a_bottleneck(lint: Lint) -> None:
    gate = "{multiply: [[gap, {conv: {filters: 24, kernel: 1}}, sigmoid], []]}"
    text = (
        "cnn: 1\ninput: 9x9x24\nlayers:\n- depthwise: 3\n- relu6\n"
        f"- {gate}\n- conv: {{filters: 8, kernel: 1, bias: false}}\n- batchnorm\n- relu6\n"
    )
    assert [f.path for f in lint(text, "NA006").findings] == ["relu62"]
    assert lint(text.replace("filters: 8", "filters: 40"), "NA006").findings == ()


def test_the_linear_bottleneck_itself_is_no_missing_nonlinearity(lint: Lint) -> None:
    text = (
        "cnn: 1\ninput: 9x9x24\nlayers:\n- depthwise: 3\n- relu6\n"
        "- conv: {filters: 8, kernel: 1, bias: false}\n- batchnorm\n- conv: {filters: 48, kernel: "
        "1}\n"
    )
    assert lint(text, "NA005").findings == ()
    assert [f.path for f in lint(text.replace("- depthwise: 3\n", ""), "NA005").findings] in (
        [],
        ["conv2"],
    )


def test_a_second_relu_is_taken_out(lint: Lint) -> None:
    text = f"{HEAD}layers:\n- conv: {{filters: 7, kernel: 3}}\n- relu\n- relu  # twice\n- gap\n"
    (found,) = lint(text, "NA003").findings
    assert found.fix is not None
    assert found.fix.message == "remove the second relu"
    for other in ("- relu\n- tanh", "- relu\n- relu6", "- tanh\n- tanh"):
        (found,) = lint(text.replace("- relu\n- relu", other), "NA003").findings
        assert found.fix is None  # it would change what is computed
    (found,) = lint(text.replace("- gap\n", ""), "NA003").findings
    assert found.fix is None  # it is the output
