"""Budgets as findings: the same verdicts as the command's, at the same places."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cnnanalyze.core.tree import Mapping, as_tree
from cnnanalyze.errors import Mark, Source
from cnnanalyze.linting.configured_budgets import _loaded
from cnnanalyze.linting.engine import lint_source
from cnnanalyze.linting.result import FileResult
from cnnanalyze.linting.settings import Settings, SettingsSource
from tests.linting.conftest import Lint

NET = """\
cnn: 1
input: 31x37x3
layers:
- conv: {filters: 7, kernel: 3}
- conv: {filters: 5, kernel: 3}
"""
Run = Callable[..., tuple[int, str, str]]


def settings_of(**budgets: Any) -> Settings:
    tree = as_tree(budgets, Mark(Source("cnnanalyze.toml", ""), 1, 1))
    assert isinstance(tree, Mapping)
    return Settings(caller=SettingsSource("test", budgets=tree))


def with_budgets(text: str, **budgets: Any) -> FileResult:
    settings = settings_of(**budgets)
    return lint_source(Source("net.yaml", text), None, settings)


def test_a_budget_of_the_configuration_has_no_place_in_the_spec() -> None:
    (found,) = [f for f in with_budgets(NET, parameters=300).findings if f.code == "BG001"]
    assert (found.mark, found.path) == (None, "")
    assert found.message == "516 parameters, 216 over the budget of 300"
    assert found.help == "most of it: conv2 320, conv1 196"
    assert dict(found.values) == {"measured": 516, "limit": 300}


def test_limits_of_both_are_checked(lint: Lint) -> None:
    text = f"{NET}budgets: {{parameters: 400}}\n"
    settings = settings_of(parameters=300)
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
    settings = settings_of(baseline=str(baseline))
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


# --- configurations ------------------------------------------------------------------------------

LAYERS = """\
[lint.budgets]
layers = {"conv*" = {macs = "5k"}, "stem*" = {macs = "1M"}}
"""
DENSE = "cnn: 1\ninput: 7\nlayers:\n- dense: 5\n"


def both(command: Any, *names: str) -> tuple[int, int]:
    """The exit codes of both commands, of errors alone."""
    lint = command("lint", *names, "--fail-on", "error", "--select", "BG")[0]
    return lint, command("budget", *names)[0]


def test_lint_and_budget_agree_on_patterns_of_a_configuration(command: Any) -> None:
    Path("cnnanalyze.toml").write_text(LAYERS, "utf-8")
    Path("net.yaml").write_text(NET, "utf-8")
    Path("dense.yaml").write_text(DENSE, "utf-8")
    assert both(command, "net.yaml") == (1, 1), "one is broken, and one fits nothing"
    Path("cnnanalyze.toml").write_text(LAYERS.replace("5k", "5G"), "utf-8")
    assert both(command, "net.yaml") == (1, 1), "one fits nothing"
    assert both(command, "dense.yaml") == (1, 1), "both fit nothing"
    Path("cnnanalyze.toml").write_text(LAYERS.replace("5k", "5G").replace("stem*", "dense*"))
    assert both(command, "net.yaml") == (1, 1)
    assert both(command, "net.yaml", "dense.yaml") == (0, 0), "each fits one of both"
    assert both(command, ".") == (0, 0)
    Path("cnnanalyze.toml").write_text(LAYERS, "utf-8")
    assert both(command, ".") == (1, 1)


def test_limits_of_a_configuration_are_told_with_their_place(command: Any) -> None:
    Path("cnnanalyze.toml").write_text(LAYERS, "utf-8")
    Path("net.yaml").write_text(NET, "utf-8")
    Path("other.yaml").write_text(NET, "utf-8")
    _, out, _ = command("lint", "net.yaml", "other.yaml", "--select", "BG")
    assert out.startswith("net.yaml: error[BG002] budget-macs: conv1 has ")
    assert "  help: the limit is set in cnnanalyze.toml:2:30\n" in out
    said = "cnnanalyze.toml:2:55: error[BG010] budget-unmatched: the budget for MACs names 'stem*'"
    assert out.count(said) == 1, "it is told once, not for every network"
    _, out, _ = command("budget", "net.yaml")
    told = " ".join(out.split())
    assert "cnnanalyze.toml:2:30: conv1 has " in told
    assert "cnnanalyze.toml:2:55: the budget for MACs names 'stem*', which matches no layer" in told


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ('baseline = "none.json"', "2:13", "there is no baseline '"),
        ('baseline = "/dev/zero"', "2:13", "'baseline' may only name files below "),
        ('baseline = "../costs.json"', "2:13", "'baseline' may only name files below "),
        ('baseline = "out.json"', "2:13", "'baseline' may only name files below "),
        ('layers = {"conv*" = {mcs = "5k"}}', "2:22", "'conv*' has no 'mcs'; it takes parameters,"),
        ('layers = {"conv*" = {macs = "x"}}', "2:30", "the budget for macs cannot be read: 'x'"),
    ],
)
def test_faults_of_configured_budgets_are_told_once_with_their_place(
    command: Any, text: str, place: str, message: str
) -> None:
    Path("cnnanalyze.toml").write_text(f"[lint.budgets]\n{text}\n", "utf-8")
    Path("net.yaml").write_text(NET, "utf-8")
    Path("other.yaml").write_text(NET, "utf-8")
    Path("out.json").symlink_to("/etc/hostname")
    for name in ("lint", "budget"):
        code, out, err = command(name, "net.yaml", "other.yaml")
        assert (code, out) == (2, "")
        assert err.startswith(f"cnnanalyze.toml:{place}: error: {message}")
        assert err.count("error:") == 1


def test_what_is_wrong_with_a_configured_baseline_is_told_where_it_is_written(command: Any) -> None:
    Path("cnnanalyze.toml").write_text("[lint.budgets]\nbaseline = 'costs.json'\n", "utf-8")
    Path("costs.json").write_text('{"schema": 1,\n "networks": {"net.yaml": 5}}', "utf-8")
    Path("net.yaml").write_text(NET, "utf-8")
    for name in ("lint", "budget"):
        code, out, err = command(name, "net.yaml")
        assert (code, out) == (2, "")
        assert err.startswith("costs.json:2:27: error: 'net.yaml' must be a mapping with 'totals' ")
        assert err.count("error:") == 1


def test_a_baseline_that_is_not_written_yet_can_be_written(command: Any) -> None:
    Path("cnnanalyze.toml").write_text("[lint.budgets]\nbaseline = 'costs.json'\n", "utf-8")
    Path("net.yaml").write_text(NET, "utf-8")
    assert command("lint", "net.yaml")[0] == 2
    assert command("lint", "net.yaml", "--ignore", "BG007")[0] == 0, "nobody reads it"
    assert command("budget", "net.yaml", "--update")[0] == 0
    assert command("lint", "net.yaml")[0] == 0


def test_a_file_that_the_command_line_names_may_lie_anywhere(
    command: Any, tmp_path_factory: pytest.TempPathFactory
) -> None:
    Path("net.yaml").write_text(NET, "utf-8")
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    baseline = str(elsewhere / "costs.json")
    assert command("budget", "net.yaml", "--baseline", baseline, "--update")[0] == 0
    (elsewhere / "c.toml").write_text("[lint.budgets]\nmacs = 1\n", "utf-8")
    assert command("lint", "net.yaml", "--config", str(elsewhere / "c.toml"))[0] == 1
