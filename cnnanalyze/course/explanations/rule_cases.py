"""Branches: which case of its rules a layer falls under, so that a reason follows the right one."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from cnnanalyze.analysis.border import overhangs
from cnnanalyze.core.shape import axis_name
from cnnanalyze.course.explanations.symbolic_layer import SymbolicLayer
from cnnanalyze.layers.traits import Category, Trait
from cnnanalyze.layers.window import MADE_TO_MEASURE


def is_any(*traits: Trait) -> Callable[[SymbolicLayer], bool]:
    """Return whether a layer has one of these traits."""
    return lambda asked: asked.node.layer.is_any(set(traits))


def convolves(asked: SymbolicLayer) -> bool:
    """Whether it is a convolution that uses the same weights in all places."""
    traits = asked.node.layer.traits
    return Trait.CONVOLUTION in traits and Trait.UNSHARED_WEIGHTS not in traits


def joins_elements(asked: SymbolicLayer) -> bool:
    """Whether it joins its inputs element by element."""
    traits = asked.node.layer.traits
    return Trait.JOIN in traits and Trait.CONCATENATION not in traits


def lengthens(asked: SymbolicLayer) -> bool:
    """Whether it puts its inputs one behind the other along an axis of positions."""
    node = asked.node
    is_one = Trait.CONCATENATION in node.layer.traits
    return is_one and attribute(asked, "axis") not in {"channels", node.output.rank + 1}


def attribute(asked: SymbolicLayer, name: str, default: Any = None) -> Any:  # noqa: ANN401
    """Return what the layer says of an attribute."""
    return asked.node.attributes.get(name, default)


def slides(asked: SymbolicLayer) -> bool:
    """Whether windows slide over the input."""
    return bool(asked.facts.fit)


def same(asked: SymbolicLayer) -> bool:
    """Whether its padding is made for the output."""
    return slides(asked) and attribute(asked, "padding") in MADE_TO_MEASURE


def floors(asked: SymbolicLayer) -> bool:
    """Whether a division is always rounded down."""
    return slides(asked) and not same(asked) and not attribute(asked, "ceil_mode")


def ceils(asked: SymbolicLayer) -> bool:
    """Whether a division may be rounded up."""
    return slides(asked) and not same(asked) and bool(attribute(asked, "ceil_mode"))


def has_overhang(asked: SymbolicLayer) -> bool:
    """Whether a last window hangs over the border, as ceil_mode allows it."""
    return any(overhangs(asked.facts))


def drops_window(asked: SymbolicLayer) -> bool:
    """Whether ceil_mode asked for a last window that would start in the padding behind."""
    return ceils(asked) and any(leaves_rest_on_axes(asked))


def leaves_rest_on_axes(asked: SymbolicLayer) -> list[bool]:
    """Return, for each axis, whether a rest is left although nothing hangs over."""
    over = overhangs(asked.facts)
    return [not f.exact and not h for f, h in zip(asked.facts.fit, over, strict=True)]


def unfit(asked: SymbolicLayer) -> bool:
    """Whether the windows leave a rest at the far border."""
    return any(leaves_rest_on_axes(asked))


def axes_text(axes: Iterable[object]) -> str:
    """Say along which axes something holds; nothing if it holds along all."""
    chosen = [bool(a) for a in axes]
    if all(chosen):
        return ""
    names = [axis_name(i, len(chosen)) for i, holds in enumerate(chosen) if holds]
    return f" along the {' and '.join(names)}"


def dilated(asked: SymbolicLayer) -> bool:
    """Whether the taps of a kernel lie apart."""
    dilation = attribute(asked, "dilation", 1)
    return dilation not in {1, None} and (not isinstance(dilation, tuple) or set(dilation) != {1})


def grouped(asked: SymbolicLayer) -> bool:
    """Whether the channels are split into groups."""
    return _filters_deep(asked) and attribute(asked, "groups", 1) > 1


def full(asked: SymbolicLayer) -> bool:
    """Whether a filter reads all channels."""
    return _filters_deep(asked) and attribute(asked, "groups", 1) == 1


def _filters_deep(asked: SymbolicLayer) -> bool:
    """Whether it has filters that read all channels, or those of their group."""
    traits = asked.node.layer.traits
    return Trait.FULL_DEPTH in traits and Trait.DENSE not in traits


def filters(asked: SymbolicLayer) -> bool:
    """Whether it has filters."""
    return attribute(asked, "filters") is not None


def biased(asked: SymbolicLayer) -> bool:
    """Whether it learns biases because it says so."""
    return bool(asked.facts.biases) and attribute(asked, "bias") is True


def unbiased(asked: SymbolicLayer) -> bool:
    """Whether it goes without biases."""
    return attribute(asked, "bias") is False and asked.node.share is None


def pools(asked: SymbolicLayer) -> bool:
    """Whether it pools by a fixed rule."""
    return Trait.POOLING in asked.node.layer.traits and not asked.facts.stored


def nothing_learned(asked: SymbolicLayer) -> bool:
    """Whether there is nothing to learn."""
    return not asked.facts.stored and not pools(asked) and asked.node.share is None


def unchanged(asked: SymbolicLayer) -> bool:
    """Whether the output has the shape of the only input."""
    return len(asked.node.inputs) == 1 and asked.node.output == asked.node.input_shapes[0]


def rescales(asked: SymbolicLayer) -> bool:
    """Whether it divides activations by what is computed of several of them."""
    traits = {Trait.NORMALISATION, Trait.RESPONSE_NORMALISATION, Trait.SOFTMAX}
    return unchanged(asked) and asked.node.layer.is_any(traits)


def moves(asked: SymbolicLayer) -> bool:
    """Whether it only moves activations, and keeps the shape here."""
    moving = {Category.SHAPE, Category.REARRANGEMENT}
    return unchanged(asked) and asked.node.layer.category in moving


def is_elementwise(asked: SymbolicLayer) -> bool:
    """Whether it works on every activation by itself."""
    layer = asked.node.layer
    each = {Category.ACTIVATION, Category.REGULARISATION}
    return unchanged(asked) and layer.category in each and Trait.SOFTMAX not in layer.traits


def per_activation(asked: SymbolicLayer) -> bool:
    """Whether it learns γ and β for each activation."""
    first = asked.node.input_shapes[0]
    return first.positions > 1 and any(p.size == first.count for p in asked.facts.params)


def shared(asked: SymbolicLayer) -> bool:
    """Whether it uses another layer's tensors."""
    return asked.node.share is not None


def macs(asked: SymbolicLayer) -> bool:
    """Whether it multiplies and accumulates."""
    return asked.facts.cost is not None and asked.facts.cost.mac > 0


def no_macs(asked: SymbolicLayer) -> bool:
    """Whether it does something else than that."""
    return asked.facts.cost is not None and asked.facts.cost.mac == 0


def no_cost(asked: SymbolicLayer) -> bool:
    """Whether it computes nothing."""
    return asked.facts.cost is not None and not any(asked.facts.cost.counts)


def multiplied(asked: SymbolicLayer) -> bool:
    """Whether each channel has several kernels."""
    return Trait.DEPTHWISE in asked.node.layer.traits and attribute(asked, "multiplier", 1) > 1
