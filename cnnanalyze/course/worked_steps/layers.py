"""Working of layers: how each kind is worked out on given numbers, forward and backward."""

from __future__ import annotations

from collections.abc import Callable

from cnnanalyze.course.worked_steps.batch_norm import batch_norm
from cnnanalyze.course.worked_steps.convolutions import convolution
from cnnanalyze.course.worked_steps.dense_layers import dense
from cnnanalyze.course.worked_steps.layer_call import LayerCall
from cnnanalyze.course.worked_steps.pointwise import by_formula, concatenated, joined, kept
from cnnanalyze.course.worked_steps.poolings import global_pooling, pooling
from cnnanalyze.course.worked_steps.softmax import softmax
from cnnanalyze.course.worked_steps.transposed_convolutions import transposed_convolution
from cnnanalyze.course.worked_steps.worked_layer import WorkedLayer
from cnnanalyze.errors import UsageError
from cnnanalyze.layers.activation import Softmax
from cnnanalyze.layers.base import KINDS, Layer
from cnnanalyze.layers.batchnorm import BatchNorm
from cnnanalyze.layers.conv import Conv
from cnnanalyze.layers.depthwise import Depthwise
from cnnanalyze.layers.linear import Dense
from cnnanalyze.layers.local_conv import TableConv
from cnnanalyze.layers.merge import Concat
from cnnanalyze.layers.pool import AvgPool, GlobalAvgPool, GlobalMaxPool, MaxPool
from cnnanalyze.layers.smooth import LogSoftmax
from cnnanalyze.layers.traits import Trait
from cnnanalyze.layers.transposed import TransposedConv


def work(call: LayerCall) -> WorkedLayer:
    """Work a layer out.

    Raises
    ------
    UsageError
        If nobody would do that kind by hand here.
    """
    working = working_of(type(call.layer))
    if call.x.rank > 2 or working is None:  # noqa: PLR2004 - rows and columns
        names = ", ".join(cls.kind for cls in worked_kinds())
        raise UsageError(
            f"'{call.name}': {call.layer.kind} is not worked out by hand",
            help=f"there are {names}; 'cnnanalyze verify' runs every kind",
        )
    if call.output.rank > 2:  # noqa: PLR2004
        raise UsageError(
            f"'{call.name}' gives {call.output}, which has {call.output.rank} axes besides the "
            "channels; by hand there are two at most"
        )
    section = working(call)
    return section._replace(remarks=(*call.remarks, *section.remarks))


def _softmax(call: LayerCall) -> WorkedLayer:
    kind = call.layer.kind
    is_logarithm = Trait.LOG_PROBABILITIES in call.layer.traits
    return softmax(call.x, logarithm=is_logarithm, name=call.name, kind=kind)


def _batch_norm(call: LayerCall) -> WorkedLayer:
    learned = tuple(p.role for p in call.layer.params(call.x.shape) if p.trainable)
    epsilon = call.attributes["epsilon"]
    return batch_norm(call.x, call.tensors, epsilon, name=call.name, learned=learned)


WORKED: dict[type[Layer], Callable[[LayerCall], WorkedLayer]] = {
    Conv: convolution,
    Depthwise: convolution,
    TableConv: convolution,
    TransposedConv: transposed_convolution,
    MaxPool: pooling,
    AvgPool: pooling,
    GlobalMaxPool: global_pooling,
    GlobalAvgPool: global_pooling,
    Dense: dense,
    Softmax: _softmax,
    LogSoftmax: _softmax,
    BatchNorm: _batch_norm,
    Concat: concatenated,
}
"""How kinds are worked out whose numbers come of several numbers; each knows its way back."""


def working_of(cls: type[Layer]) -> Callable[[LayerCall], WorkedLayer] | None:
    """Return how a kind is worked out by hand: on its own, by its formula, or as its traits say.

    Examples
    --------
    >>> from cnnanalyze.layers.activation import Relu
    >>> from cnnanalyze.layers.norm import Lrn
    >>> working_of(Relu) is not None, working_of(Lrn) is None
    (True, True)
    """
    if cls in WORKED:
        return WORKED[cls]
    if cls.formula:
        return joined if Trait.JOIN in cls.traits else by_formula
    if Trait.FLATTENING in cls.traits:
        return kept("one number after the other: row by row, the channels of a place together")
    if Trait.RESHAPING in cls.traits:
        return kept("the same numbers in another shape")
    if Trait.IDENTITY_AT_INFERENCE in cls.traits:
        return kept("nothing happens after the training")
    return None


def worked_kinds() -> list[type[Layer]]:
    """Return the kinds that are worked out by hand, by name."""
    return [cls for cls in KINDS if working_of(cls) is not None]
