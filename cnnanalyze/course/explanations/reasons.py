"""Reasons: why a rule holds, in one sentence.

Each is a row of a table: the quantities it belongs to, the layers it holds for, and the words. The
numbers in the words are those of the layer.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from cnnanalyze.analysis.border import overhangs
from cnnanalyze.course.explanations.rule_cases import (
    attribute,
    axes_text,
    biased,
    ceils,
    convolves,
    dilated,
    drops_window,
    filters,
    floors,
    full,
    grouped,
    has_overhang,
    is_any,
    is_elementwise,
    joins_elements,
    leaves_rest_on_axes,
    lengthens,
    macs,
    moves,
    multiplied,
    no_cost,
    no_macs,
    nothing_learned,
    per_activation,
    pools,
    rescales,
    same,
    shared,
    slides,
    unbiased,
    unfit,
)
from cnnanalyze.course.explanations.symbolic_layer import SymbolicLayer
from cnnanalyze.layers.traits import Trait


class Reason(NamedTuple):
    """One sentence, and the quantities and layers for which it holds."""

    quantities: str
    holds: Callable[[SymbolicLayer], bool]
    words: str


_TRANSPOSED = is_any(Trait.TRANSPOSED_CONVOLUTION)
_DENSE = is_any(Trait.DENSE)
_MIXES = is_any(Trait.MIXES_CHANNELS)
_NORMALISES = is_any(Trait.NORMALISATION)
_USES_EACH_ONCE = is_any(Trait.FULLY_CONNECTED, Trait.UNSHARED_WEIGHTS)
_EACH = "parameters weights biases"

REASONS: tuple[Reason, ...] = (
    Reason(
        "output",
        floors,
        "The first window starts at the (padded) border: that is the + 1. Each further one is a "
        "stride on. The division is rounded down, because a window that would extend beyond the "
        "border is not computed.",
    ),
    Reason(
        "output",
        same,
        "With '{padding}' there is one window for every stride that begins inside the input, so "
        "the division is rounded up, and exactly the padding that this needs is added.",
    ),
    Reason(
        "output",
        ceils,
        "The first window starts at the (padded) border: that is the + 1. Each further one is a "
        "stride on.",
    ),
    Reason(
        "output",
        has_overhang,
        "With ceil_mode the division is rounded up{hanging}: the last window may extend beyond "
        "the border, since it still starts inside the input or the padding before it.",
    ),
    Reason(
        "output",
        drops_window,
        "The division is rounded down{short} in spite of ceil_mode: one more window would start "
        "in the padding after the input, and such a window is left out.",
    ),
    Reason(
        "output",
        lambda a: ceils(a) and not has_overhang(a) and not drops_window(a),
        "The division leaves no remainder, so ceil_mode has nothing to round up.",
    ),
    Reason(
        "output fit padding",
        dilated,
        "With a dilation there are gaps between the elements of the kernel, and what counts is "
        "the extent from the first element to the last.",
    ),
    Reason("output", filters, "Each filter gives one channel of the output: {out}."),
    Reason(
        "output",
        lambda a: slides(a) and not filters(a) and not _MIXES(a) and not multiplied(a),
        "Every channel is processed separately, so the output has as many channels as the input.",
    ),
    Reason(
        "output",
        multiplied,
        "Every channel has kernels of its own, so the channels are multiplied, not mixed.",
    ),
    Reason(
        "output",
        _TRANSPOSED,
        "It goes the opposite way to a convolution: every input element writes a window to the "
        "output, a stride apart; windows are added where they overlap, and the padding is "
        "cropped from the result.",
    ),
    Reason(
        "output",
        lambda a: attribute(a, "units") is not None,
        "Every unit gives one number, whatever the shape of the input.",
    ),
    Reason(
        "output",
        lambda a: is_any(Trait.CONCATENATION)(a) and not lengthens(a),
        "The maps are stacked along the channels, so the numbers of channels add up.",
    ),
    Reason(
        "output",
        lengthens,
        "The maps lie one behind the other along one axis, on which their extents add up; all "
        "other extents must be equal.",
    ),
    Reason(
        "output",
        joins_elements,
        "It works element by element, so the inputs must have the same shape, which is also that "
        "of the output; an extent of 1 is repeated.",
    ),
    Reason(
        "output",
        is_any(Trait.FLATTENING),
        "Every activation becomes one feature: nothing is lost.",
    ),
    Reason(
        "output",
        is_any(Trait.GLOBAL_POOLING),
        "Each channel becomes one number, so the map shrinks to one position.",
    ),
    Reason(
        "output",
        is_any(Trait.ADAPTIVE_POOLING),
        "The output size is given, and the windows are chosen to fit it.",
    ),
    Reason("output", is_elementwise, "It works element by element: the shape stays the same."),
    Reason(
        "output",
        rescales,
        "It changes the values only: the shape stays the same.",
    ),
    Reason(
        "output",
        moves,
        "It moves activations only; here the output has the shape of the input.",
    ),
    Reason(
        "fit padding",
        unfit,
        "The division leaves a remainder: after the last whole stride {unread} at the far border "
        "of the (padded) input.",
    ),
    Reason(
        "fit",
        lambda a: not unfit(a) and not same(a) and not has_overhang(a),
        "Nothing is left over: the last window ends at the (padded) border.",
    ),
    Reason(
        "fit",
        has_overhang,
        "Nothing is left over{hanging}: the last window ends beyond the (padded) border.",
    ),
    Reason(
        "padding",
        same,
        "The padding fills the input up to the end of the last window, half of it on each side; "
        "an odd one goes to the end (TensorFlow and Keras).",
    ),
    Reason(
        "activations",
        lambda _: True,
        "{holding}",
    ),
    Reason(
        f"{_EACH} stored statistics",
        shared,
        "It uses the tensors of {share}, where they are counted; sharing weights adds none.",
    ),
    Reason(
        "parameters weights",
        full,
        "A filter is as deep as its input: it reads {depth} at once.",
    ),
    Reason(
        "parameters weights",
        grouped,
        "The channels are split into {groups} independent groups, so a filter is only "
        "{channels}/{groups} channels deep.",
    ),
    Reason(
        "parameters weights",
        is_any(Trait.DEPTHWISE),
        "A kernel has a depth of 1: it reads a single channel, so the number of channels counts "
        "once, not twice.",
    ),
    Reason(
        "parameters weights",
        is_any(Trait.SEPARABLE),
        "First a kernel of depth 1 for every channel, then 1x1 filters that mix the channels: a "
        "sum where a convolution has a product.",
    ),
    Reason(
        "parameters weights",
        lambda a: attribute(a, "table") is not None,
        "Only the pairs of input channel and output map that the table names have a kernel.",
    ),
    Reason(
        "parameters weights",
        is_any(Trait.UNSHARED_WEIGHTS),
        "Nothing is shared: every position of the output has kernels of its own.",
    ),
    Reason(
        "parameters weights",
        lambda a: convolves(a) or _TRANSPOSED(a),
        "The same weights are used at every position, so the size of the image does not matter.",
    ),
    Reason(
        "parameters weights",
        is_any(Trait.FULLY_CONNECTED),
        "Every unit is connected to each of the {inputs} input activations.",
    ),
    Reason(
        "parameters biases",
        lambda a: biased(a) and (convolves(a) or _TRANSPOSED(a)),
        "There is one bias per filter, not one per layer or per position: it is added wherever "
        "the filter is applied.",
    ),
    Reason(
        "parameters biases",
        lambda a: biased(a) and _DENSE(a),
        "Each of the {out} units has a bias of its own; one for the whole layer would be wrong.",
    ),
    Reason(
        "parameters biases",
        unbiased,
        "The spec says 'bias: false', as is usual where a normalisation with its own shift "
        "follows.",
    ),
    Reason(
        f"{_EACH} stored",
        pools,
        "Pooling reduces several numbers to one by a fixed rule; it learns nothing, whatever its "
        "window.",
    ),
    Reason(f"{_EACH} stored", nothing_learned, "It is a fixed function without parameters."),
    Reason(
        "parameters weights biases",
        lambda a: _NORMALISES(a) and a.facts.parameters > 0 and not per_activation(a),
        "One {learned} for each channel, whatever the size of the map; tables that split weights "
        "and biases list γ under weights and β under biases.",
    ),
    Reason(
        "parameters weights biases",
        lambda a: _NORMALISES(a) and a.facts.parameters > 0 and per_activation(a),
        "One {learned} for each activation of the input, since the mean is taken over all of them "
        "at once; tables that split weights and biases list γ under weights and β under biases.",
    ),
    Reason(
        "statistics parameters",
        is_any(Trait.BATCH_STATISTICS),
        "The moving mean and variance of every channel are kept for inference. They are updated by "
        "averaging, not by gradients: stored, but not trained.",
    ),
    Reason(
        "macs flops",
        lambda a: macs(a) and convolves(a),
        "Every output element is a sum of products, one for each weight of its filter; a product "
        "that is added to a running sum is one multiply-accumulate.",
    ),
    Reason(
        "macs flops",
        lambda a: macs(a) and _TRANSPOSED(a),
        "Every input element is multiplied by every weight of its window, so the positions of "
        "the input count.",
    ),
    Reason(
        "macs flops",
        lambda a: macs(a) and _USES_EACH_ONCE(a),
        "Every weight is used exactly once.",
    ),
    Reason(
        "macs",
        lambda a: macs(a) and biased(a),
        "Adding the bias is not a multiplication, so it does not count here; it counts as a FLOP.",
    ),
    Reason(
        "macs",
        no_macs,
        "It computes no sums of products of weights and inputs; its cost is counted in FLOPs.",
    ),
    Reason(
        "flops",
        is_any(Trait.MAX_POOLING),
        "The largest of n numbers is found with n - 1 comparisons.",
    ),
    Reason(
        "flops",
        is_any(Trait.MEAN_POOLING),
        "The mean of n numbers takes n - 1 additions and one division.",
    ),
    Reason("flops", no_cost, "Elements are only moved or copied."),
    Reason(
        "flops",
        macs,
        "A multiply-accumulate is two operations, a multiplication and an addition. Papers that "
        "print FLOPs often mean multiply-accumulates: half the number.",
    ),
    Reason(
        "weight_memory",
        lambda a: a.facts.stored > 0,
        "A 32-bit floating-point number takes 4 bytes.",
    ),
    Reason(
        "dense dense_ratio",
        lambda _: True,
        "A dense layer has a weight for every pair of an input and an output activation. The "
        "convolution connects each output to one window only, and uses the same weights at all "
        "positions.",
    ),
    Reason(
        "separable separable_ratio",
        lambda _: True,
        "Filtering and mixing are separate steps: k·k + C_out products per output position and "
        "input channel instead of k·k·C_out.",
    ),
    Reason(
        "separable_ratio",
        lambda _: True,
        "The ratio of the two is 1/(1/C_out + 1/(k·k)).",
    ),
)


def reasons(symbolic: SymbolicLayer, quantity: str) -> list[str]:
    """Return the reasons for a quantity of a layer, with its own numbers."""
    first = symbolic.node.input_shapes[0]
    unread = max((f.unread for f in symbolic.facts.fit), default=0)
    roles = {"gamma": "γ", "beta": "β"}
    words = {
        "padding": attribute(symbolic, "padding"),
        "hanging": axes_text(overhangs(symbolic.facts)),
        "short": axes_text(leaves_rest_on_axes(symbolic)),
        "learned": " and one ".join(
            sign
            for role, sign in roles.items()
            if any(p.role == role for p in symbolic.facts.params)
        ),
        "holding": "Every feature is one number."
        if symbolic.node.output.is_vector
        else "Every position of the output holds one number per channel.",
        "channels": first.channels,
        "depth": "the one channel" if first.channels == 1 else f"all {first.channels} channels",
        "inputs": f"{first.count:,}",
        "out": symbolic.node.output.channels,
        "groups": attribute(symbolic, "groups", 1),
        "share": symbolic.node.share,
        "unread": f"{unread} {'index is' if unread == 1 else 'indices are'} left unread"
        if unread
        else "only padding is left",
    }
    return [
        r.words.format(**words)
        for r in REASONS
        if quantity in r.quantities.split() and r.holds(symbolic)
    ]
