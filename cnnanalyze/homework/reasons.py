"""Reasons: why a rule is as it is, in the sentence that a student would ask for.

Each is a row of a table: the quantities it belongs to, the layers it holds for, and the words. The
numbers in the words are those of the layer.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from cnnanalyze.homework.asked import Asked


class Reason(NamedTuple):
    """One sentence, and where it belongs."""

    quantities: str
    holds: Callable[[Asked], bool]
    words: str


def _kinds(*kinds: str) -> Callable[[Asked], bool]:
    return lambda asked: asked.kind in kinds


def _attribute(asked: Asked, name: str, default: Any = None) -> Any:  # noqa: ANN401
    return asked.node.attributes.get(name, default)


def _slides(asked: Asked) -> bool:
    return bool(asked.facts.fit)


def _same(asked: Asked) -> bool:
    return _slides(asked) and _attribute(asked, "padding") == "same"


def _floors(asked: Asked) -> bool:
    return _slides(asked) and not _same(asked) and not _hangs(asked)


def _hangs(asked: Asked) -> bool:
    """Whether a last window hangs over the border, as ceil_mode allows it."""
    if not _attribute(asked, "ceil_mode"):
        return False
    return any(
        s.tree.op == "ceil" or any(p.op == "ceil" for p in s.tree.args)
        for s in asked.steps(asked.depth, asked.laid[0][0].output)
    )


def _unfit(asked: Asked) -> bool:
    return any(not f.exact for f in asked.facts.fit) and not _hangs(asked)


def _dilated(asked: Asked) -> bool:
    dilation = _attribute(asked, "dilation", 1)
    return dilation not in {1, None} and (not isinstance(dilation, tuple) or set(dilation) != {1})


def _grouped(asked: Asked) -> bool:
    return asked.kind in {"conv", "transposed_conv"} and _attribute(asked, "groups", 1) > 1


def _full(asked: Asked) -> bool:
    return asked.kind in {"conv", "transposed_conv"} and _attribute(asked, "groups", 1) == 1


def _filters(asked: Asked) -> bool:
    return _attribute(asked, "filters") is not None


def _biased(asked: Asked) -> bool:
    return bool(asked.facts.biases) and _attribute(asked, "bias") is True


def _unbiased(asked: Asked) -> bool:
    return _attribute(asked, "bias") is False and asked.node.share is None


def _pools(asked: Asked) -> bool:
    return "pool" in asked.kind and not asked.facts.parameters


def _nothing_learned(asked: Asked) -> bool:
    return not asked.facts.parameters and not _pools(asked) and asked.node.share is None


def _keeps(asked: Asked) -> bool:
    node = asked.node
    return (
        len(node.inputs) == 1
        and node.output == node.input_shapes[0]
        and not _slides(asked)
        and _attribute(asked, "units") is None
    )


def _shared(asked: Asked) -> bool:
    return asked.node.share is not None


def _macs(asked: Asked) -> bool:
    return asked.facts.cost is not None and asked.facts.cost.mac > 0


def _no_macs(asked: Asked) -> bool:
    return asked.facts.cost is not None and asked.facts.cost.mac == 0


def _no_cost(asked: Asked) -> bool:
    return asked.facts.cost is not None and not any(asked.facts.cost)


def _multiplied(asked: Asked) -> bool:
    return asked.kind == "depthwise" and _attribute(asked, "multiplier", 1) > 1


_CONVS = ("conv", "depthwise", "separable", "table_conv")
_EACH = "parameters weights biases"

REASONS: tuple[Reason, ...] = (
    Reason(
        "output",
        _floors,
        "The first window lies at the (padded) border, and each further one is a stride on: that "
        "is the + 1. The division is rounded down, because a window that would hang over the "
        "border is not computed.",
    ),
    Reason(
        "output",
        _same,
        "With 'same' there is one window for every stride that begins inside the input, so the "
        "division is rounded up, and just as many zeros are added as that needs.",
    ),
    Reason(
        "output",
        _hangs,
        "With ceil_mode the division is rounded up: the last window may hang over the border, "
        "since it still starts inside the input or the padding before it.",
    ),
    Reason(
        "output fit padding",
        _dilated,
        "With a dilation the taps of the kernel lie apart, and what counts is the extent from the "
        "first tap to the last.",
    ),
    Reason("output", _filters, "Each filter gives one channel of the output: {out}."),
    Reason(
        "output",
        lambda a: _slides(a) and not _filters(a) and a.kind != "table_conv" and not _multiplied(a),
        "Every channel is worked on by itself, so there come out as many channels as go in.",
    ),
    Reason(
        "output",
        _multiplied,
        "Every channel has kernels of its own, so the channels are multiplied, not mixed.",
    ),
    Reason(
        "output",
        _kinds("transposed_conv"),
        "It is the way back of a convolution: the windows of the inputs lie a stride apart on the "
        "output and are added up where they overlap; padding is cropped from the result.",
    ),
    Reason(
        "output",
        lambda a: _attribute(a, "units") is not None,
        "Every unit gives one number, whatever the shape of the input.",
    ),
    Reason("output", _kinds("concat"), "The maps are put one behind the other: channels add up."),
    Reason(
        "output",
        _kinds("add", "multiply", "maximum", "average"),
        "It works element by element, so the inputs must have one shape, and the output has it, "
        "too; an extent of 1 is repeated.",
    ),
    Reason("output", _kinds("flatten"), "Every activation becomes one feature: nothing is lost."),
    Reason(
        "output",
        lambda a: a.kind.startswith("global_"),
        "Each channel is made one number, so the map shrinks to one position.",
    ),
    Reason(
        "output",
        lambda a: a.kind.startswith("adaptive_"),
        "The size is asked for, and the windows are made to fit it.",
    ),
    Reason("output", _keeps, "It works on every activation where it stands: the shape stays."),
    Reason(
        "fit padding",
        _unfit,
        "The division leaves a rest: after the last whole stride {unread} at the far border of "
        "the (padded) input.",
    ),
    Reason(
        "fit",
        lambda a: not _unfit(a) and not _same(a),
        "Nothing is left: the last window ends at the (padded) border, or beyond it.",
    ),
    Reason(
        "padding",
        _same,
        "What the input lacks to the end of the last window is filled with zeros, half on each "
        "side, the odd one at the end (TensorFlow and Keras).",
    ),
    Reason(
        "activations",
        lambda _: True,
        "Every position of the output holds one number per channel.",
    ),
    Reason(
        f"{_EACH} stored statistics",
        _shared,
        "It uses the tensors of {share}, where they are counted; sharing weights adds none.",
    ),
    Reason(
        "parameters weights",
        _full,
        "A filter is as deep as its input: it reads all {channels} channels at once.",
    ),
    Reason(
        "parameters weights",
        _grouped,
        "The channels are split into {groups} groups that do not see each other, so a filter is "
        "only {channels}/{groups} channels deep.",
    ),
    Reason(
        "parameters weights",
        _kinds("depthwise"),
        "A kernel is flat: it reads a single channel, so the number of channels enters once, not "
        "twice.",
    ),
    Reason(
        "parameters weights",
        _kinds("separable"),
        "First a flat kernel for every channel, then 1x1 filters that mix the channels: a sum "
        "where a convolution has a product.",
    ),
    Reason(
        "parameters weights",
        _kinds("table_conv"),
        "Only the pairs of input channel and output map that the table names have a kernel.",
    ),
    Reason(
        "parameters weights",
        _kinds("local_conv"),
        "Nothing is shared: every position of the output has kernels of its own.",
    ),
    Reason(
        "parameters weights",
        _kinds(*_CONVS, "transposed_conv"),
        "The same weights are used at every position, so the size of the image plays no part.",
    ),
    Reason(
        "parameters weights",
        _kinds("dense", "maxout"),
        "Every unit is connected with every one of the {inputs} activations that come in.",
    ),
    Reason(
        "parameters biases",
        lambda a: _biased(a) and a.kind in {*_CONVS, "transposed_conv"},
        "There is one bias per filter, not one per layer and not one per position: it is added "
        "wherever the filter is applied.",
    ),
    Reason(
        "parameters biases",
        lambda a: _biased(a) and a.kind == "dense",
        "Each of the {out} units has a bias of its own; one for the whole layer would be wrong.",
    ),
    Reason(
        "parameters biases",
        _unbiased,
        "The spec says 'bias: false', as is usual where a normalisation with its own shift "
        "follows.",
    ),
    Reason(
        f"{_EACH} stored",
        _pools,
        "Pooling chooses or averages; it learns nothing, whatever its window.",
    ),
    Reason(f"{_EACH} stored", _nothing_learned, "It has nothing to learn: a fixed function."),
    Reason(
        "parameters weights biases",
        lambda a: "norm" in a.kind and a.facts.learnable > 0,
        "One γ and one β for each channel, whatever the size of the map; tables that split "
        "weights and biases list γ under weights and β under biases.",
    ),
    Reason(
        "statistics parameters",
        _kinds("batchnorm"),
        "The moving mean and variance of every channel are kept for inference. They are updated by "
        "averaging, not by gradients: stored, but not trained.",
    ),
    Reason(
        "macs flops",
        lambda a: _macs(a) and a.kind in _CONVS,
        "Every output element is a sum of products, one for each weight of its filter; a product "
        "that is added to a running sum is one multiply-accumulate.",
    ),
    Reason(
        "macs flops",
        lambda a: _macs(a) and a.kind == "transposed_conv",
        "Every input element is multiplied with every weight that it meets: here the positions of "
        "the input count.",
    ),
    Reason(
        "macs flops",
        lambda a: _macs(a) and a.kind in {"dense", "maxout", "local_conv"},
        "Every weight is used exactly once.",
    ),
    Reason(
        "macs",
        lambda a: _macs(a) and _biased(a),
        "Adding the bias is no multiplication, so it is not counted here; it is one of the FLOPs.",
    ),
    Reason(
        "macs",
        _no_macs,
        "It multiplies no weights with inputs and adds nothing up that way; what it costs is "
        "counted in FLOPs.",
    ),
    Reason(
        "flops",
        lambda a: a.kind.endswith("maxpool"),
        "The largest of several numbers is found with one comparison less than there are numbers.",
    ),
    Reason(
        "flops",
        lambda a: a.kind.endswith("avgpool"),
        "Several numbers are added with one addition less than there are numbers; then divided.",
    ),
    Reason("flops", _no_cost, "Elements are only moved, or passed on as they are."),
    Reason(
        "flops",
        _macs,
        "A multiply-accumulate is two operations, a multiplication and an addition. Papers that "
        "say FLOPs often mean multiply-accumulates: half as many.",
    ),
    Reason(
        "weight_memory",
        lambda a: a.facts.parameters > 0,
        "A 32-bit floating-point number takes 4 bytes.",
    ),
    Reason(
        "dense",
        lambda _: True,
        "A dense layer has a weight for every pair of an input and an output activation. The "
        "convolution connects each output with one window only, and uses the same weights in all "
        "places.",
    ),
    Reason(
        "separable",
        lambda _: True,
        "Filtering and mixing are done one after the other: per output position and input channel "
        "k·k + C_out products instead of k·k·C_out, so the ratio tends to 1/(1/C_out + 1/(k·k)).",
    ),
)


def reasons(asked: Asked, quantity: str) -> list[str]:
    """Return the reasons for a quantity of a layer, with its own numbers."""
    first = asked.node.input_shapes[0]
    unread = max((f.unread for f in asked.facts.fit), default=0)
    words = {
        "channels": first.channels,
        "inputs": f"{first.count:,}",
        "out": asked.node.output.channels,
        "groups": _attribute(asked, "groups", 1),
        "share": asked.node.share,
        "unread": f"{unread} {'index is' if unread == 1 else 'indices are'} left unread"
        if unread
        else "only padding is left",
    }
    return [
        r.words.format(**words)
        for r in REASONS
        if quantity in r.quantities.split() and r.holds(asked)
    ]
