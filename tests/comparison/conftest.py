"""Pairs of networks."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import cnnanalyze as cnn
from cnnanalyze.analysis.result import Analysis
from cnnanalyze.comparison.difference import compare
from cnnanalyze.comparison.result import Comparison

HEAD = "{cnn: 1, name: net, input: 23x29x3, layers: ["

Analyze = Callable[[str], Analysis]
Pair = Callable[[str, str], Comparison]


def analyze(layers: str) -> Analysis:
    """Return what the rules say of a list of layers."""
    return cnn.analyze(cnn.loads(f"{HEAD}{layers}]}}")).analysis


@pytest.fixture
def pair() -> Pair:
    """Compare two lists of layers."""
    return lambda one, other: compare(analyze(one), analyze(other))
