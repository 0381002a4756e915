"""Closed forms of networks: what they give is what the rules give with the sizes put in."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, assume, given, reject, settings
from hypothesis import strategies as st

import cnnanalyze as cnn
from cnnanalyze.analysis.closed_forms import SAMPLES, ClosedForms, counted, solve
from cnnanalyze.analysis.field_text import brief, of_each
from cnnanalyze.analysis.quantities import measure
from cnnanalyze.core.quantities import Terms
from cnnanalyze.core.tree import plain
from cnnanalyze.errors import Source, SpecError
from cnnanalyze.language.yaml import read
from cnnanalyze.layers.activation import Relu
from cnnanalyze.layers.base import KINDS
from cnnanalyze.report.receptive_field_text import brief_stride
from tests.strategies import STRATEGIES, chains, networks

NAMES = ("H", "W", "D")
ZOO = (
    *("alexnet", "vgg16", "resnet50", "googlenet", "inception_v3", "densenet121"),
    *("mobilenet_v1", "mobilenet_v2", "unet", "lenet5", "squeezenet1_0", "shufflenet_v2_x1_0"),
    *("xception", "nasnet_a_mobile", "efficientnet_b0", "convnext_tiny"),
)


def takes_one(kind: str) -> bool:
    """Whether a kind can have one input alone, of any size."""
    cls = KINDS.get(kind)
    assert cls is not None
    return cls.arity[0] == 1 and kind != "reshape"  # which takes one size


ALONE = [kind for kind in STRATEGIES if takes_one(kind)]


def opened(document: dict[str, Any]) -> tuple[str, tuple[str, ...]]:
    """Return a spec whose input leaves every extent open but its channels."""
    extents = str(document["input"]).split("x")
    names = NAMES[: len(extents) - 1]
    return yaml.safe_dump({**document, "input": "x".join((*names, extents[-1]))}), names


def check(text: str, forms: ClosedForms, sizes: dict[str, int]) -> None:
    """Compare closed forms with the rules at sizes for which they are said to hold."""
    network = cnn.loads(text, settings=sizes)
    assert forms.are_borne_out(network, sizes)
    analysis = cnn.analyze(network).analysis
    for layer, facts in zip(forms.layers, analysis, strict=True):
        for row in counted():
            form = layer.quantities[row.key]
            assert row.of_layer is not None
            if form is not None:
                assert form.evaluate(sizes) == row.of_layer(facts, Terms()), (layer, row.key)
    for id_, facts in forms.fields.items():
        for say in (brief, brief_stride):
            assert of_each(facts, say) == of_each(analysis[id_], say), id_
    assert max(form.evaluate(sizes) for form in forms.peak) == analysis.memory.peak
    for row in counted():
        if (total := forms.totals[row.key]) is not None:
            assert total.evaluate(sizes) == measure(row, analysis.total, Terms())


def found_by_lot(
    document: dict[str, Any], draw: st.DataObject
) -> tuple[str, ClosedForms, dict[str, int]]:
    """Return a spec that leaves its extents open, its closed forms, and sizes by lot for them."""
    text, names = opened(document)
    try:
        forms = cnn.closed_forms(cnn.loads(text))
    except SpecError:  # it takes some few sizes only
        reject()
    least = {name: draw.draw(st.integers(1, 150), name) for name in names}
    sizes = {
        one.name: next((n for n in range(least[one.name], 400) if n in one), one.least)
        for one in forms.domain.sizes
    }
    assume(sizes in forms.domain)
    return text, forms, sizes


@settings(max_examples=20)
@given(text=networks.specs(), draw=st.data())
def test_closed_forms_of_networks_give_what_the_rules_give(text: str, draw: st.DataObject) -> None:
    document = plain(read(Source("text", text)))
    assume("x" in str(document["input"]))
    check(*found_by_lot(document, draw))


@settings(max_examples=20)
@given(text=chains.specs(), draw=st.data())
def test_closed_forms_of_chains_give_what_the_rules_give(text: str, draw: st.DataObject) -> None:
    document = plain(read(Source("text", text)))
    assume("x" in str(document["input"]))
    check(*found_by_lot(document, draw))


@pytest.mark.sampled(4)
@pytest.mark.parametrize("kind", ALONE)
@settings(max_examples=8, suppress_health_check=[HealthCheck.filter_too_much])
@given(draw=st.data())
def test_closed_forms_of_a_layer_give_what_its_rules_give(kind: str, draw: st.DataObject) -> None:
    case = draw.draw(STRATEGIES[kind])
    assume(case.inputs[0].rank and len(case.inputs) == 1)
    document = {"cnn": 1, "input": case.texts[0], "layers": [{kind: case.attributes or None}]}
    check(*found_by_lot(document, draw))


@pytest.mark.sampled(3)
@pytest.mark.parametrize("name", ZOO)
def test_closed_forms_of_known_networks_have_their_numbers(name: str) -> None:
    network = cnn.load(f"zoo:{name}")
    shape = network.input
    names = NAMES[: shape.rank]
    text = f"{{cnn: 1, extends: 'zoo:{name}', input: {'x'.join(names)}x{shape.channels}}}"
    forms = cnn.closed_forms(cnn.loads(text))
    sizes = dict(zip(names, shape.size, strict=True))
    assert sizes in forms.domain
    check(text, forms, sizes)
    assert all(form is not None for form in forms.totals.values())


@pytest.mark.parametrize(
    ("name", "domain"),
    [
        # Ronneberger et al. 2015: 572 is such that all 2x2 poolings apply to even sizes.
        ("unet", "H mod 16 is 12, H ≥ 188; W mod 16 is 12, W ≥ 188"),
        # He et al. 2016: global average pooling at the end takes every size.
        ("resnet50", "H ≥ 1; W ≥ 1"),
        # Five poolings that halve.
        ("vgg16", "H ≥ 32; W ≥ 32"),
        # Keras' documentation of InceptionV3: no smaller than 75.
        ("inception_v3", "H ≥ 75; W ≥ 75"),
        # Two unpadded convolutions of 3, the first with stride 2, leave one place of seven.
        ("xception", "H ≥ 7; W ≥ 7"),
    ],
)
def test_the_sizes_that_a_network_takes_are_those_of_its_paper(name: str, domain: str) -> None:
    forms = cnn.closed_forms(cnn.loads(f"{{cnn: 1, extends: 'zoo:{name}', input: HxWx3}}"))
    assert str(forms.domain) == domain


def test_a_smaller_size_than_the_least_is_refused_by_the_rules() -> None:
    text = "{cnn: 1, extends: 'zoo:inception_v3', input: HxWx3}"
    with pytest.raises(SpecError, match="does not fit"):
        cnn.loads(text, settings={"H": 74, "W": 75})


def test_what_a_rule_does_beside_arithmetic_is_found_and_dropped() -> None:
    layer = cnn.layer

    with KINDS.scoped():

        @layer("acme.lookup")
        class Lookup(cnn.Layer):
            """Cost by a table."""

            def shape(self, *inputs: cnn.Shape) -> cnn.Shape:
                return inputs[0]

            def cost(self, output: cnn.Shape, *_: cnn.Shape) -> cnn.Cost:
                return cnn.Cost(add=len(range(output.count)))

        forms = cnn.closed_forms(cnn.loads("{cnn: 1, input: HxWx3, layers: [acme.lookup, relu]}"))
        assert forms.totals["flops"] is None
        assert forms.layers[0].quantities["flops"] is None
        assert str(forms.layers[1].quantities["flops"]) == "3·H·W"
        assert str(forms.totals["activations"]) == "6·H·W"


def test_a_layer_that_depends_on_a_size_otherwise_leaves_the_assumed_sizes_alone() -> None:
    text = "{cnn: 1, input: HxWx3, layers: [{conv: {filters: $H, kernel: 1}}]}"
    forms = cnn.closed_forms(cnn.loads(text))
    assert str(forms.domain) == "H = 256; W = 384"


def test_several_symbols_of_one_name_are_one_size() -> None:
    forms = cnn.closed_forms(
        cnn.loads("{cnn: 1, input: SxSx3, layers: [{conv: {filters: 2, kernel: 3}}]}")
    )
    assert str(forms.totals["macs"]) == "54·S² - 216·S + 216"
    assert str(forms.domain) == "S ≥ 3"


def test_open_channels_make_the_parameters_a_closed_form() -> None:
    text = "{cnn: 1, input: 8x8xC, layers: [{conv: {filters: 5, kernel: 3}}]}"
    forms = cnn.closed_forms(cnn.loads(text))
    assert str(forms.totals["parameters"]) == "45·C + 5"


def test_a_shape_that_arithmetic_on_symbols_cannot_follow_leaves_the_assumed_sizes_alone() -> None:
    with KINDS.scoped():

        @cnn.layer("acme.thin")
        class Thin(cnn.Layer):
            """Every second position."""

            def shape(self, *inputs: cnn.Shape) -> cnn.Shape:
                return cnn.Shape(tuple(len(range(0, n, 2)) for n in inputs[0].size), 3)

            def cost(self, output: cnn.Shape, *_: cnn.Shape) -> cnn.Cost:
                return cnn.Cost(add=output.count)

        forms = cnn.closed_forms(cnn.loads("{cnn: 1, input: Lx3, layers: [acme.thin]}"))
        assert str(forms.domain) == "L = 256"


def test_what_the_rules_of_costs_ask_belongs_to_the_domain() -> None:
    with KINDS.scoped():

        @cnn.layer("acme.steps")
        class Steps(cnn.Layer):
            """Cheap on short signals."""

            def shape(self, *inputs: cnn.Shape) -> cnn.Shape:
                return inputs[0]

            def cost(self, output: cnn.Shape, *_: cnn.Shape) -> cnn.Cost:
                return cnn.Cost(add=0 if output.size[0] < 100 else output.count)

        forms = cnn.closed_forms(cnn.loads("{cnn: 1, input: Lx3, layers: [acme.steps]}"))
        assert (str(forms.domain), str(forms.totals["flops"])) == ("L ≥ 100", "3·L")


def test_equal_layers_are_solved_once(monkeypatch: pytest.MonkeyPatch) -> None:
    network = cnn.loads("{cnn: 1, input: Lx3, layers: [{relu: , repeat: 700}]}")
    asked = 0
    shape = Relu.shape

    def counting(self: Relu, *inputs: cnn.Shape) -> cnn.Shape:
        nonlocal asked
        asked += 1
        return shape(self, *inputs)

    monkeypatch.setattr(Relu, "shape", counting)
    solve(network)
    assert asked == 1 + SAMPLES
