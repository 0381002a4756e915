"""Traits: what a kind declares is asked of its kernel, and a false word is found."""

from __future__ import annotations

import pytest

from cnnanalyze.core.exact_number import Number
from cnnanalyze.core.shape import Shape
from cnnanalyze.crosscheck.trait_check import LAWS, SHOWN, contradictions, not_shown
from cnnanalyze.layers.activation import Relu, Sigmoid
from cnnanalyze.layers.arithmetic import Clip
from cnnanalyze.layers.base import KINDS, Layer
from cnnanalyze.layers.conv import Conv
from cnnanalyze.layers.depthwise import Depthwise
from cnnanalyze.layers.merge import Add, Multiply
from cnnanalyze.layers.norm import LayerNorm
from cnnanalyze.layers.padding import Crop, ZeroPad
from cnnanalyze.layers.pool import AvgPool, GlobalMaxPool, MaxPool, Subsample
from cnnanalyze.layers.rearrange import Permute
from cnnanalyze.layers.regularise import Dropout
from cnnanalyze.layers.reshape import Flatten
from cnnanalyze.layers.smooth import Gelu
from cnnanalyze.layers.traits import Category, Trait

pytestmark = pytest.mark.sampled(6)

MAP = (Shape((5, 7), 3),)
PAIR = MAP * 2

WRONG: dict[Trait, tuple[Layer, tuple[Shape, ...]]] = {
    Trait.CONVOLUTION: (Relu(), MAP),
    Trait.TRANSPOSED_CONVOLUTION: (Relu(), MAP),
    Trait.DENSE: (Conv(filters=2, kernel=1), MAP),
    Trait.FULLY_CONNECTED: (Conv(filters=2, kernel=1), MAP),
    Trait.DEPTHWISE: (Conv(filters=3, kernel=1), MAP),
    Trait.SEPARABLE: (Conv(filters=3, kernel=1), MAP),
    Trait.FULL_DEPTH: (Depthwise(kernel=3), MAP),
    Trait.UNSHARED_WEIGHTS: (Conv(filters=1, kernel=1), MAP),
    Trait.POOLING: (Subsample(kernel=2), MAP),
    Trait.SLIDING_POOLING: (GlobalMaxPool(), MAP),
    Trait.GLOBAL_POOLING: (MaxPool(kernel=2), MAP),
    Trait.ADAPTIVE_POOLING: (MaxPool(kernel=2), MAP),
    Trait.MAX_POOLING: (AvgPool(kernel=2), MAP),
    Trait.MEAN_POOLING: (MaxPool(kernel=2), MAP),
    Trait.NORMALISATION: (Flatten(), MAP),
    Trait.RESPONSE_NORMALISATION: (Flatten(), MAP),
    Trait.BATCH_STATISTICS: (LayerNorm(), MAP),
    Trait.CHANNEL_STATISTICS: (LayerNorm(), MAP),
    Trait.ACTIVATION: (MaxPool(kernel=2), MAP),
    Trait.ARITHMETIC: (MaxPool(kernel=2), MAP),
    Trait.RECTIFIER: (Sigmoid(), MAP),
    Trait.MONOTONE: (Gelu(), MAP),
    Trait.SATURATING: (Relu(), MAP),
    Trait.SOFTMAX: (Sigmoid(), MAP),
    Trait.PROBABILITIES: (Relu(), MAP),
    Trait.LOG_PROBABILITIES: (Relu(), MAP),
    Trait.JOIN: (Relu(), MAP),
    Trait.SUM: (Multiply(), PAIR),
    Trait.PRODUCT: (Add(), PAIR),
    Trait.CONCATENATION: (Add(), PAIR),
    Trait.RECURRENT: (Conv(filters=2, kernel=1), (Shape((5,), 3),)),
    Trait.LOOKUP: (Relu(), MAP),
    Trait.OPAQUE: (Relu(), MAP),
    Trait.UNPOOLING: (Sigmoid(), MAP),
    Trait.IDENTITY: (Relu(), MAP),
    Trait.IDENTITY_AT_INFERENCE: (Relu(), MAP),
    Trait.DROPOUT: (Relu(), MAP),
    Trait.FLATTENING: (Relu(), MAP),
    Trait.RESHAPING: (Permute(order=(2, 1)), MAP),
    Trait.PADDING: (Crop(amount=1), MAP),
    Trait.CROPPING: (ZeroPad(padding=1), MAP),
    Trait.SHIFTING: (MaxPool(kernel=2), MAP),
    Trait.UPSAMPLING: (MaxPool(kernel=2), MAP),
    Trait.MIXES_CHANNELS: (Relu(), MAP),
}


def declaring(layer: Layer, **words: object) -> Layer:
    """Return the layer as one of a kind that declares something else, with the same kernel."""
    cls = type(layer)
    declared = {"__module__": __name__, "__doc__": cls.__doc__, **words}
    found: type[Layer] = type(cls.__name__, (cls,), declared)
    return found(**dict(layer))


def test_every_trait_has_a_law() -> None:
    assert {*LAWS, *SHOWN} == set(Trait) == set(WRONG)


@pytest.mark.parametrize("trait", Trait)
def test_trait_that_a_layer_does_not_have_is_found(trait: Trait) -> None:
    layer, shapes = WRONG[trait]
    false = declaring(layer, traits=frozenset({trait}), formula="", value=Layer.value)
    law = (LAWS.get(trait) or SHOWN[trait])[0]
    found = [*contradictions(false, shapes), *not_shown([(false, shapes)])]
    assert found == [f"declares the trait '{trait}', but {law}"]


@pytest.mark.parametrize("trait", Trait)
def test_trait_is_one_of_a_kind_of_ours(trait: Trait) -> None:
    assert any(trait in kind.traits for kind in KINDS)


def test_value_that_the_kernel_does_not_give_is_found() -> None:
    def value(_: Layer, x: Number) -> Number:
        return max(0, x) / 2

    found = list(contradictions(declaring(Relu(), value=value), MAP))
    assert len(found) == 1
    assert found[0].startswith("has the value ")
    assert " by its formula, observed " in found[0]


def test_effect_that_a_layer_denies_is_found() -> None:
    layer = declaring(ZeroPad(padding=1), without_effect=lambda *_: "zeropad 1 adds nothing")
    assert list(contradictions(layer, MAP)) == [
        "says 'zeropad 1 adds nothing', but changes its input"
    ]


OURS = [kind for kind in KINDS if "." not in kind.kind]


@pytest.mark.parametrize("kind", OURS, ids=lambda k: k.kind)
def test_kind_of_ours_has_a_category(kind: type[Layer]) -> None:
    known = kind.category is not Category.OTHER or Trait.OPAQUE in kind.traits
    assert known, f"{kind.kind} declares no category"


@pytest.mark.parametrize(
    ("layer", "shape", "said"),
    [
        (Dropout(rate=0), MAP[0], "dropout 0 drops nothing"),
        (Dropout(rate=0.5), MAP[0], ""),
        (ZeroPad(padding=0), MAP[0], "zeropad 0 adds nothing"),
        (ZeroPad(padding=1), MAP[0], ""),
        (Crop(amount=0), MAP[0], "crop 0 takes nothing off"),
        (Clip(), MAP[0], "clip without a limit"),
        (Clip(min=0), MAP[0], ""),
        (Flatten(), Shape((), 7), "flatten of a vector"),
        (Flatten(), MAP[0], ""),
        (MaxPool(kernel=1), MAP[0], "maxpool of one pixel with stride 1"),
        (MaxPool(kernel=1, stride=2), MAP[0], ""),
        (AvgPool(kernel=2), MAP[0], ""),
    ],
)
def test_layer_says_why_it_has_no_effect(layer: Layer, shape: Shape, said: str) -> None:
    assert layer.without_effect(shape) == said


@pytest.mark.parametrize("kind", OURS, ids=lambda k: k.kind)
def test_activation_has_an_exact_function(kind: type[Layer]) -> None:
    if kind.is_any({Trait.ACTIVATION, Trait.IDENTITY, Trait.SUM, Trait.PRODUCT}):
        assert kind.formula, f"{kind.kind} has no formula and no value()"
