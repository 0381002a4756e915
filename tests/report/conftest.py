"""A small network with primes for sizes, in which every column has something to say."""

from __future__ import annotations

import pytest

import cnnanalyze as cnn
from cnnanalyze.analysis.result import Analysis

SMALL = """\
cnn: 1
name: small_net
input: 23x29x3
blocks:
  unit:
    params: {filters: }
    layers: [{conv: {filters: $filters, kernel: 3}}, bn, relu]
layers:
  - {unit: 7, as: first}
  - {maxpool: 2, as: pool}
  - add:
      - - {conv: {filters: 7, kernel: [3, 5], padding: same, bias: false}}
      - []
  - gap
  - {dense: 11, as: scores}
"""


@pytest.fixture(scope="session")
def small() -> Analysis:
    return cnn.analyze(cnn.loads(SMALL)).analysis


@pytest.fixture(scope="session")
def repeated() -> Analysis:
    """Forty-one equal blocks behind one another, more than a screen holds."""
    text = """\
cnn: 1
name: repeated
input: 13x17x5
blocks: {unit: [{conv: {filters: 5, kernel: 3, padding: 1}}, relu]}
layers: [{unit: , repeat: 41}, {flatten: , as: end}]
"""
    return cnn.analyze(cnn.loads(text)).analysis
