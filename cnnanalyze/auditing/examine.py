"""The audit: does what was printed for a network hold, how was it counted, or what went wrong?"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import NamedTuple

from cnnanalyze.analysis.pipeline import analyze
from cnnanalyze.analysis.result import Analysis, Total
from cnnanalyze.auditing.alternatives import (
    MOST_LAYERS,
    Analyses,
    Neighbour,
    is_near,
    relatives_of,
    searched,
    settings_of,
    sizes_of,
)
from cnnanalyze.auditing.miscounts import OPERATIONS, slipped
from cnnanalyze.auditing.verdict import Audit, Cause, Verdict
from cnnanalyze.core.conventions import Convention, convention, names
from cnnanalyze.core.garbage import without_collection
from cnnanalyze.core.printed_number import PrintedNumber
from cnnanalyze.core.spelling import noun_for
from cnnanalyze.crosscheck.claims import (
    check,
    number_of,
    refuse_too_many_layers,
    refuse_too_many_sums,
    total_for,
)
from cnnanalyze.graph.network import Network
from cnnanalyze.language.claims import Claim
from cnnanalyze.language.spec import key_of, spec_of


def audit(target: Network | Analysis, analyses: Analyses | None = None) -> Audit:
    """Examine every figure that a spec carries.

    Parameters
    ----------
    target
        A network, or what the rules say of it.
    analyses
        What was worked out already, for other specs.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> found = audit(cnn.load("zoo:lecture_001_lenet"))
    >>> [v.causes[0].words for v in found.rows if v.claim.printed == "61,795"]
    ['with one bias for each dense layer instead of one for each unit']
    """
    analysis = target if isinstance(target, Analysis) else analyze(target)
    network, analyses = analysis.network, analyses or Analyses()
    rows = examine(analysis, spec_of(network).claims, analyses)
    return Audit(network.name, rows, (GAVE_UP,) if analyses.has_given_up(network) else ())


GAVE_UP = (
    f"other settings and sizes were tried until {MOST_LAYERS:,} layers were laid out; one that was "
    "not tried may explain a figure"
)


def examine(
    analysis: Analysis, claims: tuple[Claim, ...], analyses: Analyses | None = None
) -> tuple[Verdict, ...]:
    """Examine figures that refer to a network, or of its spec under other settings.

    Where the network itself was loaded with other settings, only the figures about those apply.
    """
    with without_collection():
        return tuple(_with_company(list(_judged(analysis, claims, analyses or Analyses()))))


def _judged(analysis: Analysis, claims: tuple[Claim, ...], analyses: Analyses) -> Iterator[Verdict]:
    network = analyses.keep(analysis).network
    refuse_too_many_sums(claims, analysis)
    here = key_of(spec_of(network).settings)
    seeing = {key_of(claim.settings) for claim in claims if claim.quantity in FIELDS}
    for claim in claims:
        key = key_of(claim.settings)
        if key != here and spec_of(network).settings:
            continue
        about = analyses.under(network, claim.settings, fields=key in seeing)
        refuse_too_many_layers(claim, analyses.asked(network))
        if about is not None:
            yield _judge(claim, about, analyses)


FIELDS = ("receptive_field", "effective_stride", "effective_padding")
"""What takes an analysis of what the layers see."""


def _judge(claim: Claim, analysis: Analysis, analyses: Analyses) -> Verdict:
    checked = check(claim, analysis)
    name = analysis.network.name
    outcome: str = checked.outcome
    if outcome in {"holds", "right though marked wrong"}:
        if outcome == "holds" and _counted(claim) and claim.convention not in {"", "mac", "flop"}:
            outcome = "holds under"
        return Verdict(claim, name, checked.computed, outcome)
    tried: set[int] = set()
    found = dict.fromkeys(_causes(claim, analysis, analyses, tried))
    causes = tuple(sorted(found, key=lambda c: c.rank))
    outcome = "wrong" if causes else "not reproduced"
    if causes and causes[0].convention:
        outcome = "holds under"
    return Verdict(claim, name, checked.computed, outcome, causes, len(tried))


def _counted(claim: Claim) -> bool:
    """Whether the convention of a figure makes a difference to it."""
    return claim.quantity in ("parameters", *OPERATIONS)


def _with_company(verdicts: list[Verdict]) -> Iterator[Verdict]:
    """Put first what explains several figures of one source at once; it is no accident then."""
    explained: dict[tuple[str, str, str], int] = {}
    for verdict in verdicts:
        for slip in {c.slip for c in verdict.causes if c.slip}:
            key = (verdict.claim.source, key_of(verdict.claim.settings), slip)
            explained[key] = explained.get(key, 0) + 1
    for verdict in verdicts:
        claim = verdict.claim
        where = (claim.source, key_of(claim.settings))

        def weight(cause: Cause, where: tuple[str, str] = where) -> float:
            company = explained.get((*where, cause.slip), 1)
            return cause.rank - (COMPANY if company > 1 else 0)

        causes = tuple(sorted(verdict.causes, key=weight))
        outcome = verdict.outcome
        if outcome in {"holds under", "wrong"} and causes:
            outcome = "holds under" if causes[0].convention else "wrong"
        alone = not causes or explained.get((*where, causes[0].slip), 1) == 1
        yield verdict._replace(causes=causes, outcome=outcome, alone=alone)


COMPANY = 10
"""What a cause gains that explains another figure of the same source, too."""


# --- causes ---------------------------------------------------------------------------------------


class _Candidate(NamedTuple):
    words: str
    number: int
    rank: float
    convention: str = ""
    slip: str = ""


def _causes(
    claim: Claim, analysis: Analysis, analyses: Analyses, tried: set[int]
) -> Iterator[Cause]:
    """Try everything; what reproduces the printed figure to its precision comes back."""
    if claim.figure is None:
        yield from _causes_of_extents(claim, analysis, analyses)
        return
    was_cut = False
    for candidate in _candidates(claim, analysis, analyses):
        tried.add(candidate.number)
        for words, rank in _printed_from(candidate.number, claim.figure):
            if words and (was_cut or candidate.rank > NEARBY):
                continue  # if the right number was cut off, no other need have been
            was_cut = was_cut or bool(words and not candidate.words)
            joined = ", ".join(w for w in (candidate.words, words) if w)
            yield Cause(
                joined,
                f"{candidate.number:,}",
                candidate.rank + rank,
                "" if words else candidate.convention,
                candidate.slip or candidate.words,
            )


NEARBY = 3
"""Nothing is tried on top of what is more far-fetched than this; it would explain anything."""
CUT = "cut off instead of rounded"


def _printed_from(number: int, figure: PrintedNumber) -> Iterator[tuple[str, float]]:
    """Whether a number could be printed like this: rounded, or cut off."""
    if figure.agrees(number):
        yield "", 0
    elif figure.step > 1 and figure.value <= number < figure.value + figure.step:
        yield CUT, 0.5


def _candidates(claim: Claim, analysis: Analysis, analyses: Analyses) -> Iterator[_Candidate]:
    """Count the network itself in every way; ask its neighbours only if none of them explains."""
    number = number_of(claim, analysis)
    ways = (
        _Candidate("", number, 0),
        *_slips(claim, analysis, analyses, number),
        *_under_conventions(claim, analysis, number),
    )
    yield from ways
    nearby = claim.figure and any(
        True for way in ways for _ in _printed_from(way.number, claim.figure)
    )
    if claim.figure is None or nearby:
        return
    seen = {number}
    for neighbour in _neighbours(claim, claim.figure, number, analysis, analyses):
        if claim.layer and not neighbour.analysis.network.group(claim.layer):
            continue
        found = number_of(claim, neighbour.analysis)
        if found not in seen:
            seen.add(found)
            yield _Candidate(neighbour.words, found, neighbour.rank, "", neighbour.name)
            if neighbour.rank <= NEARBY:
                yield from _doubled(claim, neighbour, found)


_TWICE = {"doubled", "halved"}
"""Slips that may come on top of another size or of other settings."""


def _slips(
    claim: Claim, analysis: Analysis, analyses: Analyses, number: int
) -> Iterator[_Candidate]:
    seen = {number}
    for slip, found in analyses.slipped(total_for(claim, analysis), claim.quantity, number):
        if found not in seen:
            seen.add(found)
            yield _Candidate(slip.words, found, slip.rank, "", slip.name)


def _doubled(claim: Claim, neighbour: Neighbour, number: int) -> Iterator[_Candidate]:
    for slip, found in slipped(neighbour.analysis.total, claim.quantity, number, _TWICE):
        words = f"{slip.words}, {neighbour.words}"
        name = f"{neighbour.name} {slip.name}"
        yield _Candidate(words, found, neighbour.rank + slip.rank, "", name)


def _under_conventions(claim: Claim, analysis: Analysis, number: int) -> Iterator[_Candidate]:
    """Count under every convention; those that come to the same number are named together."""
    for found, rows in _ways(claim, total_for(claim, analysis)).items():
        if found == number:
            continue
        words = f"under the {noun_for(len(rows), 'convention')} {', '.join(rows)}"
        yield _Candidate(words, found, 1, rows[0], f"convention {rows[0]}")


def _ways(claim: Claim, total: Total) -> dict[int, list[str]]:
    """Return the counts under all conventions, and which come to the same."""
    together: dict[int, list[str]] = {}
    for row in _conventions(claim):
        if claim.quantity != "parameters" and total.uncounted(row.name):
            continue  # what it counts is not known
        found = (
            total.counted_parameters(row.name)
            if claim.quantity == "parameters"
            else total.operations(row.name)
        )
        together.setdefault(found, []).append(row.name)
    return together


def _conventions(claim: Claim) -> Iterator[Convention]:
    """The conventions that say something about the quantity."""
    if claim.quantity == "parameters":
        wanted = "parameters"
    elif claim.quantity in OPERATIONS:
        wanted = "operations"
    else:
        return
    for row in map(convention, names()):
        if wanted in row.counts.split():
            yield row


AREAL = (*OPERATIONS, "activations")
"""What grows about as the area of the image does."""


def _neighbours(
    claim: Claim, figure: PrintedNumber, number: int, analysis: Analysis, analyses: Analyses
) -> Iterator[Neighbour]:
    network = analysis.network
    ratio = figure.value / number if number else Fraction(0)
    if claim.quantity in AREAL:
        yield from sizes_of(network, analyses, ratio)
    yield from settings_of(network, analyses)
    if claim.layer:
        return

    def could_be(other: Analysis, growth: Fraction) -> bool:
        """Whether an area that many times as large could lead to the figure."""
        scale = growth if claim.quantity in AREAL else Fraction(1)
        return not growth or is_near(figure.value, number_of(claim, other) * scale)

    yield from relatives_of(network, analyses, could_be)
    if figure.step > 1:  # else it is exact, and no rounding hides other values

        def count(other: Analysis) -> int:
            return number_of(claim, other)

        yield from searched(network, analyses, figure, number, count)


def _causes_of_extents(claim: Claim, analysis: Analysis, analyses: Analyses) -> Iterator[Cause]:
    for neighbour in settings_of(analysis.network, analyses, fields=claim.quantity in FIELDS):
        if claim.layer and not neighbour.analysis.network.group(claim.layer):
            continue
        found = check(claim._replace(verdict="holds"), neighbour.analysis)
        if found.outcome == "holds":
            yield Cause(neighbour.words, found.computed, neighbour.rank, "", neighbour.name)
