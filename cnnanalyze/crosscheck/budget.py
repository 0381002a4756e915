"""Budgets against computation: does a network stay within its limits?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from fractions import Fraction
from typing import Literal, NamedTuple

from cnnanalyze.analysis.depth import last_spatial
from cnnanalyze.analysis.quantities import COMES_OUT, lacking, read_terms
from cnnanalyze.analysis.quantities import measure as number_of
from cnnanalyze.analysis.result import Analysis, NodeFacts, Total, total_of
from cnnanalyze.analysis.seen_input import SeenInput, seen_inputs
from cnnanalyze.analysis.statistics import through
from cnnanalyze.core.conventions import DEFAULT
from cnnanalyze.core.quantities import Terms, find
from cnnanalyze.language.sections import TYPE, Budgets, Limit

Verdict = Literal["within", "over", "under", "unknown", "absent"]


class Check(NamedTuple):
    """One limit against what was measured."""

    limit: Limit
    layer: str
    """The block or layer that was measured; empty for the whole network."""
    measured: int | None
    """Nothing if it is not known, or if there is no such layer."""
    verdict: Verdict
    largest: tuple[tuple[str, int], ...] = ()
    """The blocks or layers that add most to a sum, largest first."""
    beside: str = ""
    """Through which layer everything is seen beside the field that was measured."""

    @property
    def is_kept(self) -> bool:
        """Whether the limit is kept; one that cannot be checked is not."""
        return self.verdict == "within"

    @property
    def share(self) -> Fraction | None:
        """What was measured, in percent of the limit."""
        if self.measured is None or not self.limit.value:
            return None
        return Fraction(100 * self.measured, self.limit.value)


class LimitedPart(NamedTuple):
    """What a limit refers to: a network, a block or a layer."""

    analysis: Analysis
    facts: tuple[NodeFacts, ...]
    total: Total
    is_whole: bool


def check_budgets(analysis: Analysis, budgets: Budgets | None) -> tuple[Check, ...]:
    """Check every limit; one on a pattern is checked for each block or layer that fits it."""
    if budgets is None:
        return ()
    whole = LimitedPart(analysis, tuple(analysis), analysis.total, is_whole=True)
    checks: list[Check] = []
    for limit in budgets.limits:
        if limit.input and limit.input not in analysis.network.inputs:
            checks.append(Check(limit, limit.layer, None, "absent"))
            continue
        if not limit.layer:
            checks.append(_check(limit, "", whole))
            continue
        found = tuple(matching(analysis, limit.layer))
        if not found:
            checks.append(Check(limit, limit.layer, None, "absent"))
        for path in found:
            facts = analysis.group(path)
            checks.append(
                _check(limit, path, LimitedPart(analysis, facts, total_of(facts), is_whole=False))
            )
    return tuple(checks)


def without_fitting(checks: Sequence[Sequence[Check]]) -> list[tuple[Check, ...]]:
    """Return the checks of a configuration's limits on several networks, one after the other.

    A pattern that fits no layer of one network is left out there if it fits one of another network.
    """
    fitting = {c.limit for some in checks for c in some if c.verdict != "absent"}
    return [
        tuple(c for c in some if c.verdict != "absent" or c.limit not in fitting) for some in checks
    ]


def matching(analysis: Analysis, pattern: str) -> Iterator[str]:
    """Return the paths of layers and blocks that fit a pattern, in the order of execution.

    ``*`` matches any part of one component of a path, ``**`` for any number of components.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> resnet = cnn.analyze("zoo:resnet50").analysis
    >>> list(matching(resnet, "stage*"))
    ['stage1', 'stage2', 'stage3', 'stage4']
    >>> list(matching(resnet, "stage4/**/shortcut")), len(list(matching(resnet, "**/conv1/conv1")))
    (['stage4/residual1/add1/2/shortcut'], 1)
    """
    parts = tuple(pattern.split("/"))
    seen: set[str] = set()
    for node in analysis.network:
        path = node.id.split("/")
        for depth in range(1, len(path) + 1):
            name = "/".join(path[:depth])
            if name not in seen:
                seen.add(name)
                if _fits(parts, tuple(path[:depth])):
                    yield name


def _fits(pattern: tuple[str, ...], path: tuple[str, ...]) -> bool:
    """Whether a path fits; at each of its names it is noted how far the pattern may have come."""
    reached = _passed({0}, pattern)
    for name in path:
        further = {n for n in reached if n < len(pattern) and pattern[n] == "**"}
        further |= {
            n + 1 for n in reached - further if n < len(pattern) and fnmatchcase(name, pattern[n])
        }
        reached = _passed(further, pattern)
    return len(pattern) in reached


def _passed(reached: set[int], pattern: tuple[str, ...]) -> set[int]:
    """Return places in a pattern with those after a ``**``, which may match nothing."""
    for n in range(len(pattern)):
        if n in reached and pattern[n] == "**":
            reached.add(n + 1)
    return reached


def _check(limit: Limit, layer: str, part: LimitedPart) -> Check:
    measured = measure(limit, part)
    if measured is None:
        return Check(limit, layer, None, "unknown")
    verdict: Verdict = "within"
    if limit.is_upper and measured > limit.value:
        verdict = "over"
    elif not limit.is_upper and measured < limit.value:
        verdict = "under"
    elif _is_partial(limit, part):  # what was counted is a lower bound
        return Check(limit, layer, measured, "unknown")
    return Check(
        limit, layer, measured, verdict, _largest(limit, layer, part), _beside(limit, part)
    )


def terms_of(limit: Limit) -> Terms:
    """Return how a limit is measured: for one image, and as it says itself."""
    return read_terms(limit.convention or DEFAULT, dtype=limit.dtype or TYPE)


def _is_partial(limit: Limit, part: LimitedPart) -> bool:
    return bool(lacking(find(limit.quantity), part.total, terms_of(limit)))


def measure(limit: Limit, part: LimitedPart) -> int | None:
    """Return what a limit refers to, as a number; nothing if it is not known.

    Of what has a number for each axis, and each input that is meant, an upper limit refers to the
    largest, a lower one to the smallest.
    """
    quantity, terms = find(limit.quantity), terms_of(limit)
    if quantity.of_axes is not None:
        told = [quantity.of_axes(facts) for _, facts in _seeing(limit, part)]
        numbers = [number for each in told if each is not None for number in each]
        return (max if limit.is_upper else min)(numbers) if numbers else None
    of = part.total
    if quantity.key in COMES_OUT and not part.is_whole:
        of = total_of(part.facts[-1:])
    return number_of(quantity, of, terms, least=True)


def _seeing(limit: Limit, part: LimitedPart) -> Iterator[tuple[SeenInput, NodeFacts]]:
    """Yield each input that a limit on a field means, with the layer that is held against it."""
    for image in seen_inputs(part.analysis):
        if limit.input not in {"", image.name} or not image.shape.rank:
            continue
        facts = last_spatial(image) if part.is_whole else image.facts.get(part.facts[-1].node.id)
        if facts is not None:
            yield image, facts


def _beside(limit: Limit, part: LimitedPart) -> str:
    if find(limit.quantity).of_axes is None:
        return ""
    return next(filter(None, (through(i, facts) for i, facts in _seeing(limit, part))), "")


MOST = 3


def _largest(limit: Limit, layer: str, part: LimitedPart) -> tuple[tuple[str, int], ...]:
    """Return the parts one level below, a stage of a network, a unit of a stage, largest first."""
    quantity, terms = find(limit.quantity), terms_of(limit)
    of_layer = quantity.of_layer
    if of_layer is None or not quantity.adds_up or len(part.facts) == 1:
        return ()
    level = 1 if part.is_whole else layer.count("/") + 2
    sums: dict[str, int] = {}
    for facts in part.facts:
        name = "/".join(facts.node.id.split("/")[:level])
        sums[name] = sums.get(name, 0) + (of_layer(facts, terms) or 0)
    found = sorted((p for p in sums.items() if p[1]), key=lambda p: -p[1])
    return tuple(found[:MOST]) if len(found) > 1 else ()


def remedy(check: Check) -> str:
    """Say what to do about a limit that nothing fits; of any other there is nothing to say."""
    if check.verdict != "absent":
        return ""
    if check.limit.input:
        return "correct the names; the first line of 'cnnanalyze summary' lists the inputs"
    return "correct the path; 'cnnanalyze summary --depth 9' lists all of them"


def sentence(check: Check) -> str:
    """Say in numbers whether a limit is kept.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> from cnnanalyze.language.sections import plan_budgets
    >>> lenet = cnn.analyze("zoo:lenet5_common").analysis
    >>> budgets = plan_budgets(
    ...     {"parameters": "50k", "layers": {"conv*": {"macs": 100_000}}}, "here"
    ... )
    >>> for check in check_budgets(lenet, budgets):
    ...     print(sentence(check))
    61,706 parameters, 11,706 over the budget of 50k
    conv1 has 117,600 MACs, 17,600 over the budget of 100000
    conv2 has 240,000 MACs, 140,000 over the budget of 100000
    """
    limit, measured = check.limit, check.measured
    if check.verdict == "absent" and limit.input:
        of = f" of '{check.layer}'" if check.layer else ""
        return f"the budget for {noun(limit)}{of} names an input or a layer that is not there"
    if check.verdict == "absent":
        return (
            f"the budget for {noun(limit)} names '{check.layer}', which matches no layer or block"
        )
    of = f" of {check.layer}" if check.layer else ""
    has = f"{check.layer} has " if check.layer else ""
    if measured is None or check.verdict == "unknown":
        least = "" if measured is None else f": at least {measured:,}"
        return f"the {noun(limit)}{of} is unknown{least}; the budget is {limit.written}"
    if not find(limit.quantity).adds_up and not limit.dtype:
        said = f"the {noun(limit)}{of} is {measured:,}"
        if check.beside:
            said += f" (and the whole input through {check.beside})"
    else:
        said = f"{has}{measured:,} {noun(limit)}"
    match check.verdict:
        case "within":
            return f"{said}, within the budget of {limit.written}"
        case "over":
            return f"{said}, {measured - limit.value:,} over the budget of {limit.written}"
        case _:
            missing = limit.value - measured
            return f"{said}, {missing:,} under the minimum of {limit.written}"


def noun(limit: Limit) -> str:
    """Return what is limited, in words.

    Examples
    --------
    >>> from cnnanalyze.language.sections import plan_budgets
    >>> limits = plan_budgets({"memory": "5MB", "operations": "8G"}, "here").limits
    >>> [noun(limit) for limit in limits]
    ['bytes of memory (float32)', 'operations (flop)']
    """
    title = find(limit.quantity).title + (f" in {limit.input}" if limit.input else "")
    if limit.dtype:
        return f"bytes of {title} ({limit.dtype})"
    return f"{title} ({limit.convention})" if limit.convention else title
