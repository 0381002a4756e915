"""A spec is a network with what its text says besides; a network needs none."""

from __future__ import annotations

import cnnanalyze as cnn
from cnnanalyze.language.spec import spec_of

TEXT = """\
cnn: 1
name: tiny
family: Small
year: 1998
input: 11x13x3
params: {width: 5, unread: 2}
layers: [{conv: {filters: $width, kernel: 3}}]
expect: [{source: here, total: {parameters: 140}}]
train: {samples: 70}
budgets: {parameters: 1k}
lint: {profile: strict}
"""


def test_a_spec_goes_wherever_a_network_is_taken() -> None:
    spec = cnn.loads(TEXT, settings={"width": 7})
    assert isinstance(spec, cnn.Spec)
    assert isinstance(spec, cnn.Network)
    report = cnn.analyze(spec)
    assert report.spec is spec
    assert (spec.text("family"), spec.year, spec.settings) == ("Small", 1998, (("width", 7),))
    assert spec.parameters == (("width", 7), ("unread", 2))
    assert spec.training is not None
    assert spec.budgets is not None
    assert spec.lint is not None
    assert [claim.printed for claim in spec.claims] == ["140"]


def test_a_network_has_only_what_makes_a_network() -> None:
    net = cnn.loads(TEXT).network
    assert type(net) is cnn.Network
    assert list(net.__dataclass_fields__) == ["name", "inputs", "nodes", "outputs"]
    said = spec_of(net)
    assert (said.document, said.source, said.folder, said.text("family")) == (None, None, None, "")
    assert (said.training, said.budgets, said.lint, said.year, said.claims) == (*[None] * 4, ())
    assert said.words == frozenset()
    assert said.network == net


def test_where_nodes_came_from_makes_no_difference_between_networks() -> None:
    one = cnn.loads(TEXT, name="one")
    other = cnn.loads(TEXT.replace("- {conv", "-  {conv"), name="other")
    assert one.network == other.network
    assert one[0].mark != other[0].mark
    assert one[0].place("kernel") != one[0].mark
    assert one[0].place("stride") == one[0].mark
