"""Flash: the bytes of what does not change, operation by operation."""

from __future__ import annotations

from dataclasses import dataclass

from cnnanalyze.core.cost import Param
from cnnanalyze.deployment.number_format import SCALE, ZERO_POINT, NumberFormat
from cnnanalyze.deployment.operation import Operation
from cnnanalyze.deployment.target import Target
from cnnanalyze.graph.node import Node
from cnnanalyze.layers.traits import Trait

SHAPE_ENTRY = 4
"""Bytes of one extent among the constants of a TensorFlow Lite file, an int32."""
FILE_METADATA = 16
"""Bytes of the buffer ``min_runtime_version`` that converters add to every such file."""
_ACCUMULATING = frozenset(
    {Trait.CONVOLUTION, Trait.TRANSPOSED_CONVOLUTION, Trait.DENSE, Trait.FULLY_CONNECTED}
)


@dataclass(frozen=True, slots=True)
class Constants:
    """The bytes of what does not change."""

    weights: int = 0
    biases: int = 0
    shapes: int = 0
    """Shapes and margins that a file stores as tensors."""
    scales: int = 0
    zero_points: int = 0

    @property
    def flash(self) -> int:
        """What the runtime reads as data: weights, biases, shapes."""
        return self.weights + self.biases + self.shapes

    @property
    def all(self) -> int:
        """All bytes, scales and zero points among them."""
        return self.flash + self.scales + self.zero_points

    def __add__(self, other: Constants) -> Constants:
        return Constants(
            self.weights + other.weights,
            self.biases + other.biases,
            self.shapes + other.shapes,
            self.scales + other.scales,
            self.zero_points + other.zero_points,
        )


def constants_of(operation: Operation, numbers: NumberFormat, target: Target) -> Constants:
    """Return the bytes of what does not change in one operation, and is not another's."""
    found = _quantisation(1 if numbers.has_activation_scales else 0)
    for node in operation.nodes:
        if target.is_file_tflite:
            found += Constants(shapes=_shape_constants(node))
        if node.share is None:
            found += held_by(node, numbers, target)
    return found


def held_by(node: Node, numbers: NumberFormat, target: Target) -> Constants:
    """Return the bytes of the tensors that a layer computes with, its own or another's."""
    params = node.layer.params(*node.input_shapes)
    if Trait.BATCH_STATISTICS in node.layer.traits:
        # What is left of one that is not folded: a factor and a shift each channel.
        factors = Constants(weights=2 * node.output.channels * numbers.weight)
        return factors + _quantisation(2 if numbers.has_weight_scales else 0)
    sums = node.layer.is_any(_ACCUMULATING) or any(p.role.endswith("kernel") for p in params)
    biases = [p for p in params if sums and p.is_bias]
    weights = [p for p in params if not (sums and p.is_bias)]
    scales = sum(_scales(node, p, target) for p in weights) if numbers.has_weight_scales else 0
    return _quantisation(scales) + Constants(
        sum(p.size for p in weights) * numbers.weight, sum(p.size for p in biases) * numbers.bias
    )


def _quantisation(scales: int) -> Constants:
    return Constants(scales=scales * SCALE, zero_points=scales * ZERO_POINT)


def _scales(node: Node, param: Param, target: Target) -> int:
    """Return how many scales a tensor of weights has: one each filter of a convolution, or one."""
    by_filter = {Trait.CONVOLUTION, Trait.TRANSPOSED_CONVOLUTION}
    if target.per_tensor or not node.layer.is_any(by_filter) or not param.role.endswith("kernel"):
        return 1
    return node.output.channels


def _shape_constants(node: Node) -> int:
    """Return the bytes of the shape that a reshape goes to, or of the margins of a padding."""
    extents = len(node.output.extents) + 1  # with the batch
    if node.layer.is_any({Trait.FLATTENING, Trait.RESHAPING}):
        return SHAPE_ENTRY * extents
    if Trait.PADDING in node.layer.traits:
        return 2 * SHAPE_ENTRY * extents
    return 0
