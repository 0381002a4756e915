"""The balance of a deployment: the folded network run inside one buffer, against its plan."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import numpy as np

from cnnanalyze.analysis.pipeline import analyze
from cnnanalyze.crosscheck.balance import (
    LIMIT,
    Progress,
    refuse_opaque,
    refuse_too_large,
    refuse_too_long,
    step_of,
    steps_of,
)
from cnnanalyze.crosscheck.effort import ALLOWED
from cnnanalyze.crosscheck.result import Balance, Discrepancy
from cnnanalyze.deployment.deploy import DeployedOperation, Deployment
from cnnanalyze.errors import ExecutionError
from cnnanalyze.execute.folded_tensors import fold_tensors
from cnnanalyze.execute.planned_run import TouchedNumbers, execute_planned
from cnnanalyze.execute.run import Draw, Store, execute
from cnnanalyze.layers.traits import Trait

TOLERANCE = 1e-9
"""How far outputs may move by folding, as a part of the largest of them, in double precision."""
QUANTITIES = ("folding", "planned outputs", "buffer", "bytes touched")
"""What is compared, in the order of printing."""
RUNS = 3
"""As it is written, folded, and folded inside one buffer."""

Entry = tuple[str, str, str, object, object]
"""Quantity, node, detail, the entry by rule and the observed one."""


def balance_deployment(
    deployment: Deployment,
    *,
    limit: int = LIMIT,
    operations: int = ALLOWED,
    progress: Progress | None = None,
) -> Balance:
    """Does the network compute the same, folded, fused and inside the planned buffer?

    The network runs three times on the same numbers in double precision: as it is written; folded;
    and folded inside one buffer of exactly the planned size, each tensor at its planned offset.
    The second must be as the first up to ``TOLERANCE``, the third as the second to the last bit.

    Parameters
    ----------
    deployment
        The network on its target.
    limit
        The bytes that the runs may need.
    operations
        The operations that they may take.
    progress
        Called with the share of the work that is done and what is at hand.

    Raises
    ------
    ExecutionError
        If the runs would need more than ``limit`` or ``operations``, or if a layer is opaque.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> from cnnanalyze.deployment.deploy import deploy_network
    >>> net = cnn.loads("{cnn: 1, input: 9x7x2, layers: [{conv: {filters: 5, kernel: 3}}, bn]}")
    >>> balance_deployment(deploy_network(net)).is_balanced
    True
    """
    network = deployment.network
    refuse_opaque(network)
    analysis = analyze(network, fields=False)
    refuse_too_large(analysis, limit, times=2 * RUNS)
    refuse_too_long(analysis, operations, times=RUNS)
    found: list[Discrepancy] = []
    compared: Counter[str] = Counter()
    say = progress or (lambda _, __: None)
    for quantity, node, detail, by_rule, observed in _entries(deployment, say):
        compared[quantity] += 1
        if by_rule != observed:
            found.append(Discrepancy(node, quantity, detail, str(by_rule), str(observed)))
    say(1.0, "")
    return Balance(
        network.name,
        len(network),
        tuple((q, compared[q]) for q in QUANTITIES if compared[q]),
        tuple(found),
        (),
        deployment.notes,
    )


def _entries(deployment: Deployment, say: Progress) -> Iterator[Entry]:
    folded = deployment.folded
    draw = Draw(seed=0, dtype=np.float64)
    images = {
        str(name): draw((1, *given.shape.extents))
        if given.values is None
        else np.asarray((given.values,), np.float64)
        for name, given in deployment.network.inputs.items()
    }
    say(0.0, "as it is written")
    held = Store()
    before = execute(
        steps_of(folded.original),
        images,
        folded.original.outputs,
        dtype=np.float64,
        store=held,
    ).outputs
    tensors = {}
    for node in folded.network:
        source = folded.sources.get(node.id)
        if source is None:
            continue
        norms = [
            (held.tensors[norm], folded.original[norm].attributes["epsilon"])
            for norm in source.norms
        ]
        made = fold_tensors(held.tensors[source.layer], source.roles, norms)
        shapes = {p.role: p.shape for p in node.layer.params(*node.input_shapes)}
        tensors[str(node.id)] = {role: array.reshape(shapes[role]) for role, array in made.items()}
    say(0.3, "folded")
    after = execute(
        [step_of(node) for node in folded.network],
        images,
        folded.network.outputs,
        dtype=np.float64,
        store=Store(tensors=tensors),
    ).outputs
    for name in folded.original.outputs:
        first, second = before[name], after[folded.stands_for.get(name, name)]
        most = float(np.abs(first[np.isfinite(first)]).max(initial=0.0))
        # A window that reads only padding has no largest number: minus infinity, before and after.
        other = ~np.isclose(first, second, rtol=0, atol=0, equal_nan=True)
        moved = float(np.abs(first[other] - second[other]).max(initial=0.0))
        is_kept = moved <= TOLERANCE * most
        yield "folding", name, f"outputs up to {most:g}", "kept", "kept" if is_kept else moved
    say(0.6, "inside one buffer")
    each = deployment.numbers.activation
    plan = deployment.plan
    offsets = {tensor.id: tensor.offset // each for tensor in plan.tensors}
    groups = [[step_of(node) for node in row.operation.nodes] for row in deployment.rows]
    outputs = folded.network.outputs
    try:
        run = execute_planned(groups, images, tensors, offsets, plan.size // each, outputs)
    except ExecutionError as error:
        yield "buffer", deployment.network.name, "", "accepted", error.message
        return
    for name in outputs:
        same = after[name].tobytes() == run.outputs[name].tobytes()
        yield "planned outputs", name, "", "equal", "equal" if same else "different"
    alignment = deployment.target.alignment
    reach = -(-run.reach * each // alignment) * alignment
    yield "buffer", deployment.network.name, "bytes in use", _without_scratch(deployment), reach
    for row in deployment.rows:
        yield from _touched(row, run.touched[row.operation.id], each)


def _without_scratch(deployment: Deployment) -> int:
    """Return how far tensors reach; the workspace of an operation in place is none of the run's."""
    plan, alignment = deployment.plan, deployment.target.alignment
    ids = {row.operation.id for row in deployment.rows} | {*deployment.network.inputs}
    ends = [tensor.end for tensor in plan.tensors if tensor.id in ids]
    return -(-max(ends, default=0) // alignment) * alignment


def _touched(row: DeployedOperation, seen: TouchedNumbers, each: int) -> Iterator[Entry]:
    """Compare the bytes that an operation reads and writes, and the numbers that it holds."""
    name = row.operation.name
    yield "bytes touched", name, "read", row.traffic.read, seen.read * each
    yield "bytes touched", name, "written", row.traffic.written, seen.written * each
    layers = [node.layer for node in row.operation.nodes]
    if not any(Trait.BATCH_STATISTICS in layer.traits for layer in layers):
        # One that stays is two numbers a channel on the target, and four in the run.
        params = (p for n in row.operation.nodes for p in n.layer.params(*n.input_shapes))
        yield "bytes touched", name, "numbers held", sum(p.size for p in params), seen.held
