"""Activations in sheets: what is derived in steps is what the kinds compute."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import cnnanalyze.layers  # noqa: F401 - fills the registry
from cnnanalyze.course.explanations.kind_formulas import activations
from cnnanalyze.course.sheets.questions.norms import ACTIVATION, ActivationQuestion, activate
from cnnanalyze.course.sheets.questions.topic import ExplanationBuilder
from cnnanalyze.layers.base import KINDS
from tests.conftest import Run

ASKED = tuple(activations())
VALUES = [-7.5, -2.5, -0.25, 0, 0.5, 2, 6.5]


@pytest.mark.parametrize("function", ASKED)
@pytest.mark.parametrize("number", [0.1, 0.3])
def test_derivation_gives_what_the_kind_computes(function: str, number: float) -> None:
    asked = ActivationQuestion(function=function, values=VALUES, slope=number, alpha=number)  # type: ignore[arg-type]
    cls = KINDS.get(function)
    assert cls is not None
    settings: dict[str, Any] = {n: number for n in ("slope", "alpha") if n in cls.model_fields}
    layer = cls(**settings)
    derived: Any = activate(asked, ExplanationBuilder()).value
    assert [float(v) for v in derived] == pytest.approx(
        [float(layer.value(v)) for v in VALUES], rel=1e-12
    )


def test_sheets_ask_for_every_activation_whose_formula_is_what_it_computes() -> None:
    assert {"relu", "leaky_relu", "relu6", "sigmoid", "tanh", "elu", "silu"} <= set(ASKED)
    assert not {"gelu", "selu", "log", "prelu", "softmax"} & set(ASKED)


def test_attributes_that_an_activation_has_not_have_no_bearing() -> None:
    for function, idle in (("tanh", ("slope", "alpha")), ("elu", ("slope",))):
        asked = ActivationQuestion(function=function, values=[1])  # type: ignore[arg-type]
        assert ACTIVATION.idle("output", asked) == idle


def test_the_cross_entropy_of_a_label_without_a_class_is_zero(run: Run, tmp_path: Path) -> None:
    sheet = tmp_path / "a.yaml"
    question = "{id: ce, text: x, cross_entropy: {prediction: [0.2, 0.8], label: [0, -0.0]}}"
    sheet.write_text(f"sheet: 1\ntitle: t\nquestions: [{question}]\n", encoding="utf-8")
    for format_ in ("text", "html", "latex", "json", "markdown"):
        found = run("solve", str(sheet), "--format", format_)
        assert found.code == 0, found.err
    assert "loss = 0" in run("solve", str(sheet)).out
