"""Traffic and time: bytes that move, work for each of them, and what binds the speed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from cnnanalyze.deployment.number_format import NumberFormat
from cnnanalyze.deployment.operation import Operation
from cnnanalyze.deployment.target import Target
from cnnanalyze.graph.network import Network

Bound = Literal["compute", "memory"]

PICOJOULE_OF_MAC = {"int8": 0.23, "int16x8": 0.23, "float16": 1.5, "float32": 4.6, "mixed": 4.6}
"""Energy of one multiply-accumulate at 45 nm, in picojoule: for int8 a multiplication of 8 bits
(0.2) and an addition of 8 (0.03); for float16 1.1 and 0.4; for float32 3.7 and 0.9 (M. Horowitz,
"Computing's energy problem", ISSCC 2014, figure 1.1.9)."""
PICOJOULE_OF_DRAM_BYTE = 1300 / 8
"""Energy of one byte from DRAM: the same figure gives 1.3 to 2.6 nJ for 64 bits."""


@dataclass(frozen=True, slots=True)
class Traffic:
    """What one operation moves and computes, each tensor once through memory.

    Examples
    --------
    >>> Traffic(macs=1_000, weights=10, read=30, written=10).intensity
    20.0
    """

    macs: int | None
    """Multiply-accumulates; nothing if they cannot be counted."""
    weights: int
    """Bytes of what does not change that are read."""
    read: int
    """Bytes of activations that are read."""
    written: int
    """Bytes of activations that are written."""

    @property
    def bytes(self) -> int:
        """All bytes that move."""
        return self.weights + self.read + self.written

    @property
    def intensity(self) -> float | None:
        """Multiply-accumulates for each byte that moves."""
        return None if self.macs is None else self.macs / self.bytes


@dataclass(frozen=True, slots=True)
class TimeBound:
    """The least time that an operation takes on a target, and what binds it."""

    seconds: float
    bound: Bound


def traffic_of(operation: Operation, network: Network, numbers: NumberFormat, held: int) -> Traffic:
    """Return what an operation moves, if every tensor goes through memory once.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> from cnnanalyze.deployment.deploy import deploy_network
    >>> net = cnn.loads("{cnn: 1, input: 8x8x2, layers: [{conv: {filters: 4, kernel: 3}}]}")
    >>> deploy_network(net).rows[0].traffic
    Traffic(macs=2592, weights=88, read=128, written=144)
    """
    counts = [network.shape_of(name).count for name in operation.inputs]
    costs = [node.layer.cost(node.output, *node.input_shapes) for node in operation.nodes]
    known = [cost.mac for cost in costs if cost is not None]
    return Traffic(
        sum(known) if len(known) == len(costs) else None,
        held,
        sum(counts) * numbers.activation,
        operation.output.count * numbers.activation,
    )


def time_bound(traffic: Traffic, target: Target, dtype: str) -> TimeBound | None:
    """Return the least time of an operation; nothing if the target says no rates.

    The roofline: either all multiply-accumulates at the peak rate take longest, or all bytes do.
    """
    rate: float | None = getattr(target.macs_per_second, dtype)
    if rate is None or target.bandwidth is None or traffic.macs is None:
        return None
    compute, memory = traffic.macs / rate, traffic.bytes / target.bandwidth
    return TimeBound(max(compute, memory), "compute" if compute >= memory else "memory")


def energy(traffic: Traffic, dtype: str) -> float | None:
    """Return joules by the table of 45 nm: an order of magnitude, whatever the target is."""
    if traffic.macs is None:
        return None
    pico = traffic.macs * PICOJOULE_OF_MAC[dtype] + traffic.bytes * PICOJOULE_OF_DRAM_BYTE
    return pico * 1e-12
