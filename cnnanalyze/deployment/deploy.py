"""Deployments: all that is known of a network on a target, by rule."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

from cnnanalyze.deployment.flash import FILE_METADATA, Constants, constants_of, held_by
from cnnanalyze.deployment.folding import FoldedNetwork, fold
from cnnanalyze.deployment.memory_plan import PLANNERS, MemoryPlan, plan_memory
from cnnanalyze.deployment.number_format import NumberFormat, number_format
from cnnanalyze.deployment.operation import Operation, operations_of
from cnnanalyze.deployment.target import REFERENCE, Target, find_target
from cnnanalyze.deployment.traffic import TimeBound, Traffic, energy, time_bound, traffic_of
from cnnanalyze.graph.network import Network


@dataclass(frozen=True, slots=True)
class DeployedOperation:
    """One operation of a deployed network."""

    operation: Operation
    constants: Constants
    output_bytes: int
    live: int
    """Bytes of the tensors that live while it runs."""
    in_use: int
    """How far these reach in the buffer."""
    traffic: Traffic
    time: TimeBound | None
    """The least time; nothing if the target says no rates."""

    @property
    def flash(self) -> int:
        """Bytes of what does not change."""
        return self.constants.flash


@dataclass(frozen=True, repr=False)
class Deployment:
    """A network on a target: folded, fused, its constants and its memory plan.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> deployment = deploy_network(cnn.load("zoo:mobilenet_v2"), target="stm32-like")
    >>> deployment.flash, deployment.status
    (3541984, 'complete')
    """

    network: Network
    target: Target
    numbers: NumberFormat
    folded: FoldedNetwork
    rows: tuple[DeployedOperation, ...]
    plan: MemoryPlan
    file: Constants
    """What the file holds beside the constants of operations."""
    notes: tuple[str, ...]
    """What the target or the number format does not know, layer by layer."""

    @property
    def status(self) -> str:
        """``complete``, or ``partial`` if the target does not run some layer."""
        return "partial" if self.notes else "complete"

    @cached_property
    def constants(self) -> Constants:
        """The bytes of all that does not change."""
        return sum((row.constants for row in self.rows), self.file)

    @property
    def flash(self) -> int:
        """Bytes of weights and biases, and of the shapes that a file stores."""
        return self.constants.flash

    @property
    def arena(self) -> int:
        """Bytes of the buffer of activations."""
        return self.plan.size

    @property
    def live(self) -> int:
        """Bytes of activations that no plan does without."""
        return self.plan.least

    @property
    def peak(self) -> DeployedOperation:
        """The operation during which the most bytes live."""
        return self.rows[self.plan.peak_at]

    @property
    def macs(self) -> int:
        """Multiply-accumulates of what can be counted."""
        return sum(row.traffic.macs or 0 for row in self.rows)

    @property
    def traffic(self) -> int:
        """Bytes that move, each tensor once through memory for each operation."""
        return sum(row.traffic.bytes for row in self.rows)

    @property
    def seconds(self) -> float | None:
        """The sum of the least times; nothing if one is not known."""
        times = [row.time for row in self.rows]
        known = [time.seconds for time in times if time is not None]
        return sum(known) if len(known) == len(times) else None

    @property
    def joules(self) -> float:
        """Energy by the table of 45 nm, an order of magnitude."""
        return sum(energy(row.traffic, self.numbers.name) or 0.0 for row in self.rows)

    def __repr__(self) -> str:
        return (
            f"<Deployment of {self.network.name} on {self.target.name}, {self.numbers.name}: "
            f"flash {self.flash:,} B, arena {self.arena:,} B, {self.status}>"
        )


def deploy_network(
    network: Network,
    *,
    target: Target | str = REFERENCE,
    dtype: str | None = None,
    planner: str | None = None,
    most_pairs: int | None = None,
) -> Deployment:
    """Fold, fuse and lay out a network for a target.

    Parameters
    ----------
    network
        The network.
    target
        Where it runs: a name, a file of one's own, or a target that is read already.
    dtype
        The number format; by default the target's.
    planner
        How tensors are laid out; by default as the target's runtime does.
    most_pairs
        Pairs of tensors that may live at the same time, a bound on the work of the planner.

    Raises
    ------
    UsageError
        If there is no such target, format or planner, or if too many tensors live together.
    """
    place = find_target(target) if isinstance(target, str) else target
    numbers = number_format(dtype or place.dtype)
    folded = fold(network)
    operations = operations_of(folded.network, place)
    plan = _plan(planner or place.planner, folded.network, operations, numbers, place, most_pairs)
    rows = tuple(
        _row(operation, folded.network, numbers, place, plan, time)
        for time, operation in enumerate(operations)
    )
    inputs = len(network.inputs) if numbers.has_activation_scales else 0
    file = Constants(shapes=FILE_METADATA if place.is_file_tflite else 0)
    file = replace(file, scales=4 * inputs, zero_points=8 * inputs)
    return Deployment(
        network, place, numbers, folded, rows, plan, file, _notes(operations, place, numbers)
    )


def other_plans(deployment: Deployment) -> dict[str, MemoryPlan]:
    """Return what the other planners make of the same tensors.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> net = cnn.loads("{cnn: 1, input: 16x1x16, layers: [tanh, tanh]}")
    >>> {name: plan.size for name, plan in other_plans(deploy_network(net)).items()}
    {'in-place': 256, 'tinyengine': 256}
    """
    return {
        planner: _plan(
            planner,
            deployment.folded.network,
            tuple(row.operation for row in deployment.rows),
            deployment.numbers,
            deployment.target,
        )
        for planner in PLANNERS
        if planner != deployment.plan.planner
    }


def _plan(
    planner: str,
    network: Network,
    operations: tuple[Operation, ...],
    numbers: NumberFormat,
    target: Target,
    most_pairs: int | None = None,
) -> MemoryPlan:
    return plan_memory(
        planner,
        network,
        operations,
        bytes_each=numbers.activation,
        alignment=target.alignment,
        most_pairs=most_pairs,
    )


def _row(
    operation: Operation,
    network: Network,
    numbers: NumberFormat,
    target: Target,
    plan: MemoryPlan,
    time: int,
) -> DeployedOperation:
    constants = constants_of(operation, numbers, target)
    held = sum((held_by(node, numbers, target) for node in operation.nodes), Constants())
    traffic = traffic_of(operation, network, numbers, held.flash)
    return DeployedOperation(
        operation,
        constants,
        operation.output.count * numbers.activation,
        plan.live[time],
        plan.in_use[time],
        traffic,
        time_bound(traffic, target, numbers.name),
    )


def _notes(
    operations: tuple[Operation, ...], target: Target, numbers: NumberFormat
) -> tuple[str, ...]:
    found = []
    if numbers.name not in target.dtypes:
        found.append(
            f"{target.name} does not run {numbers.name}; it runs {', '.join(target.dtypes)}"
        )
    found += [
        f"{node.id}: {target.name} does not run '{node.kind}'"
        for operation in operations
        for node in operation.nodes
        if target.runs and node.kind not in target.runs
    ]
    return tuple(found)
