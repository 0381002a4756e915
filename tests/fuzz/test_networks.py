"""Networks of every kind and rank: balanced, valid for editors, the same when written and read."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

import cnnanalyze as cnn
from cnnanalyze.layers.base import KINDS
from cnnanalyze.layers.traits import Trait
from tests.fuzz.networks import JOINING, SINGLE, texts
from tests.fuzz.properties import check_network
from tests.fuzz.suite import FIXED

pytestmark = pytest.mark.sampled(4)
OPAQUE = {cls.kind for cls in KINDS if Trait.OPAQUE in cls.traits}
"""What nobody runs."""


def test_every_kind_can_be_drawn() -> None:
    assert sorted({*SINGLE, *JOINING, *OPAQUE}) == sorted(KINDS.names())


@pytest.mark.sampled(16)
@pytest.mark.parametrize("kind", sorted({*KINDS.names()} - OPAQUE))
def test_network_with_a_layer_of_every_kind(kind: str) -> None:
    drawn: set[str] = set()

    @settings(FIXED, max_examples=3)
    @given(text=texts(kind))
    def check(text: str) -> None:
        drawn.update(node.kind for node in cnn.loads(text))
        check_network(text)

    check()
    assert kind in drawn


def test_networks_have_one_input_and_several() -> None:
    found = set()

    @settings(FIXED, max_examples=30)
    @given(text=texts("relu"))
    def count(text: str) -> None:
        found.add(len(cnn.loads(text).inputs) > 1)

    count()
    assert found == {False, True}


@FIXED
@given(text=texts())
def test_network_is_balanced_valid_and_the_same_when_it_is_written(text: str) -> None:
    check_network(text)
