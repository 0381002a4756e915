"""Traits of somebody else's kinds: what they declare makes them first class everywhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from math import exp
from typing import Any, ClassVar

import pytest
from pydantic import Field

import cnnanalyze as cnn
from cnnanalyze.cli import run
from cnnanalyze.course.worked_steps.matrix_parser import read_image
from cnnanalyze.course.worked_steps.network import work_out
from cnnanalyze.drawing.families import family
from cnnanalyze.drawing.labels import title_of
from cnnanalyze.errors import ExecutionError, PluginError, Source
from cnnanalyze.execute import kernels
from cnnanalyze.graph.box_grouping import follows
from cnnanalyze.layers.attributes import Number
from cnnanalyze.layers.base import KINDS, Activation
from cnnanalyze.linting.engine import lint_source
from cnnanalyze.report.lecture_tables import lecture_table
from cnnanalyze.testing import check_kind


@pytest.fixture(autouse=True)
def scoped(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Forget what a test registers."""
    for name in ("acme.swish", "acme.total"):
        monkeypatch.delitem(kernels.RUN, name, raising=False)
    with KINDS.scoped():
        yield


def register_swish(**declared: Any) -> type[cnn.Layer]:
    """Register an activation, with something declared otherwise."""

    class Swish(Activation):
        """Swish: its input times a sigmoid of ``beta`` times its input."""

        examples: ClassVar[tuple[cnn.Example, ...]] = (
            cnn.Example(("5x7x3",), {}, "5x7x3", source="Acme handbook"),
        )
        per_element = cnn.Cost(multiply=2, exponential=1, add=1, divide=1)
        formula: ClassVar[str] = "x/(1 + e^(-beta*x))"
        beta: Number = Field(default=1.0, description="how steep it is")

        def value(self, x: Any) -> Any:
            return x / (1 + exp(-self.beta * x))

    for name, word in declared.items():
        setattr(Swish, name, word)
    cnn.layer("acme.swish")(Swish)

    @kernels.run("acme.swish")
    def swish(tally: kernels.Tally, inputs: Any, _weights: Any, *, beta: float) -> Any:
        (x,) = inputs
        powers = tally.exp(tally.multiply(x, -beta))
        return tally.multiply(tally.divide(x, tally.add(powers, 1)), 1)

    return Swish


def test_activation_of_somebody_else_is_checked_as_ours() -> None:
    check_kind(register_swish(), [(("11x13x3",), {"beta": 2.0})])


def test_suite_finds_a_trait_that_is_not_true() -> None:
    cls = register_swish(traits=frozenset({cnn.Trait.ACTIVATION, cnn.Trait.MONOTONE}))
    with pytest.raises(AssertionError, match="declares the trait 'monotone', but it falls somewh"):
        check_kind(cls)


def test_suite_finds_an_exact_function_that_is_another() -> None:
    cls = register_swish(value=lambda self, x: x * self.beta)
    with pytest.raises(AssertionError, match=r"has the value .* by its formula, observed"):
        check_kind(cls)


def test_suite_finds_an_exact_function_without_a_formula() -> None:
    with pytest.raises(AssertionError, match="without a formula: they go together"):
        check_kind(register_swish(formula=""))


# --- the rest of the house treats it as ours ------------------------------------------------------


def codes(layers: str) -> list[tuple[str, str]]:
    """Return what lint finds in a network of these layers: code and layer."""
    text = f"{{cnn: 1, input: 11x13x3, layers: [{layers}]}}"
    return [(f.code, f.path) for f in lint_source(Source("net.yaml", text)).findings]


CONV = "{conv: {filters: 5, kernel: 3, bias: false}}"


@pytest.mark.parametrize(
    ("layers", "code"),
    [
        ("acme.swish, acme.swish", "NA003"),
        (f"{CONV}, acme.swish, {CONV}", "NA002"),
        (f"{CONV}, acme.swish, softmax", "NA012"),
    ],
)
def test_rules_fire_on_a_kind_that_says_what_it_is(layers: str, code: str) -> None:
    register_swish()
    ours, theirs = codes(layers.replace("acme.swish", "gelu")), codes(layers)
    assert [(found, path.replace("gelu", "acme.swish")) for found, path in ours] == theirs
    assert code in [found for found, _ in theirs]


def test_foreign_activation_ends_what_could_be_one_linear_layer() -> None:
    register_swish()
    assert "CV005" in [code for code, _ in codes("gap, {dense: 7}, {dense: 5}")]
    assert "CV005" not in [code for code, _ in codes("gap, {dense: 7}, acme.swish, {dense: 5}")]


def test_rule_that_needs_a_trait_is_run_for_a_kind_that_has_it() -> None:
    register_swish(traits=frozenset({"activation", "saturating"}))
    conv = "{conv: {filters: 5, kernel: 3, padding: same}}, acme.swish"
    assert "NA011" in [code for code, _ in codes(", ".join([conv] * 7 + ["gap", "dense: 7"]))]


def test_layer_that_says_that_it_has_no_effect_is_reported() -> None:
    def without_effect(layer: Any, *_: Any) -> str:
        return "" if layer.beta else "acme.swish 0 halves its input"

    register_swish(without_effect=without_effect)
    assert "GR010" in [code for code, _ in codes("{acme.swish: {beta: 0}}")]
    assert "GR010" not in [code for code, _ in codes("acme.swish")]


def test_category_and_trait_that_do_not_exist_are_refused_with_the_nearest() -> None:
    text = (
        "layer kind 'acme.swish' declares the trait 'activaton', which does not exist; "
        "did you mean 'activation'?"
    )
    with pytest.raises(PluginError, match=re.escape(text)) as caught:
        register_swish(traits=frozenset({"activaton"}))
    assert caught.value.faults[0].help == "cnnanalyze.Trait lists them"
    with pytest.raises(PluginError, match="declares the category 'activations', which does not"):
        register_swish(category="activations")


# --- drawing and reference ------------------------------------------------------------------------


def register_total(**declared: Any) -> type[cnn.Layer]:
    """Register a join."""

    class Total(cnn.Layer):
        """Total: the sum of two equal maps."""

        arity: ClassVar[tuple[int, int | None]] = (2, 2)
        category: ClassVar[cnn.Category] = cnn.Category.JOIN
        traits: ClassVar[frozenset[cnn.Trait]] = frozenset({cnn.Trait.JOIN, cnn.Trait.SUM})
        labels: ClassVar[cnn.Labels] = cnn.Labels(word="total", sign="Σ")
        formula: ClassVar[str] = "sum of both"
        examples: ClassVar[tuple[cnn.Example, ...]] = (
            cnn.Example(("5x7x3", "5x7x3"), {}, "5x7x3", source="Acme handbook"),
        )

        def shape(self, *inputs: cnn.Shape) -> cnn.Shape:
            if inputs[0] != inputs[1]:
                raise cnn.ShapeError(f"cannot total {inputs[0]} and {inputs[1]}")
            return inputs[0]

        def cost(self, output: cnn.Shape, *_: cnn.Shape) -> cnn.Cost:
            return cnn.Cost(add=output.count)

        def value(self, one: Any, other: Any) -> Any:
            return one + other

    for name, word in declared.items():
        setattr(Total, name, word)
    cnn.layer("acme.total")(Total)

    @kernels.run("acme.total")
    def total(tally: kernels.Tally, inputs: Any, _weights: Any) -> Any:
        one, other = inputs
        if one.shape != other.shape:
            raise ExecutionError("unequal maps")
        return tally.add(one, other)

    return Total


def test_join_of_somebody_else_is_checked_as_ours() -> None:
    check_kind(register_total())


def test_join_of_one_input_is_found() -> None:
    cls = register_total(arity=(1, 2))
    with pytest.raises(AssertionError, match="the trait 'join', but it takes fewer than two"):
        check_kind(cls)


def test_drawing_gives_it_the_colour_and_the_words_of_its_category() -> None:
    register_swish(labels=cnn.Labels(word="swish by acme"))
    register_total()
    net = cnn.loads(
        "{cnn: 1, input: 11x13x3, layers: [{conv: {filters: 3, kernel: 1}}, acme.swish, "
        "{acme.total: , from: [conv1, acme.swish1]}]}"
    )
    swish, total = net["acme.swish1"], net["acme.total1"]
    assert (family(swish), follows(swish), title_of([swish])) == ("point", True, "swish by acme")
    assert (family(total), follows(total), title_of([total])) == ("merge", False, "Σ")


def test_reference_lists_it_under_the_heading_of_its_category(
    capsys: pytest.CaptureFixture[str],
) -> None:
    register_swish()
    assert run(["layers"]) == 0
    lines = capsys.readouterr().out.splitlines()
    at, end = lines.index("Activation"), lines.index("Joining branches")
    assert any(line.split()[:1] == ["acme.swish"] for line in lines[at:end])
    assert run(["layers", "acme.swish"]) == 0
    said = capsys.readouterr().out
    assert said.startswith("acme.swish (Activation)\n")
    assert "Traits: activation." in said


# --- counting and course --------------------------------------------------------------------------

NETWORK = (
    "{cnn: 1, input: 11x13x3, layers: [{conv: {filters: 5, kernel: 3}}, acme.swish, gap, "
    "{dense: 7}, softmax]}"
)


def test_convention_that_does_not_know_it_is_partial_and_says_so() -> None:
    register_swish()
    analysis = cnn.analyze(cnn.loads(NETWORK)).analysis
    assert not analysis.notes
    assert analysis.notes_under("fvcore") == (
        "the convention fvcore does not say what 'acme.swish' counts",
    )


def test_explanation_gives_the_reason_of_an_activation() -> None:
    register_swish()
    net = cnn.loads(NETWORK)
    said = str(cnn.explain(net, "acme.swish1", "output"))
    assert "It works element by element: the shape stays the same." in said
    assert "It is a fixed function without parameters." in str(
        cnn.explain(net, "acme.swish1", "parameters")
    )


def test_numbers_are_worked_out_with_its_own_function() -> None:
    register_swish()
    register_total()
    net = cnn.loads(
        "{cnn: 1, input: 1x3x1, layers: [{acme.swish: {beta: 2}}, "
        "{acme.total: , from: [input, acme.swish1]}]}"
    )
    swish, total = work_out(net, read_image(["1 -2 0"]))
    assert swish.formula == "x/(1 + e^(-beta*x)), beta 2"
    assert swish.after.flat() == pytest.approx([0.8807970779778823, -0.03597241992418312, 0])
    assert total.title == "sum of both"
    assert total.after.flat() == pytest.approx([1.8807970779778823, -2.0359724199241833, 0])


@pytest.mark.parametrize(
    ("style", "rows"),
    [("keras", 4), ("ng", 4), ("vnit", 5), ("mobilenet", 4)],
)
def test_tables_of_lectures_treat_it_as_an_activation(style: str, rows: int) -> None:
    register_swish()
    theirs = lecture_table(cnn.analyze(cnn.loads(NETWORK)).analysis, style)
    ours = lecture_table(
        cnn.analyze(cnn.loads(NETWORK.replace("acme.swish", "gelu"))).analysis, style
    )
    assert len(theirs.rows) == len(ours.rows) == rows


def test_command_applies_it(capsys: pytest.CaptureFixture[str]) -> None:
    register_swish()
    assert run(["convolve", "--image", "1 -2; 0 3", "--apply", "acme.swish"]) == 0
    assert "x/(1 + e^(-beta*x)), beta 1" in capsys.readouterr().out
