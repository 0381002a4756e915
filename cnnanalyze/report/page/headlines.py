"""Headlines: the numbers on top of a page, each with the convention it is counted by."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from cnnanalyze.analysis.alpha import SOURCE as ALPHA_SOURCE
from cnnanalyze.analysis.quantities import lacking, measure
from cnnanalyze.analysis.result import Analysis
from cnnanalyze.characters import capitalized
from cnnanalyze.core.conventions import DEFAULT, convention
from cnnanalyze.core.quantities import QUANTITIES, Quantity, Terms
from cnnanalyze.core.spelling import count_of
from cnnanalyze.crosscheck.result import Balance
from cnnanalyze.report.document import Headline
from cnnanalyze.report.numbers import exact, short, size
from cnnanalyze.report.options import Options
from cnnanalyze.report.totals_text import MEMORY, counts, field_size, receptive_fields


class Badge(NamedTuple):
    """A short verdict."""

    key: str
    text: str
    tone: str
    """``good``, ``bad``, ``warn`` or nothing."""


HOOKS = {"weight_memory": "weights", "peak_memory": "peak", "receptive_field": "field"}
"""What the headlines of some quantities are called in a page, for those who look for them."""


def headlines(analysis: Analysis, options: Options) -> tuple[Headline, ...]:
    """Return the numbers that one asks for first."""
    return tuple(_headlines(analysis, options))


def _headlines(analysis: Analysis, options: Options) -> Iterator[Headline]:
    total, terms = analysis.total, options.terms
    beside = total.statistics
    yield _headline(
        QUANTITIES["parameters"],
        analysis,
        terms,
        f"{exact(total.trainable)} trainable"
        + (f"; beside them {exact(beside)} statistics and constants" if beside else ""),
    )
    for count in counts(options.convention):
        name = count.under(terms)
        how = f"convention {name}: {convention(name).description}"
        yield _headline(count, analysis, terms, how)
    yield _headline(
        QUANTITIES["activations"], analysis, terms, "outputs of all layers, for one image"
    )
    held, live = (QUANTITIES[key] for key in MEMORY)
    yield _headline(held, analysis, terms, f"{options.dtype}, statistics included")
    where = f"{options.dtype}, batch {options.batch}, at {analysis.memory.peak_at}"
    yield _headline(live, analysis, terms, where)
    if words := "; ".join(receptive_fields(analysis)):
        field = QUANTITIES["receptive_field"]
        label = capitalized(field.title)
        yield Headline(HOOKS[field.key], label, field_size(analysis), "theoretical", words)
    model = QUANTITIES["alpha"]
    how = f"MACs discounted on large maps, after {ALPHA_SOURCE.split(',')[0]} et al. 2021"
    yield _headline(model, analysis, terms, how)


def _headline(quantity: Quantity, analysis: Analysis, terms: Terms, how: str) -> Headline:
    """Return the number of a quantity in short and in full."""
    number = measure(quantity, analysis.total, terms, least=True) or 0
    least = "at least " if lacking(quantity, analysis.total, terms) else ""
    in_full = f"{exact(number)} bytes" if quantity.is_memory else exact(number)
    return Headline(
        HOOKS.get(quantity.key, quantity.key),
        # A convention is called by its name, as it is written.
        quantity.title if quantity.counted == "operations" else capitalized(quantity.title),
        least + (size(number) if quantity.is_memory else short(number)),
        least + (in_full if quantity.is_exact else "a cost model, not a count"),
        how,
    )


class Verification(NamedTuple):
    """What a page says first: whether a run bears its numbers out."""

    verdict: str
    text: str
    """What was run, how many entries were compared, how many lines of the input were followed."""
    tone: str
    """``good``, ``bad``, ``warn`` or nothing."""


NOT_VERIFIED = Verification(
    "Not verified.", "No run of just this network stands behind the numbers below.", ""
)


def verification(balance: Balance | None) -> Verification:
    """Say what a run showed."""
    if balance is None:
        return NOT_VERIFIED
    layers = count_of(balance.layers, "layer")
    compared = f"{layers} were run in NumPy at full size, {_entries(balance)} compared"
    if not balance.compared:
        return Verification("Run, but nothing compared.", f"{layers} were run in NumPy.", "warn")
    lines = "".join(f"; {words}" for words in balance.lines())
    if balance.discrepancies:
        differing = exact(len(balance.discrepancies))
        return Verification("✗ Does not balance.", f"{compared}: {differing} differ{lines}.", "bad")
    return Verification("✓ Verified.", f"{compared}: all balanced{lines}.", "good")


def _entries(balance: Balance) -> str:
    return count_of(balance.entries, "entry", "entries")


def badges(
    analysis: Analysis, balance: Balance | None, counting: str = DEFAULT
) -> tuple[Badge, ...]:
    """Return how far the numbers can be trusted: whether all is counted, whether it was run."""
    if notes := analysis.notes_under(counting):
        counted = Badge("status", f"partial: {count_of(len(notes), 'note')}", "warn")
    else:
        counted = Badge("status", "complete: every layer is counted", "good")
    if balance is None:
        return counted, Badge("verification", "not verified by running", "")
    return counted, _verified(balance)


def _verified(balance: Balance) -> Badge:
    entries = _entries(balance)
    if balance.discrepancies:
        differing = len(balance.discrepancies)
        return Badge(
            "verification", f"run and compared: {exact(differing)} of {entries} differ", "bad"
        )
    if not balance.compared:
        return Badge("verification", "run, but nothing could be compared", "warn")
    return Badge("verification", f"verified by running: {entries} compared, all balanced", "good")
