"""Networks of every kind and rank: balanced, valid for editors, the same when written and read."""

from __future__ import annotations

import pytest
from hypothesis import given

from tests.fuzz.networks import JOINING, SINGLE, texts
from tests.fuzz.properties import check_network
from tests.fuzz.suite import FIXED
from tests.strategies import STRATEGIES

pytestmark = pytest.mark.sampled(4)


def test_every_kind_can_be_drawn() -> None:
    assert sorted((*SINGLE, *JOINING)) == sorted(STRATEGIES)


@FIXED
@given(text=texts())
def test_network_is_balanced_valid_and_the_same_when_it_is_written(text: str) -> None:
    check_network(text)
