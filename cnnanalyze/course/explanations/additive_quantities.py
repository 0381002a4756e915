"""Additive quantities: those that add up over layers, including ones that only courses use."""

from __future__ import annotations

from cnnanalyze.core.quantities import QUANTITIES, Facts, Quantity, Terms, taught


def _doubled(facts: Facts, _: Terms) -> int | None:
    macs: int | None = facts.operations("mac")
    return None if macs is None else 2 * macs


def _exactly(facts: Facts, terms: Terms) -> int | None:
    doubled = _doubled(facts, terms)
    if not doubled or facts.biases:  # the bias makes up for the addition that is spared
        return doubled
    return doubled - int(facts.activations)


COURSE_QUANTITIES: dict[str, Quantity] = {
    row.key: row
    for row in (
        Quantity(
            "doubled_macs",
            "FLOPs",
            "two for each multiply-accumulate",
            _doubled,
            counted="operations",
            symbol=QUANTITIES["flops"].symbol,
            question="How many FLOPs {do} {id} cost, two for each multiply-accumulate?",
        ),
        Quantity(
            "exact_operations",
            "operations",
            "multiplications and additions of convolution and dense layers",
            _exactly,
            counted="operations",
            symbol=QUANTITIES["flops"].symbol,
            question="How many multiplications and additions {do} {id} cost exactly?",
        ),
    )
}
"""Ways to count that courses have, and that no table of layers shows."""


def additive_quantities() -> dict[str, Quantity]:
    """Return the quantities that add up over layers, by the name that questions use.

    Examples
    --------
    >>> found = additive_quantities()
    >>> found["macs"].name, found["doubled_macs"].name, "weight_memory" in found
    ('mac', 'operations', False)
    """
    return {
        **{word: row for word, row in taught().items() if row.adds_up and not row.is_memory},
        **COURSE_QUANTITIES,
    }
