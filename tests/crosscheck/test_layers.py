"""Single layers of every kind: the two books agree on every entry."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

import cnnanalyze.layers  # noqa: F401 - fills the registry
from cnnanalyze.crosscheck.balance import balance
from cnnanalyze.layers.base import KINDS
from cnnanalyze.layers.traits import Trait
from cnnanalyze.testing import check_layer
from tests.strategies import STRATEGIES
from tests.strategies.case import Case

pytestmark = pytest.mark.sampled(5)


def test_every_kind_is_tried() -> None:
    assert len(STRATEGIES) >= 61
    run = [kind.kind for kind in KINDS if Trait.OPAQUE not in kind.traits]
    assert sorted(STRATEGIES) == run


@pytest.mark.parametrize("kind", sorted(STRATEGIES))
@given(data=st.data())
def test_books_agree_on_a_layer(kind: str, data: st.DataObject) -> None:
    case = data.draw(STRATEGIES[kind])
    cls = KINDS.get(kind)
    assert cls is not None
    check_layer(cls, case.texts, case.attributes)


@given(case=st.one_of(*STRATEGIES.values()))
def test_nothing_is_left_uncounted(case: Case) -> None:
    result = balance(case.network)
    assert result.remarks == ()
    compared = dict(result.compared)
    assert compared["shape"] == result.layers
    assert ("receptive field" in compared) == any(s.rank for s in case.inputs)
