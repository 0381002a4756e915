"""Headlines: the numbers on top of a page, each with the convention it is counted by."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from cnnanalyze.analysis.alpha import SOURCE as ALPHA_SOURCE
from cnnanalyze.analysis.alpha import total as alpha_total
from cnnanalyze.analysis.result import Analysis
from cnnanalyze.core.conventions import DEFAULT, convention
from cnnanalyze.crosscheck.result import Balance
from cnnanalyze.report.numbers import count_of, exact, short, size
from cnnanalyze.report.options import Options, operations_title
from cnnanalyze.report.totals_text import field_size, receptive_field


class Headline(NamedTuple):
    """One number with its name, in full, and how it is counted."""

    key: str
    label: str
    brief: str
    exact: str
    how: str


class Badge(NamedTuple):
    """A short verdict."""

    key: str
    text: str
    tone: str
    """``good``, ``bad``, ``warn`` or nothing."""


def headlines(analysis: Analysis, result: dict[str, Any], options: Options) -> tuple[Headline, ...]:
    """Return the numbers that one asks for first."""
    return tuple(_headlines(analysis, result, options))


def _headlines(analysis: Analysis, result: dict[str, Any], options: Options) -> Iterator[Headline]:
    totals, memory = result["totals"], result["memory"]
    beside = totals["non_trainable_parameters"] - (
        totals["parameters"] - totals["trainable_parameters"]
    )
    yield Headline(
        "parameters",
        "Parameters",
        short(totals["parameters"]),
        exact(totals["parameters"]),
        f"{exact(totals['trainable_parameters'])} trainable"
        + (f"; beside them {exact(beside)} statistics and constants" if beside else ""),
    )
    counts = {"mac": totals["macs"], "flop": totals["flops"]}
    counts.setdefault(options.convention, totals["operations"])
    for name, count in counts.items():
        least = "at least " if analysis.total.uncounted(name) else ""
        yield Headline(
            {"mac": "macs", "flop": "flops"}.get(name, "operations"),
            operations_title(name),
            f"{least}{short(count)}",
            f"{least}{exact(count)}",
            f"convention {name}: {convention(name).description}",
        )
    yield Headline(
        "activations",
        "Activations",
        short(totals["activations"]),
        exact(totals["activations"]),
        "outputs of all layers, for one image",
    )
    yield Headline(
        "weights",
        "Memory of the weights",
        size(memory["weights_bytes"]),
        f"{exact(memory['weights_bytes'])} bytes",
        f"{memory['dtype']}, statistics included",
    )
    yield Headline(
        "peak",
        "Peak of the activations",
        size(memory["peak_bytes"]),
        f"{exact(memory['peak_bytes'])} bytes",
        f"{memory['dtype']}, batch {memory['batch']}, at {memory['peak_at']}",
    )
    if (words := receptive_field(analysis)) is not None:
        yield Headline("field", "Receptive field", field_size(analysis), "theoretical", words)
    weighed = round(alpha_total(analysis))
    yield Headline(
        "alpha",
        "α-MACs",
        short(weighed),
        "a cost model, not a count",
        f"MACs discounted on large maps, after {ALPHA_SOURCE.split(',')[0]} et al. 2021",
    )


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
    entries = count_of(balance.entries, "entry", "entries")
    if balance.discrepancies:
        differing = len(balance.discrepancies)
        return Badge(
            "verification", f"run and compared: {exact(differing)} of {entries} differ", "bad"
        )
    if not balance.compared:
        return Badge("verification", "run, but nothing could be compared", "warn")
    return Badge("verification", f"verified by running: {entries} compared, all balanced", "good")
