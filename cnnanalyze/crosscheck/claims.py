"""Claims against computation: does what was printed for a network hold?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from cnnanalyze.analysis.pipeline import analyze
from cnnanalyze.analysis.quantities import COMES_OUT, lacking, measure
from cnnanalyze.analysis.result import Analysis, NodeFacts, Total, total_of
from cnnanalyze.analysis.seen_input import seen_inputs
from cnnanalyze.core.conventions import DEFAULT
from cnnanalyze.core.quantities import CONVENTION, QUANTITIES
from cnnanalyze.errors import Fault, SpecError
from cnnanalyze.language.build import vary
from cnnanalyze.language.claims import OUTPUT, SO_FAR, Claim
from cnnanalyze.language.spec import key_of, spec_of


@dataclass(frozen=True, slots=True)
class ClaimCheck:
    """One printed figure against the computed one."""

    claim: Claim
    computed: str
    outcome: Literal["holds", "fails", "wrong as marked", "right though marked wrong"]

    @property
    def is_fine(self) -> bool:
        """Whether the outcome is what the claim's verdict says."""
        return self.outcome in {"holds", "wrong as marked"}


MOST_LAYERS = 100_000
"""Layers that may be laid out for the variants of a spec that its claims refer to."""
MOST_SUMS = 1_000_000
"""Layers that may be added up for claims about all operations up to some layer."""


def check_claims(analysis: Analysis) -> tuple[ClaimCheck, ...]:
    """Check every claim of the spec that refers to this network or of a variant of it.

    A claim may name parameters of the spec (``set:``); it is checked on the network with these.
    Where the network itself was loaded with other parameters, only the claims about those apply.

    Raises
    ------
    SpecError
        If the claims make more work than the bounds allow.
    """
    spec = spec_of(analysis.network)
    here = key_of(spec.settings)
    speaking = [
        (i, claim)
        for i, claim in enumerate(spec.claims)
        if not spec.settings or key_of(claim.settings) == here
    ]
    variants: dict[str, list[tuple[int, Claim]]] = {}
    for i, claim in speaking:
        variants.setdefault(key_of(spec.effective(claim.settings)), []).append((i, claim))
    checks: dict[int, ClaimCheck] = {}
    laid_out = 0
    own = key_of(spec.effective(spec.settings))
    for key, claims in variants.items():
        about, first = analysis, claims[0][1]
        if key != own:  # one after the other, so that only one of them is kept
            about = analyze(vary(spec, dict(first.settings)))
            laid_out += len(about)
            refuse_too_many_layers(first, laid_out)
        refuse_too_many_sums([claim for _, claim in claims], about)
        for i, claim in claims:
            checks[i] = check(claim, about)
    return tuple(checks[i] for i, _ in speaking)


def refuse_too_many_layers(claim: Claim, laid_out: int) -> None:
    """Refuse a claim if too many layers were laid out for it and those before.

    Raises
    ------
    SpecError
        With the place of the claim.
    """
    if laid_out > MOST_LAYERS:
        raise SpecError(
            Fault(
                f"up to here the claims name variants with {laid_out:,} layers together; at most "
                f"{MOST_LAYERS:,} are built for claims",
                claim.mark,
                help=APART,
            )
        )


def refuse_too_many_sums(claims: Sequence[Claim], analysis: Analysis) -> None:
    """Refuse claims for which a large network would have to be added up again and again.

    Raises
    ------
    SpecError
        With the place of the first claim beyond the bound.
    """
    seen: set[str] = set()
    for claim in claims:
        if claim.quantity == SO_FAR:
            seen.add(claim.layer)
        if len(seen) > 1 and len(seen) * len(analysis) > MOST_SUMS:
            raise SpecError(
                Fault(
                    f"up to here the claims tell the operations up to {len(seen):,} of "
                    f"{len(analysis):,} layers, which takes {len(seen) * len(analysis):,} "
                    f"additions; at most {MOST_SUMS:,} are made for claims",
                    claim.mark,
                    help=APART,
                )
            )


APART = "put some of the claims into a spec of their own that extends this one"


def check(claim: Claim, analysis: Analysis) -> ClaimCheck:
    """Compare one printed figure with the computed one."""
    if claim.figure is None:
        found = extents_of(claim, analysis)
        agrees = bool(found) and all(_agree(claim.extents, computed) for computed in found.values())
        shown = _shown(found)
    else:
        number = number_of(claim, analysis)
        missing = uncounted(claim, analysis)
        agrees = claim.figure.agrees(number) and not missing
        shown = f"{number:,}"
        if missing:
            shown = f"at least {shown}, without {', '.join(missing)}"
    if claim.verdict == "wrong":
        return ClaimCheck(
            claim, shown, "right though marked wrong" if agrees else "wrong as marked"
        )
    return ClaimCheck(claim, shown, "holds" if agrees else "fails")


def _agree(printed: tuple[int, ...], computed: tuple[object, ...]) -> bool:
    """Whether extents are what is printed: all of them, or one for all."""
    return computed == printed or (len(printed) == 1 and set(computed) == set(printed))


def _shown(found: dict[str, tuple[object, ...]]) -> str:
    """Return what is computed; of each input, where it is not the same of all."""
    said = {name: "x".join(map(str, computed)) for name, computed in found.items()}
    if len(set(said.values())) < 2:  # noqa: PLR2004 - one for all, or none
        return next(iter(said.values()), "nothing")
    return ", ".join(f"{words} of {name}" for name, words in said.items())


def facts_of(claim: Claim, analysis: Analysis) -> tuple[NodeFacts, ...]:
    """Return the layers that a claim names."""
    return analysis.group(claim.layer) if claim.layer else tuple(analysis)


def total_for(claim: Claim, analysis: Analysis) -> Total:
    """Return the sums over the layers that a claim refers to."""
    if not claim.layer:
        return analysis.total
    if claim.quantity == SO_FAR:
        return analysis.total_before(claim.layer)
    return analysis.total_below(claim.layer)


def coming_out(claim: Claim, total: Total) -> Total:
    """Return the layers whose numbers are meant: of activations those that come out of a block."""
    return total_of(total.facts[-1:]) if claim.layer and claim.quantity in COMES_OUT else total


def extents_of(claim: Claim, analysis: Analysis) -> dict[str, tuple[object, ...]]:
    """Return the shape, or the numbers per axis, that a claim refers to.

    What a layer sees it sees of an input: of the one that the claim names, or of each that it sees.
    """
    last = facts_of(claim, analysis)[-1]
    if claim.quantity == OUTPUT:
        return {"": last.output.extents}
    of_axes = QUANTITIES[claim.quantity].of_axes
    assert of_axes is not None
    seen = (image for image in seen_inputs(analysis) if claim.input in {"", image.name})
    told = {str(i.name): of_axes(i[last.node.id]) for i in seen if last.node.id in i}
    return {name: found for name, found in told.items() if found}


def convention_of(claim: Claim) -> str:
    """Return the convention of a figure that a convention counts: its own, or the usual one."""
    quantity = QUANTITIES.get(claim.quantity)
    usual = DEFAULT if quantity is not None and quantity.counted == "parameters" else CONVENTION
    return claim.convention or (quantity.convention if quantity is not None else "") or usual


def _counts(claim: Claim) -> str:
    """Return what of a convention a figure is counted by: its operations, its parameters, none."""
    return "operations" if claim.quantity == SO_FAR else QUANTITIES[claim.quantity].counted


def uncounted(claim: Claim, analysis: Analysis) -> tuple[str, ...]:
    """Return the kinds of layers that are missing from a count of operations."""
    if _counts(claim) == "operations":
        return total_for(claim, analysis).uncounted(convention_of(claim))
    return lacking(QUANTITIES[claim.quantity], total_for(claim, analysis))


def number_of(claim: Claim, analysis: Analysis) -> int:
    """Return the number that a claim refers to, under the claim's own convention."""
    total = total_for(claim, analysis)
    if (counted := _counts(claim)) == "operations":
        return total.operations(convention_of(claim))
    if counted == "parameters":
        return total.counted_parameters(convention_of(claim))
    return measure(QUANTITIES[claim.quantity], coming_out(claim, total), least=True) or 0
