"""Fixes that would make a claim or a budget of the spec fail are not made unasked."""

from __future__ import annotations

from typing import Any

import pytest

from cnnanalyze.errors import Source
from cnnanalyze.linting.fixes import apply_fixes
from cnnanalyze.linting.selection import Level
from cnnanalyze.linting.settings import Settings, SettingsSource

NET = """\
cnn: 1
input: 31x37x3
layers:
- conv: {filters: 7, kernel: 3, padding: same}
- bn
- relu
- relu
- conv: {filters: 5, kernel: 3, padding: same}
- bn
"""
WITHOUT = NET.replace("same}", "same, bias: false}").replace("- relu\n- relu", "- relu")
SOME = NET.replace("- relu\n- relu", "- relu")
PARAMETERS = 7 * 28 + 14 + 5 * 64 + 10
CLAIM = f"expect: [{{source: me, total: {{parameters: {PARAMETERS}}}}}]\n"


def mended(text: str, **options: Any) -> str:
    settings = Settings(caller=SettingsSource("test", Level(select=("NA",))))
    return apply_fixes(Source("net.yaml", text), None, settings, **options).after.text


@pytest.mark.parametrize(
    ("more", "after"),
    [
        ("", WITHOUT),
        (CLAIM, SOME),
        (CLAIM.replace(str(PARAMETERS), "{printed: 9_999, verdict: wrong, reason: x}"), WITHOUT),
        # Wrong as marked now, and right without all of the biases.
        (CLAIM.replace(str(PARAMETERS), "{printed: 528, verdict: wrong, reason: x}"), "first"),
        (CLAIM.replace(str(PARAMETERS), "9_999"), WITHOUT),  # fails anyhow
        (CLAIM.replace(str(PARAMETERS), "0.5k"), WITHOUT),
        ("expect: [{source: me, total: {macs: 594_405}}]\n", WITHOUT),
        # The claim speaks of the first convolution.
        ("expect: [{source: me, layers: {conv1: {parameters: 196}}}]\n", "second"),
        ("budgets: {parameters: {at_least: 540}}\n", SOME),
        ("budgets: {parameters: 540}\n", WITHOUT),
        ("budgets: {parameters: {at_least: 530}}\n", "first"),  # each is possible, and not both
    ],
)
def test_what_holds_goes_on_to_hold(more: str, after: str) -> None:
    biased = "kernel: 3, padding: same"
    first = SOME.replace(f"7, {biased}", f"7, {biased}, bias: false")
    second = SOME.replace(f"5, {biased}", f"5, {biased}, bias: false")
    after = {"first": first, "second": second}.get(after, after)
    assert mended(NET + more) == after + more


def test_unsafe_fixes_are_made_if_that_is_asked_for() -> None:
    assert mended(NET + CLAIM, with_unsafe=True) == WITHOUT + CLAIM


def test_why_a_fix_is_unsafe_is_told(command: Any, tmp_path: Any) -> None:
    (tmp_path / "net.yaml").write_text(NET + CLAIM, encoding="utf-8")
    _, out, _ = command("lint", "net.yaml", "--select", "NA001")
    assert (
        "  fix: switch the bias off; unsafe, since the claim in line 10, 540 parameters, would not "
        "hold any more (--unsafe-fixes does it)\n"
    ) in out
    assert out.endswith("2 warnings in 1 file (2 with --unsafe-fixes)\n")
    _, out, _ = command("lint", "net.yaml", "--select", "NA", "--format", "json")
    assert '"unsafe": "the claim in line 10, 540 parameters, would not hold any more"' in out
    _, out, _ = command("lint", "net.yaml", "--select", "NA001", "--format", "sarif")
    assert '"fixes"' not in out
    (tmp_path / "net.yaml").write_text(f"{NET}budgets: {{parameters: {{at_least: 540}}}}\n")
    _, out, _ = command("lint", "net.yaml", "--select", "NA001")
    assert "unsafe, since the budget for parameters in line 10 would not be kept" in out


def test_unsafe_fixes_need_something_that_makes_fixes(command: Any) -> None:
    assert command("lint", "net.yaml", "--unsafe-fixes") == (
        2,
        "",
        "error: --unsafe-fixes needs --fix or --diff\n  help: add one of them\n",
    )
