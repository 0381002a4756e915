"""Rule cases: which case of a rule applies to a layer."""

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
    return lambda symbolic: symbolic.node.layer.is_any(set(traits))


def convolves(symbolic: SymbolicLayer) -> bool:
    """Whether it is a convolution that uses the same weights in all places."""
    traits = symbolic.node.layer.traits
    return Trait.CONVOLUTION in traits and Trait.UNSHARED_WEIGHTS not in traits


def joins_elements(symbolic: SymbolicLayer) -> bool:
    """Whether it joins its inputs element by element."""
    traits = symbolic.node.layer.traits
    return Trait.JOIN in traits and Trait.CONCATENATION not in traits


def lengthens(symbolic: SymbolicLayer) -> bool:
    """Whether it puts its inputs one behind the other along an axis of positions."""
    node = symbolic.node
    is_one = Trait.CONCATENATION in node.layer.traits
    return is_one and attribute(symbolic, "axis") not in {"channels", node.output.rank + 1}


def attribute(symbolic: SymbolicLayer, name: str, default: Any = None) -> Any:  # noqa: ANN401
    """Return an attribute of the layer."""
    return symbolic.node.attributes.get(name, default)


def slides(symbolic: SymbolicLayer) -> bool:
    """Whether windows slide over the input."""
    return bool(symbolic.facts.fit)


def same(symbolic: SymbolicLayer) -> bool:
    """Whether its padding is chosen by the size of the output."""
    return slides(symbolic) and attribute(symbolic, "padding") in MADE_TO_MEASURE


def floors(symbolic: SymbolicLayer) -> bool:
    """Whether a division is always rounded down."""
    return slides(symbolic) and not same(symbolic) and not attribute(symbolic, "ceil_mode")


def ceils(symbolic: SymbolicLayer) -> bool:
    """Whether a division may be rounded up."""
    return slides(symbolic) and not same(symbolic) and bool(attribute(symbolic, "ceil_mode"))


def has_overhang(symbolic: SymbolicLayer) -> bool:
    """Whether the last window extends beyond the border, as ``ceil_mode`` allows."""
    return any(overhangs(symbolic.facts))


def drops_window(symbolic: SymbolicLayer) -> bool:
    """Whether ``ceil_mode`` dropped a last window that would start in the end padding."""
    return ceils(symbolic) and any(leaves_rest_on_axes(symbolic))


def leaves_rest_on_axes(symbolic: SymbolicLayer) -> list[bool]:
    """Return, for each axis, whether the windows leave a rest and none extends beyond."""
    over = overhangs(symbolic.facts)
    return [not f.exact and not h for f, h in zip(symbolic.facts.fit, over, strict=True)]


def unfit(symbolic: SymbolicLayer) -> bool:
    """Whether the windows leave a rest at the far border."""
    return any(leaves_rest_on_axes(symbolic))


def axes_text(axes: Iterable[object]) -> str:
    """Return the names of the axes for which something holds; nothing if it holds for all."""
    chosen = [bool(a) for a in axes]
    if all(chosen):
        return ""
    names = [axis_name(i, len(chosen)) for i, holds in enumerate(chosen) if holds]
    return f" along the {' and '.join(names)}"


def dilated(symbolic: SymbolicLayer) -> bool:
    """Whether the kernel is dilated."""
    dilation = attribute(symbolic, "dilation", 1)
    return dilation not in {1, None} and (not isinstance(dilation, tuple) or set(dilation) != {1})


def grouped(symbolic: SymbolicLayer) -> bool:
    """Whether the channels are split into groups."""
    return _filters_deep(symbolic) and attribute(symbolic, "groups", 1) > 1


def full(symbolic: SymbolicLayer) -> bool:
    """Whether a filter reads all channels."""
    return _filters_deep(symbolic) and attribute(symbolic, "groups", 1) == 1


def _filters_deep(symbolic: SymbolicLayer) -> bool:
    """Whether it has filters that read all channels, or those of their group."""
    traits = symbolic.node.layer.traits
    return Trait.FULL_DEPTH in traits and Trait.DENSE not in traits


def filters(symbolic: SymbolicLayer) -> bool:
    """Whether it has filters."""
    return attribute(symbolic, "filters") is not None


def biased(symbolic: SymbolicLayer) -> bool:
    """Whether it has biases by its attribute."""
    return bool(symbolic.facts.biases) and attribute(symbolic, "bias") is True


def unbiased(symbolic: SymbolicLayer) -> bool:
    """Whether it has no biases."""
    return attribute(symbolic, "bias") is False and symbolic.node.share is None


def pools(symbolic: SymbolicLayer) -> bool:
    """Whether it pools by a fixed rule."""
    return Trait.POOLING in symbolic.node.layer.traits and not symbolic.facts.stored


def nothing_learned(symbolic: SymbolicLayer) -> bool:
    """Whether there is nothing to learn."""
    return not symbolic.facts.stored and not pools(symbolic) and symbolic.node.share is None


def unchanged(symbolic: SymbolicLayer) -> bool:
    """Whether the output has the shape of the only input."""
    return len(symbolic.node.inputs) == 1 and symbolic.node.output == symbolic.node.input_shapes[0]


def rescales(symbolic: SymbolicLayer) -> bool:
    """Whether it divides activations by a statistic of several."""
    traits = {Trait.NORMALISATION, Trait.RESPONSE_NORMALISATION, Trait.SOFTMAX}
    return unchanged(symbolic) and symbolic.node.layer.is_any(traits)


def moves(symbolic: SymbolicLayer) -> bool:
    """Whether it only moves activations and keeps their shape."""
    moving = {Category.SHAPE, Category.REARRANGEMENT}
    return unchanged(symbolic) and symbolic.node.layer.category in moving


def is_elementwise(symbolic: SymbolicLayer) -> bool:
    """Whether it works element by element."""
    layer = symbolic.node.layer
    each = {Category.ACTIVATION, Category.REGULARISATION}
    return unchanged(symbolic) and layer.category in each and Trait.SOFTMAX not in layer.traits


def per_activation(symbolic: SymbolicLayer) -> bool:
    """Whether it learns γ and β for each activation."""
    first = symbolic.node.input_shapes[0]
    return first.positions > 1 and any(p.size == first.count for p in symbolic.facts.params)


def shared(symbolic: SymbolicLayer) -> bool:
    """Whether it uses another layer's tensors."""
    return symbolic.node.share is not None


def macs(symbolic: SymbolicLayer) -> bool:
    """Whether it multiplies and accumulates."""
    return symbolic.facts.cost is not None and symbolic.facts.cost.mac > 0


def no_macs(symbolic: SymbolicLayer) -> bool:
    """Whether it does something else than that."""
    return symbolic.facts.cost is not None and symbolic.facts.cost.mac == 0


def no_cost(symbolic: SymbolicLayer) -> bool:
    """Whether it computes nothing."""
    return symbolic.facts.cost is not None and not any(symbolic.facts.cost.counts)


def multiplied(symbolic: SymbolicLayer) -> bool:
    """Whether each channel has several kernels."""
    return (
        Trait.DEPTHWISE in symbolic.node.layer.traits and attribute(symbolic, "multiplier", 1) > 1
    )
