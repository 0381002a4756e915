"""Hearing a witness: many random layers of one kind, and whether enough was said of them."""

from __future__ import annotations

from collections import Counter

from hypothesis import event, given, settings

import cnnanalyze.layers  # noqa: F401 - fills the registry
from cnnanalyze.layers.base import KINDS
from tests.strategies.case import Case
from tests.strategies.loose import LOOSE
from tests.witnesses.case import Verdict, Witness, confront

LEAST = 0.1
"""The share of the cases of which a witness must say something."""


def fields(kind: str) -> set[str]:
    """Return the names of the attributes of a kind."""
    cls = KINDS.get(kind)
    assert cls is not None
    return set(cls.model_fields)


def hear(
    kind: str, witness: Witness, refusals: tuple[type[Exception], ...], *, most: int = 100
) -> Counter[str]:
    """Confront a witness with random layers of a kind.

    Returns how often something was said of a layer for which an attribute was written.
    """
    verdicts: Counter[Verdict] = Counter()
    heard: Counter[str] = Counter()

    # The same layers in every run, so that what is heard does not depend on luck; more by hand.
    thorough = settings.default is not None and settings.default.max_examples > most

    @(settings() if thorough else settings(max_examples=most, derandomize=True, deadline=None))
    @given(case=LOOSE[kind])
    def confronted(case: Case) -> None:
        verdict = confront(case, witness, refusals)
        event(str(verdict))
        verdicts[verdict] += 1
        if verdict.spoke and not verdict.refused:
            heard.update(list(case.attributes))

    confronted()
    spoken = sum(number for verdict, number in verdicts.items() if verdict.spoke)
    assert spoken >= LEAST * verdicts.total(), f"hardly anything was said of {kind}: {verdicts}"
    assert verdicts[Verdict(spoke=True)], f"nothing of {kind} was accepted"
    return heard
