"""Claims against computation: does what was printed for a network hold?"""

from __future__ import annotations

from cnnanalyze.analysis.pipeline import analyze
from cnnanalyze.analysis.result import Analysis, NodeFacts, total_of
from cnnanalyze.crosscheck.result import ClaimCheck
from cnnanalyze.graph.build import vary
from cnnanalyze.spec.claims import Claim


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
        computed = _extents(claim, analysis)
        agrees = computed == claim.extents or (
            len(claim.extents) == 1 and len(set(computed)) == 1 and computed[0] == claim.extents[0]
        )
        shown = "x".join(map(str, computed))
    else:
        number = _number(claim, analysis)
        agrees = claim.figure.agrees(number)
        shown = f"{number:,}"
    if claim.verdict == "wrong":
        return ClaimCheck(
            claim, shown, "right though marked wrong" if agrees else "wrong as marked"
        )
    return ClaimCheck(claim, shown, "holds" if agrees else "fails")


def _key(settings: tuple[tuple[str, object], ...]) -> tuple[str, ...]:
    return tuple(sorted(f"{name}={value!r}" for name, value in settings))


def _facts(claim: Claim, analysis: Analysis) -> tuple[NodeFacts, ...]:
    return analysis.group(claim.layer) if claim.layer else tuple(analysis)


def _extents(claim: Claim, analysis: Analysis) -> tuple[object, ...]:
    last = _facts(claim, analysis)[-1]
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


def _number(claim: Claim, analysis: Analysis) -> int:
    total = analysis.total if not claim.layer else total_of(_facts(claim, analysis))
    match claim.quantity:
        case "macs":
            return total.operations(claim.convention or "mac")
        case "operations":
            return total.operations(claim.convention or "flop")
        case "activations":
            # Of a layer or a block, what comes out of it; of the network, all that is computed.
            return _facts(claim, analysis)[-1].activations if claim.layer else total.activations
        case "trainable_parameters":
            return total.trainable
        case "non_trainable_parameters":
            return total.non_trainable
        case "weights":
            return total.weights
        case "biases":
            return total.biases
        case _:
            return total.parameters
