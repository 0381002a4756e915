"""Points of sweeps for tests: what their parts come to, and what their networks do as a whole."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import cnnanalyze as cnn
from cnnanalyze.analysis.quantities import of_network
from cnnanalyze.core.quantities import Terms
from cnnanalyze.language.spec import Spec
from cnnanalyze.sweeping.evaluation import Evaluation
from cnnanalyze.sweeping.part import Asked, Measures
from cnnanalyze.sweeping.plan import sweepable

TERMS = (Terms(), Terms("torchinfo", batch=3, bytes=2))
ASKED = tuple(
    Asked(quantity, terms)
    for quantity in sweepable()
    if not quantity.needs_network
    for terms in TERMS
)
"""Every quantity that a sweep can tell by parts, under two ways of counting."""


def by_parts(spec: Spec, settings: Mapping[str, Any] | None = None) -> list[int] | str:
    """Return every quantity of a network as its parts add up, or the message that refuses it."""
    evaluation = Evaluation(spec, settings or {}, Measures(ASKED))
    done = evaluation.evaluate({}, 1)
    if done.fault[0] >= 0:
        return str(done.faults[done.fault[0]].message)
    return [int(numbers[0]) for numbers in done.numbers]


def as_a_whole(spec: Spec) -> list[int]:
    """Return every quantity of a network as its analysis has it."""
    analysis = cnn.analyze(spec).analysis
    found = (of_network(one.quantity, analysis, one.terms, least=True) for one in ASKED)
    return [-1 if number is None else number for number in found]
