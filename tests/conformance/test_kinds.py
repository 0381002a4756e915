"""The conformance suite, over every kind of ours and over cases that strategies build."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

import cnnanalyze.layers  # noqa: F401 - fills the registry
from cnnanalyze.layers.base import KINDS, Layer
from cnnanalyze.testing import SUBJECT, check_kind, network_of
from tests.strategies import STRATEGIES
from tests.strategies.case import Case

pytestmark = pytest.mark.sampled(6)

OURS = [kind for kind in KINDS if "." not in kind.kind]


def test_there_are_kinds() -> None:
    assert len(OURS) >= 61


@pytest.mark.parametrize("kind", OURS, ids=lambda k: k.kind)
def test_kind_keeps_what_is_asked_of_it(kind: type[Layer]) -> None:
    check_kind(kind)


@given(case=st.one_of(*STRATEGIES.values()))
def test_layer_gets_the_inputs_it_is_meant_to_get(case: Case) -> None:
    node = network_of(case.kind, case.texts, case.attributes)[SUBJECT]
    assert node.kind == case.kind
    assert node.input_shapes == case.inputs
