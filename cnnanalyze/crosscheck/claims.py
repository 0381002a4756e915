"""Claims against computation: does what was printed for a network hold?"""

from __future__ import annotations

from typing import Literal, NamedTuple

from cnnanalyze.analysis.pipeline import analyze
from cnnanalyze.analysis.result import Analysis, NodeFacts, Total, total_of
from cnnanalyze.graph.build import vary
from cnnanalyze.spec.claims import Claim


class ClaimCheck(NamedTuple):
    """One printed figure against the computed one."""

    claim: Claim
    computed: str
    outcome: Literal["holds", "fails", "wrong as marked", "right though marked wrong"]

    @property
    def is_fine(self) -> bool:
        """Whether the outcome is what the claim's verdict says."""
        return self.outcome in {"holds", "wrong as marked"}


def check_claims(analysis: Analysis) -> tuple[ClaimCheck, ...]:
    """Check every claim of the spec that speaks of this network or of a variant of it.

    A claim may name parameters of the spec (``set:``); it is checked on the network with these.
    Where the network itself was loaded with other parameters, only the claims about those apply.
    """
    network = analysis.network
    variants = {_key(network.settings): analysis}
    checks = []
    for claim in network.claims:
        key = _key(claim.settings)
        if key not in variants:
            if network.settings:
                continue
            variants[key] = analyze(vary(network, dict(claim.settings)))
        checks.append(check(claim, variants[key]))
    return tuple(checks)


def check(claim: Claim, analysis: Analysis) -> ClaimCheck:
    """Compare one printed figure with the computed one."""
    if claim.figure is None:
        computed = extents_of(claim, analysis)
        agrees = computed == claim.extents or (
            len(claim.extents) == 1 and len(set(computed)) == 1 and computed[0] == claim.extents[0]
        )
        shown = "x".join(map(str, computed))
    else:
        number = number_of(claim, analysis)
        agrees = claim.figure.agrees(number)
        shown = f"{number:,}"
    if claim.verdict == "wrong":
        return ClaimCheck(
            claim, shown, "right though marked wrong" if agrees else "wrong as marked"
        )
    return ClaimCheck(claim, shown, "holds" if agrees else "fails")


def _key(settings: tuple[tuple[str, object], ...]) -> tuple[str, ...]:
    return tuple(sorted(f"{name}={value!r}" for name, value in settings))


def facts_of(claim: Claim, analysis: Analysis) -> tuple[NodeFacts, ...]:
    """Return the layers that a claim speaks of."""
    if not claim.layer:
        return tuple(analysis)
    group = analysis.group(claim.layer)
    return _before(group[-1], analysis) if claim.quantity == "operations_so_far" else group


def _before(last: NodeFacts, analysis: Analysis) -> tuple[NodeFacts, ...]:
    """Return all layers that the output of one depends on, itself included."""
    wanted: set[str] = {last.node.id}
    for facts in reversed(tuple(analysis)):
        if facts.node.id in wanted:
            wanted.update(facts.node.inputs)
    return tuple(facts for facts in analysis if facts.node.id in wanted)


def total_for(claim: Claim, analysis: Analysis) -> Total:
    """Return the sums over the layers that a claim speaks of."""
    return analysis.total if not claim.layer else total_of(facts_of(claim, analysis))


def extents_of(claim: Claim, analysis: Analysis) -> tuple[object, ...]:
    """Return the shape, or the numbers per axis, that a claim speaks of."""
    last = facts_of(claim, analysis)[-1]
    if claim.quantity == "output":
        return last.output.extents
    if last.fields is None:
        return ()
    strands = [f.local for f in last.fields]
    match claim.quantity:
        case "receptive_field":
            return tuple(s.size for s in strands)
        case "effective_stride":
            return tuple(s.rate for s in strands)
        case _:
            return tuple(-seen[0] if (seen := s.at(0)) else None for s in strands)


CONVENTION = {"macs": "mac", "operations": "flop", "operations_so_far": "flop", "parameters": "mac"}
"""The convention of a figure that names none, for what is counted under conventions at all."""


def number_of(claim: Claim, analysis: Analysis) -> int:
    """Return the number that a claim speaks of, under the claim's own convention."""
    total = total_for(claim, analysis)
    convention = claim.convention or CONVENTION.get(claim.quantity, "")
    match claim.quantity:
        case "macs" | "operations" | "operations_so_far":
            return total.operations(convention)
        case "activations":
            # Of a layer or a block, what comes out of it; of the network, all that is computed.
            last = facts_of(claim, analysis)[-1]
            return last.activations if claim.layer else total.activations
        case "trainable_parameters":
            return total.trainable
        case "non_trainable_parameters":
            return total.non_trainable
        case "weights":
            return total.weights
        case "biases":
            return total.biases
        case _:
            return total.counted_parameters(convention)
