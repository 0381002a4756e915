"""The balance: run the network, write down what happened, compare it with what the rules say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from cnnanalyze.analysis.pipeline import analyze, index_maps
from cnnanalyze.analysis.receptive_field import Maps
from cnnanalyze.analysis.result import Analysis, NodeFacts
from cnnanalyze.analysis.trace import Clipped, Part, trace
from cnnanalyze.core.cost import OPERATIONS
from cnnanalyze.core.periodic_field import Interval, PeriodicField
from cnnanalyze.core.spelling import listed
from cnnanalyze.crosscheck import effort
from cnnanalyze.crosscheck.claims import check_claims
from cnnanalyze.crosscheck.refusals import compare_refusals
from cnnanalyze.crosscheck.result import QUANTITIES, Balance, Discrepancy
from cnnanalyze.errors import ExecutionError
from cnnanalyze.execute.receptive_field_probe import Fields, observe_fields
from cnnanalyze.execute.run import Observation, RunStep, execute
from cnnanalyze.graph.network import Network
from cnnanalyze.graph.node import Node, NodeId
from cnnanalyze.layers.traits import Trait

LIMIT = 2**30
"""Bytes that a run may need, unless the user allows more."""

WORKSPACE = 64 * 2**20
"""Bytes that a convolution may take for the windows it lays out."""

FEW_DIGITS = 1_000
"""From this number of a unit on, a count is given in the next larger one."""

FEWEST_LINES = 3
"""Lines along each axis that are worth following: both borders, and one between."""

Progress = Callable[[float, str], None]


def balance(
    network: Network,
    *,
    limit: int = LIMIT,
    operations: int = effort.ALLOWED,
    lines: int | None = None,
    progress: Progress | None = None,
) -> Balance:
    """Do the two books agree on every entry of every layer?

    Runs the network at full size, once; observes the receptive fields on a one-channel version of
    it; tries every distinct layer on inputs around the size at which it begins to refuse.

    Parameters
    ----------
    network
        The network.
    limit
        The bytes that the run may need.
    operations
        The operations that the run may take, and again the observation of receptive fields.
    lines
        The most lines of the input, along each axis, that are followed through the network to
        observe receptive fields: those at both borders and some between; by default all. Where
        that would take more than ``operations``, fewer are followed, and the remarks say so.
    progress
        Called with the share of the work that is done and the layer at hand.

    Raises
    ------
    ExecutionError
        If the run would need more memory than ``limit``, or more than ``operations``.
    """
    say = progress or _silent
    refuse_opaque(network)
    analysis = analyze(network)
    refuse_too_large(analysis, limit)
    refuse_too_long(analysis, operations)
    steps = steps_of(network)
    found: list[Discrepancy] = []
    compared: Counter[str] = Counter()

    def enter(quantity: str, node: str, detail: str, by_rule: object, observed: object) -> None:
        compared[quantity] += 1
        if by_rule != observed:
            found.append(Discrepancy(node, quantity, detail, _said(by_rule), _said(observed)))

    done = Counter[str]()

    def ran(step: RunStep, _: Any) -> None:  # noqa: ANN401 - an array
        done["steps"] += 1
        say(0.7 * done["steps"] / len(steps), step.id)

    try:
        observation = execute(steps, _images(network), network.outputs, on_step=ran)
    except ExecutionError as error:
        # The rules accepted every layer, so a refusal here is an entry that differs.
        found.append(Discrepancy(network.name, "refusals", "", "accepted", error.message))
        return Balance(network.name, len(network), (), tuple(found))
    for facts in analysis:
        for entry in _entries(facts, observation):
            enter(*entry)
    enter("live activations", "network", "peak", analysis.memory.peak, observation.peak)
    say(0.7, "receptive fields")
    plans = [_Plan.within(network, name, lines, operations) for name in network.inputs]
    for plan in plans:
        for entry in _field_entries(analysis, steps, plan, observation):
            enter(*entry)
    say(0.95, "refusals")
    for entry in compare_refusals(network):
        enter(*entry)
    say(1.0, "claims")
    return Balance(
        network.name,
        len(network),
        tuple((q, compared[q]) for q in QUANTITIES if compared[q]),
        tuple(found),
        check_claims(analysis),
        (*analysis.notes, *dict.fromkeys(words for plan in plans for words in plan.left_out)),
        tuple((str(plan.input), plan.followed(network)) for plan in plans if plan.lines),
    )


def _silent(share: float, what: str) -> None:
    """Report progress to nobody."""


def steps_of(network: Network) -> list[RunStep]:
    """Return what the executor is given of a network; equal layers have the same attributes."""
    layers = {id(node.layer): node.layer for node in network}
    attributes = {key: layer.attributes for key, layer in layers.items()}
    return [step_of(node, attributes[id(node.layer)]) for node in network]


def step_of(node: Node, attributes: Mapping[str, Any] | None = None) -> RunStep:
    """Return what the executor is given of a node: kind, attributes as written, wiring."""
    return RunStep(
        node.id,
        node.kind,
        node.attributes if attributes is None else attributes,
        node.inputs,
        node.share,
        {given.role: given.values for given in node.given} or None,
    )


def memory_needed(analysis: Analysis) -> int:
    """Return the bytes that running a network needs: tensors, live activations, workspace."""
    shared = {facts.node.share for facts in analysis if facts.node.share}
    held = 0
    largest = 0
    for facts in analysis:
        stored = sum(param.size for param in facts.params)
        if facts.node.id in shared:
            held += stored  # until the last layer that uses them
        else:
            largest = max(largest, stored)
    return 4 * (held + largest + 2 * analysis.memory.peak) + WORKSPACE


def refuse_opaque(network: Network) -> None:
    """Refuse to run a network with layers that are not written out."""
    found = [node.id for node in network if Trait.OPAQUE in node.layer.traits]
    if found:
        raise ExecutionError(
            f"{network.name} cannot be run: {listed(found)} {'is' if len(found) == 1 else 'are'} "
            "opaque, declared and not written out",
            help="write out what it computes, or verify the parts around it",
        )


def refuse_too_large(analysis: Analysis, limit: int, *, times: int = 1) -> None:
    """Refuse to run a network that needs more memory, so many times, than is allowed."""
    needed = times * memory_needed(analysis)
    if needed <= limit:
        return
    raise ExecutionError(
        f"running {analysis.network.name} would need about {_gibibytes(needed)}: "
        f"{analysis.total.stored:,} parameters and {analysis.memory.peak:,} activations alive at "
        f"'{analysis.memory.peak_at}'; allowed are {_gibibytes(limit)}",
        help=f"allow it with '--memory {_gibibytes(needed, up=True).replace(' ', '')}', "
        "or verify the network with a smaller input",
    )


def refuse_too_long(analysis: Analysis, operations: int, *, times: int = 1) -> None:
    """Refuse to run a network that takes more operations, so many times, than are allowed."""
    needed = times * effort.of_run(analysis)
    if needed <= operations:
        return
    costly = max(analysis, key=effort.of_layer)
    raise ExecutionError(
        f"running {analysis.network.name} would take about {_rounded(needed, up=True)} operations, "
        f"{_rounded(effort.of_layer(costly))} of them in '{costly.node.id}'; allowed are "
        f"{_rounded(operations)}",
        help=f"allow it with '--operations {_rounded(needed, up=True)}', "
        "or verify the network with a smaller input",
    )


def _rounded(count: int, *, up: bool = False) -> str:
    """Return a count of operations in few digits; one that is to be enough is rounded up."""
    units = ((1, ""), (10**3, "k"), (10**6, "M"), (10**9, "G"), (10**12, "T"))
    unit, letter = next((u for u in units if count < FEW_DIGITS * u[0]), units[-1])
    return f"{-(-count // unit) if up else count // unit:,}{letter}"


def _gibibytes(count: int, *, up: bool = False) -> str:
    amount = count / 2**30
    if up:
        return f"{-(-count // 2**30)} GiB"
    return f"{amount:,.1f} GiB"


def _images(network: Network) -> dict[str, Any]:
    """Return what the network is run on: for each input its numbers, or its extents."""
    return {
        name: given.shape.extents if given.values is None else (given.values,)
        for name, given in network.inputs.items()
    }


Entry = tuple[str, str, str, object, object]
"""Quantity, node, detail, the entry by rule and the observed one."""


def _entries(facts: NodeFacts, observation: Observation) -> Iterator[Entry]:
    """Return the entries of one layer: its shape, its tensors, its operations."""
    node = facts.node
    seen = observation[node.id]
    yield "shape", node.id, "", node.output.extents, tuple(seen.output)
    by_role = {p.role: p.shape for p in facts.params}
    for role in dict.fromkeys((*by_role, *seen.tensors)):
        yield "parameters", node.id, role, by_role.get(role), seen.tensors.get(role)
    yield "parameters", node.id, "learnable", facts.parameters, seen.trainable_parameters
    if facts.cost is not None:
        for operation in OPERATIONS:
            counted, carried_out = getattr(facts.cost, operation), seen.counts[operation]
            if counted or carried_out:
                yield "operations", node.id, operation, counted, carried_out


class _Plan(NamedTuple):
    """How what layers see of one input is observed."""

    input: NodeId
    lines: tuple[Sequence[int], ...]
    """The lines of each axis that are followed; of a vector, or where it is too much, none."""
    images: int
    """How many images run at once."""
    maps: dict[str, Maps]
    left_out: tuple[str, ...]
    """What is not checked, and how to have it."""

    @classmethod
    def within(
        cls,
        network: Network,
        input: NodeId,  # noqa: A002 - the field's word
        asked: int | None,
        operations: int,
    ) -> _Plan:
        """Follow as many lines as are asked for and as the operations allow."""
        sizes = network.inputs[input].shape.size
        if not sizes:
            return cls(input, (), 1, {}, ())
        maps = index_maps(network)
        needed = effort.of_fields(network, maps, input)
        most, advice = asked, ""
        if needed.of(asked) > operations:
            most = needed.lines_within(operations)
            enough = _rounded(needed.of(asked), up=True)
            advice = f"; '--operations {enough}' allows {'all' if asked is None else asked}"
        if most is not None and most < min(FEWEST_LINES, max(sizes)):
            fewest = _rounded(needed.of(FEWEST_LINES), up=True)
            advice += f", '--operations {fewest}' {FEWEST_LINES}"
            return cls(input, (), 1, {}, (f"receptive fields, for lack of operations{advice}",))
        left_out = () if most is None or max(sizes) <= most else (f"{_by_lines(most)}{advice}",)
        lines = tuple(choose_lines(n, most) for n in sizes)
        return cls(input, lines, needed.images, maps, left_out)

    def followed(self, network: Network) -> tuple[tuple[int, int], ...]:
        """Return how many lines of each axis are followed, and of how many."""
        sizes = network.inputs[self.input].shape.size
        return tuple((len(own), size) for own, size in zip(self.lines, sizes, strict=True))


def _by_lines(most: int) -> str:
    return f"receptive fields by at most {most} lines of the input along each axis, not by all"


def _field_entries(
    analysis: Analysis, steps: list[RunStep], plan: _Plan, observation: Observation
) -> Iterator[Entry]:
    """Return the entries of the receptive fields: both ends, every axis, every unit."""
    if not plan.lines:
        return
    network, lines = analysis.network, plan.lines
    traced = trace(network, plan.maps, of=plan.input)
    sizes: dict[str, tuple[int, ...]] = {
        name: given.shape.size for name, given in network.inputs.items()
    }
    own = sizes.pop(plan.input)
    observed = observe_fields(
        steps,
        own,
        lines=lines,
        images=plan.images,
        of=plan.input,
        others=sizes,
        sizes={step: seen.output[:-1] for step, seen in observation.steps.items()},
    )
    of = f" of {plan.input}" if sizes else ""
    details = [f"axis {axis + 1}{of}" for axis in range(len(lines))]
    compare = _FieldComparison(lines, details)
    for facts in analysis:
        node = facts.node
        if sizes and plan.input not in dict(facts.sees):
            # By rule it depends on other inputs alone.
            blind = tuple([None] * len(units) for units in observed[node.id])
            yield "receptive field", node.id, f"all axes{of}", blind, observed[node.id]
        if node.id not in traced:
            continue
        fields = dict(facts.sees)[plan.input].fields if sizes else facts.fields
        theoretical = fields if node.output.size else None
        for entry in compare(traced[node.id], observed[node.id], theoretical):
            yield "receptive field", node.id, *entry


class _FieldComparison:
    """Compares what layers see; most see what others see, and then all sides are the same objects.

    Who asks keeps the objects, so that their ids stay their own.
    """

    def __init__(self, lines: Sequence[Sequence[int]], details: Sequence[str]) -> None:
        self._lines, self._details = lines, details
        self._known: dict[tuple[int, int, int], list[tuple[str, object, object]]] = {}
        self._compared: dict[tuple[int, int, int], tuple[object, object]] = {}
        self._inner: dict[int, int | None] = {}
        self._theoretical: dict[tuple[int, int, int, int], tuple[object, object]] = {}

    def __call__(
        self, traced: Part, observed: Fields, fields: tuple[PeriodicField, ...] | None
    ) -> list[tuple[str, object, object]]:
        """Return, for each axis, the detail and what is compared: each unit, and the theory."""
        key = id(traced), id(observed), id(fields)
        if key not in self._known:
            self._known[key] = list(self._entries(traced, observed, fields))
        return self._known[key]

    def _entries(
        self, traced: Part, observed: Fields, fields: tuple[PeriodicField, ...] | None
    ) -> Iterator[tuple[str, object, object]]:
        axes = zip(traced, observed, self._lines, strict=True)
        for axis, (clipped, units, chosen) in enumerate(axes):
            key = axis, id(clipped), id(units)
            if key not in self._compared:
                seen = _confirm(clipped.intervals, units, chosen)
                self._compared[key] = _first_difference(clipped.intervals, seen)
                self._inner[id(clipped)] = _inner(clipped)
            yield self._details[axis], *self._compared[key]
            unit = self._inner[id(clipped)]
            if fields is not None and unit is not None:
                place = axis, unit, id(fields[axis]), id(units)
                if place not in self._theoretical:
                    field = fields[axis].at(unit)
                    # The theoretical field, at a unit that no border touches.
                    (at,) = _confirm((field,), units[unit : unit + 1], chosen)
                    self._theoretical[place] = field, at
                yield f"{self._details[axis]}, theoretical", *self._theoretical[place]


def choose_lines(size: int, most: int | None) -> Sequence[int]:
    """Return the lines of one axis that are followed: all, or both borders and some between.

    Examples
    --------
    >>> list(choose_lines(5, None)), list(choose_lines(100, 8))
    ([0, 1, 2, 3, 4], [0, 1, 20, 39, 59, 78, 98, 99])
    """
    if most is None or size <= most:
        return range(size)
    border = max(1, most // 3)
    between = most - 2 * border
    step = (size - 2 * border) / (between + 1)
    middle = [border - 1 + round(step * (i + 1)) for i in range(between)]
    return sorted({*range(border), *middle, *range(size - border, size)})


def _confirm(
    by_rule: tuple[Interval | None, ...], observed: list[Interval | None], lines: Sequence[int]
) -> tuple[Interval | None, ...]:
    """Return the intervals by rule for all units whose observation agrees."""
    if len(by_rule) != len(observed) or by_rule == tuple(observed):
        return tuple(observed)
    followed = set(lines)
    return tuple(
        rule if _bears_out(rule, seen, followed) else seen
        for rule, seen in zip(by_rule, observed, strict=True)
    )


def _bears_out(rule: Interval | None, seen: Interval | None, followed: set[int]) -> bool:
    """Whether what was seen of the followed lines is what the rule says.

    Where both ends of the interval were followed, the observation must have these ends. An end
    that was not followed cannot be seen; then nothing may be seen outside the interval.
    """
    if rule is None or seen is None:
        return rule is seen or (rule is not None and not followed.intersection(rule))
    first = seen[0] == rule[0] if rule[0] in followed else seen[0] > rule[0]
    last = seen[1] == rule[1] if rule[1] in followed else seen[1] < rule[1]
    return first and last


def _first_difference(
    by_rule: tuple[Interval | None, ...], observed: tuple[Interval | None, ...]
) -> tuple[object, object]:
    """Return both sides whole if they agree, or else the first unit where they do not."""
    if by_rule == observed or len(by_rule) != len(observed):
        return by_rule, observed
    pairs = enumerate(zip(by_rule, observed, strict=True))
    unit = next(i for i, (rule, seen) in pairs if rule != seen)
    return f"unit {unit} sees {by_rule[unit]}", f"unit {unit} sees {observed[unit]}"


def _inner(clipped: Clipped) -> int | None:
    """Return a unit in the middle of those that no border touches."""
    inner = [i for i, free in enumerate(clipped.inner) if free]
    return inner[len(inner) // 2] if inner else None


def _said(entry: object) -> str:
    if entry is None:
        return "nothing"
    if isinstance(entry, tuple):
        return "x".join(map(str, entry)) if all(isinstance(n, int) for n in entry) else str(entry)
    return f"{entry:,}" if isinstance(entry, int) else str(entry)
