"""The work of an audit grows with claims plus layers; what would be more is bounded and told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import cnnanalyze as cnn
from cnnanalyze.auditing import alternatives
from cnnanalyze.auditing.examine import audit
from cnnanalyze.crosscheck import claims
from cnnanalyze.crosscheck.claims import check_claims
from tests.strategies.growing import check_growth

pytestmark = pytest.mark.sampled(13)


def spec(layers: int, expect: list[str], params: str = "{w: 2}") -> str:
    repeated = f"{{conv: {{filters: 3, kernel: 3, padding: same}}, repeat: {layers}, as: c}}"
    return "\n".join(
        [
            *("cnn: 1", "input: 7x5x3", f"params: {params}", "layers:", f"  - {repeated}"),
            "  - {conv: {filters: $w, kernel: 1}, as: last}",
            *("expect:", *(f"  - {row}" for row in expect)),
        ]
    )


def totals(n: int) -> str:
    return spec(n, [f"{{source: s{i}, total: {{parameters: {i}001}}}}" for i in range(n)])


def blocks(n: int) -> str:
    """Return claims about layers that do not hold."""
    rows = [f"c{i + 1}: {{parameters: {i}7}}" for i in range(n)]
    return spec(n, [f"{{source: s, layers: {{{', '.join(rows)}}}}}"])


def idle_settings(n: int) -> str:
    rows = [f"{{source: s{i}, set: {{v: {i}}}, total: {{macs: {i}001}}}}" for i in range(n)]
    return spec(n, rows, "{w: 2, v: 1}")


def settings(n: int) -> str:
    """Return settings of a network that does not grow with them."""
    rows = [f"{{source: s{i}, set: {{w: {i + 3}}}, total: {{macs: {i}01}}}}" for i in range(n)]
    return spec(2, rows)


@pytest.mark.parametrize("shape", [totals, blocks, idle_settings, settings])
@pytest.mark.parametrize("examine", [audit, check_claims])
def test_growth(
    shape: Callable[[int], str],
    examine: Callable[[Any], object],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(alternatives, "MOST", 3)  # a bound that does not grow with the size

    def measured(n: int) -> Callable[[], object]:
        analysis = cnn.analyze(cnn.loads(shape(n))).analysis
        return lambda: examine(analysis)

    check_growth(measured, start=16)


def test_settings_of_a_parameter_that_nothing_reads_are_the_network_itself(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    net = cnn.loads(idle_settings(5))
    monkeypatch.setattr(claims, "vary", lambda *_: pytest.fail("a variant was laid out"))
    monkeypatch.setattr(alternatives, "vary", lambda *_: pytest.fail("a variant was laid out"))
    checked = check_claims(cnn.analyze(net).analysis)
    assert {c.computed for c in checked} == {f"{5 * 35 * 81 + 35 * 6:,}"}
    assert [c.claim.source for c in checked] == ["s0", "s1", "s2", "s3", "s4"]
    assert len({v.computed for v in audit(net).rows}) == 1


@pytest.mark.parametrize("examine", [audit, check_claims])
def test_more_variants_than_the_bound_are_refused_at_the_claim(
    examine: Callable[[Any], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [f"{{source: s{i}, set: {{w: {i + 3}}}, total: {{macs: {i}01}}}}" for i in range(4)]
    analysis = cnn.analyze(cnn.loads(spec(2, rows))).analysis
    monkeypatch.setattr(claims, "MOST_LAYERS", 8)
    monkeypatch.setattr(alternatives, "MOST_LAYERS", 0)
    with pytest.raises(cnn.SpecError) as caught:
        examine(analysis)
    text = str(caught.value)
    assert text.startswith(
        "<text>:10:45: error: up to here the claims name variants with 9 layers together; at "
        "most 8 are built for claims"
    )
    assert text.endswith(
        "help: put some of the claims into a spec of their own that extends this one"
    )


@pytest.mark.parametrize("examine", [audit, check_claims])
def test_sums_up_to_many_layers_are_refused_beyond_the_bound(
    examine: Callable[[Any], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [f"c{i + 1}: {{operations_so_far: {i}7}}" for i in range(5)]
    net = cnn.loads(spec(6, [f"{{source: s, layers: {{{', '.join(rows)}}}}}"]))
    analysis = cnn.analyze(net).analysis
    examine(analysis)
    monkeypatch.setattr(claims, "MOST_SUMS", 14)
    with pytest.raises(cnn.SpecError, match="operations up to 3 of 7 layers, which takes 21 add"):
        examine(analysis)


def test_an_audit_says_that_it_stopped_trying(
    monkeypatch: pytest.MonkeyPatch, run: Any, write_spec: Any
) -> None:
    text = spec(6, ["{source: s, total: {parameters: 61.5k}}"], "{w: 2, bias: true, n: 100}")
    text = text.replace("filters: $w, kernel: 1", "filters: $w, kernel: 1, bias: $bias")
    file = write_spec(text)
    assert "until" not in run("audit", file).out
    monkeypatch.setattr(alternatives, "MOST_LAYERS", 6)
    for name in ("text", "markdown", "json"):
        found = " ".join(run("audit", file, "--format", name).out.split())
        assert "one that was not tried may explain a figure" in found
