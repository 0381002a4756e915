"""Random networks: the two books agree on every entry of every layer."""

from __future__ import annotations

from hypothesis import given, note

import cnnanalyze as cnn
from cnnanalyze.crosscheck.balance import balance
from tests.strategies.networks import specs


@given(text=specs())
def test_books_agree_on_a_network(text: str) -> None:
    note(text)
    result = balance(cnn.loads(text))
    assert result.is_balanced, "\n".join(map(str, result.discrepancies))
    assert not result.remarks


@given(text=specs())
def test_written_spec_is_the_same_network(text: str) -> None:
    note(text)
    network = cnn.loads(text)
    written = cnn.loads(cnn.dumps(network))
    assert [n.layer for n in written] == [n.layer for n in network]
    assert [n.output for n in written] == [n.output for n in network]
    ours, theirs = cnn.analyze(network), cnn.analyze(written)
    assert theirs.total == ours.total
    assert theirs.analysis.memory.live == ours.analysis.memory.live
    assert [f.fields for f in theirs] == [f.fields for f in ours]
