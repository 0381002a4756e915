"""Budgets as findings: the same verdicts as the command's, at the same places."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cnnanalyze.errors import Source
from cnnanalyze.lint.budgets import _loaded
from cnnanalyze.lint.engine import lint_source
from cnnanalyze.lint.result import FileResult
from cnnanalyze.lint.settings import Given, Settings
from tests.lint.conftest import Lint

NET = """\
cnn: 1
input: 31x37x3
layers:
- conv: {filters: 7, kernel: 3}
- conv: {filters: 5, kernel: 3}
"""
Run = Callable[..., tuple[int, str, str]]


def with_budgets(text: str, **budgets: Any) -> FileResult:
    settings = Settings(caller=Given("test", budgets=budgets))
    return lint_source(Source("net.yaml", text), None, settings)


def test_a_budget_of_the_configuration_has_no_place_in_the_spec() -> None:
    (found,) = [f for f in with_budgets(NET, parameters=300).findings if f.code == "BG001"]
    assert (found.mark, found.path) == (None, "")
    assert found.message == "516 parameters, 216 over the budget of 300"
    assert found.help == "most of it: conv2 320, conv1 196"
    assert dict(found.values) == {"measured": 516, "limit": 300}


def test_limits_of_both_are_checked(lint: Lint) -> None:
    text = f"{NET}budgets: {{parameters: 400}}\n"
    settings = Settings(caller=Given("test", budgets={"parameters": 300}))
    found = lint_source(Source("net.yaml", text), None, settings).findings
    assert sorted(f.message for f in found if f.code == "BG001") == [
        "516 parameters, 116 over the budget of 400",
        "516 parameters, 216 over the budget of 300",
    ]
    assert [f.message for f in lint(text, "BG").findings] == [
        "516 parameters, 116 over the budget of 400"
    ]


def test_a_pattern_of_the_configuration_need_not_fit(lint: Lint) -> None:
    layers = {"stem": {"macs": 1}}
    assert [f for f in with_budgets(NET, layers=layers).findings if f.code == "BG010"] == []
    text = f"{NET}budgets: {{layers: {{stem: {{macs: 1}}}}}}\n"
    assert [f.code for f in lint(text, "BG").findings] == ["BG010"]


@pytest.fixture
def baseline(command: Run, tmp_path: Path) -> Path:
    """Return the baseline of a network that has grown since."""
    _loaded.cache_clear()
    spec = tmp_path / "net.yaml"
    spec.write_text(NET, encoding="utf-8")
    assert command("budget", "net.yaml", "--update")[0] == 0
    spec.write_text(NET.replace("filters: 5", "filters: 11"), encoding="utf-8")
    return tmp_path / "cnnanalyze-budget.json"


def test_growth_against_the_baseline_is_a_finding(baseline: Path) -> None:
    text = (baseline.parent / "net.yaml").read_text("utf-8")
    found = [f for f in with_budgets(text, baseline=str(baseline)).findings if f.code == "BG007"]
    (finding,) = found
    assert finding.message.startswith("384 (74.4 %) more parameters, ")
    assert finding.message.endswith(" more size on disk than in the baseline")
    assert (finding.path, finding.mark and finding.mark.line) == ("conv2", 5)
    assert finding.help.startswith("changed: conv2; ")
    assert dict(finding.values)["parameters"] == (516, 900)
    allowed = with_budgets(text, baseline=str(baseline), allow=200).findings
    assert [f for f in allowed if f.code == "BG007"] == []


def test_a_network_without_an_entry_is_new_not_grown(baseline: Path) -> None:
    settings = Settings(caller=Given("test", budgets={"baseline": str(baseline)}))
    found = lint_source(Source("other.yaml", NET), None, settings).findings
    assert [f for f in found if f.code == "BG007"] == []


def test_the_command_lint_reads_the_configuration(baseline: Path, command: Run) -> None:
    (baseline.parent / "cnnanalyze.toml").write_text(
        f'[lint.budgets]\nbaseline = "{baseline.name}"\n', "utf-8"
    )
    assert json.loads(baseline.read_text("utf-8"))["schema"] == 1
    code, out, _ = command("lint", "net.yaml", "--format", "concise")
    assert code == 1
    assert "BG007" in out
