"""``budget``: limits, growth, the baseline file, exit codes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cnnanalyze.cli import run

Run = Callable[..., tuple[int, str, str]]
NET = """\
cnn: 1
name: small
input: 31x37x3
blocks:
  unit: [{conv: {filters: 7, kernel: 3, padding: same}}, relu]
layers:
- {unit: , repeat: 3, as: stage$index}
- conv: {filters: 5, kernel: 3}
  as: last
"""


@pytest.fixture
def command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Run:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")

    def run_command(*arguments: str) -> tuple[int, str, str]:
        code = run(["budget", *arguments])
        out, err = capsys.readouterr()
        return code, out, err

    return run_command


def spec(tmp_path: Path, more: str = "", text: str = NET) -> None:
    (tmp_path / "net.yaml").write_text(text + more, encoding="utf-8")


def test_within_is_0_and_over_is_1_with_place_and_what_it_is_made_of(
    command: Run, tmp_path: Path
) -> None:
    spec(tmp_path, "budgets: {parameters: 1k, depth: 4, layers: {'stage?': {macs: 400k}}}\n")
    code, out, err = command("net.yaml")
    assert (code, err) == (1, "")
    assert out == (
        "✗ small (net.yaml)\n"
        "\n"
        "budget                    layer      measured   limit    share  verdict\n"
        "────────────────────────  ─────────  ────────  ──────  ───────  ───────\n"
        "parameters                (network)     1,412    ≤ 1k  141.2 %  over\n"
        "depth in weighted layers  (network)         4     ≤ 4  100.0 %  within\n"
        "MACs                      stage1      216,783  ≤ 400k   54.2 %  within\n"
        "MACs                      stage2      505,827  ≤ 400k  126.5 %  over\n"
        "MACs                      stage3      505,827  ≤ 400k  126.5 %  over\n"
        "\n"
        "  - net.yaml:10:23: 1,412 parameters, 412 over the budget of 1k\n"
        "    most of it: stage2 448 (31.7 %), stage3 448 (31.7 %), last 320 (22.7 %)\n"
        "  - net.yaml:10:63: stage2 has 505,827 MACs, 105,827 over the budget of 400k\n"
        "  - net.yaml:10:63: stage3 has 505,827 MACs, 105,827 over the budget of 400k\n"
    )
    spec(tmp_path, "budgets: {parameters: 2k}\n")
    assert command("net.yaml")[0] == 0


def test_a_limit_on_nothing_fails(command: Run, tmp_path: Path) -> None:
    spec(tmp_path, "budgets: {layers: {stem: {macs: 400k}}}\n")
    code, out, _ = command("net.yaml")
    assert code == 1
    assert out.endswith(
        "  - net.yaml:10:33: the budget for MACs names 'stem', which matches no layer or\n"
        "    block\n"
        "    help: correct the path; 'cnnanalyze summary --depth 9' lists all of them\n"
    )


def test_growth_is_told_with_the_layers_behind_it(command: Run, tmp_path: Path) -> None:
    spec(tmp_path)
    code, _, err = command("net.yaml", "--update")
    assert (code, err) == (0, "cnnanalyze-budget.json: 1 network\n")
    assert command("net.yaml") == (
        0,
        "✓ small (net.yaml)  nothing changed against the baseline\n",
        "",
    )
    spec(tmp_path, text=NET.replace("filters: 5", "filters: 11"))
    code, out, _ = command("net.yaml")
    assert code == 1
    lines = out.splitlines()
    assert lines[4] == (
        "parameters                            1,412      1,796      +384 (+27.2 %)  grew"
    )
    assert lines[-3:] == [
        "layer that changed  parameters      MACs  activations",
        "──────────────────  ──────────  ────────  ───────────",
        "last                      +384  +383,670       +6,090",
    ]
    assert command("net.yaml", "--allow", "30 %")[0] == 0
    assert command("net.yaml", "--allow", "27.1")[0] == 1
    assert command("net.yaml", "--update")[0] == 0
    assert command("net.yaml")[0] == 0


def test_a_growth_of_next_to_nothing_is_no_growth_of_zero_percent(
    command: Run, tmp_path: Path
) -> None:
    text = NET.replace("kernel: 3}\n", "kernel: 3, bias: false}\n").replace(
        "filters: 5", "filters: 71"
    )
    wide = text.replace("filters: 7,", "filters: 997,")
    spec(tmp_path, text=wide)
    command("net.yaml", "--update")
    spec(tmp_path, text=wide.replace("bias: false", "bias: true"))  # 71 more of 18,576,172
    code, out, _ = command("net.yaml")
    assert code == 1
    assert "+71 (less than 0.1 %)  grew" in out


def test_new_and_vanished_layers_are_told(command: Run, tmp_path: Path) -> None:
    spec(tmp_path)
    command("net.yaml", "--update")
    spec(tmp_path, text=NET.replace("as: last", "as: head"))
    code, out, _ = command("net.yaml")
    assert code == 0
    assert "nothing changed" in out
    assert [line.split()[:2] for line in out.splitlines() if "(" in line and "last" in line] == [
        ["last", "(removed)"]
    ]
    assert "head (new)" in out


def test_a_smaller_network_passes(command: Run, tmp_path: Path) -> None:
    spec(tmp_path)
    command("net.yaml", "--update")
    spec(tmp_path, text=NET.replace("filters: 5", "filters: 2"))
    code, out, _ = command("net.yaml")
    assert code == 0
    assert "−192 (−13.6 %)  shrank" in out


def test_the_file_is_stable_and_drops_specs_that_are_gone(command: Run, tmp_path: Path) -> None:
    spec(tmp_path)
    (tmp_path / "other.yaml").write_text(NET.replace("small", "other"), encoding="utf-8")
    command("net.yaml", "other.yaml", "--update", "--baseline", "costs.json")
    first = (tmp_path / "costs.json").read_text("utf-8")
    data = json.loads(first)
    assert list(data["networks"]) == ["net.yaml", "other.yaml"]
    assert data["networks"]["net.yaml"]["totals"]["parameters"] == 1412
    assert data["networks"]["net.yaml"]["layers"]["last"] == {
        "parameters": 320,
        "macs": 319725,
        "activations": 5075,
    }
    command("net.yaml", "--update", "--baseline", "costs.json")
    assert (tmp_path / "costs.json").read_text("utf-8") == first
    (tmp_path / "other.yaml").unlink()
    command("net.yaml", "--update", "--baseline", "costs.json")
    assert list(json.loads((tmp_path / "costs.json").read_text("utf-8"))["networks"]) == [
        "net.yaml"
    ]


def test_json_has_everything(command: Run, tmp_path: Path) -> None:
    spec(tmp_path)
    command("net.yaml", "--update")
    spec(tmp_path, "budgets: {memory: 9kB}\n", NET.replace("filters: 5", "filters: 11"))
    code, out, _ = command("net.yaml", "--format", "json")
    data = json.loads(out)
    assert (code, data["schema"], data["within"]) == (1, 1, False)
    (network,) = data["networks"]
    (limit,) = network["budgets"]
    assert (limit["quantity"], limit["limit"], limit["verdict"]) == ("memory", 9000, "over")
    assert limit["place"] == "net.yaml:10:19"
    totals = {g["quantity"]: g for g in network["baseline"]["totals"]}
    assert totals["parameters"]["change"] == 384
    assert network["baseline"]["layers"][0]["layer"] == "last"


def test_markdown_is_lists_and_tables(command: Run, tmp_path: Path) -> None:
    spec(tmp_path, "budgets: {parameters: 1k}\n")
    _, out, _ = command("net.yaml", "--format", "markdown")
    assert out == (
        "### ✗ small (net.yaml)\n"
        "\n"
        "| budget     | layer     | measured | limit |   share | verdict |\n"
        "| :--------- | :-------- | -------: | ----: | ------: | :------ |\n"
        "| parameters | (network) |    1,412 |  ≤ 1k | 141.2 % | over    |\n"
        "\n"
        "- net.yaml:10:23: 1,412 parameters, 412 over the budget of 1k\\\n"
        "  most of it: stage2 448 (31.7 %), stage3 448 (31.7 %), last 320 (22.7 %)\n"
    )


def test_a_configuration_sets_limits_and_the_baseline(command: Run, tmp_path: Path) -> None:
    spec(tmp_path)
    (tmp_path / "cnnanalyze.toml").write_text(
        '[lint.budgets]\nparameters = "1k"\nbaseline = "costs.json"\nallow = 50\n', "utf-8"
    )
    code, out, _ = command("net.yaml", "--update")
    assert code == 1
    assert "1,412 parameters, 412 over the budget of 1k" in out
    assert (tmp_path / "costs.json").is_file()
    spec(tmp_path, text=NET.replace("filters: 5", "filters: 11"))
    assert "allowed" in command("net.yaml")[1]
    assert "grew" in command("net.yaml", "--allow", "1")[1]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("net.yaml", "--allow", "much"), "error: --allow takes a percentage, not 'much'"),
        (("net.yaml", "--allow", "-1"), "error: --allow takes a percentage, not '-1'"),
        (("net.yaml", "--allow", "nan"), "error: --allow takes a percentage, not 'nan'"),
        (("net.yaml", "--allow", "1e99999"), "error: --allow takes a percentage, not '1e99999'"),
        (("net.yaml", "--baseline", "no.json"), "error: there is no baseline 'no.json'"),
        (
            ("net.yaml", "--baseline", "net.yaml"),
            "net.yaml:1:1: error: this is not JSON: expecting",
        ),
        (
            ("net.yaml", "--baseline", "old.json"),
            "old.json:1:12: error: 'schema' of a baseline must be 1, the version that this",
        ),
        (
            ("net.yaml", "--baseline", "bad.json"),
            "bad.json:1:53: error: 'macs' of 'totals' must be a whole number, not 'x'",
        ),
        (
            ("net.yaml", "--baseline", "word.json"),
            (
                "word.json:1:45: error: 'totals' has no 'mac'; it has parameters, macs, "
                "operations, activations, memory, size_on_disk; did you mean 'macs'?"
            ),
        ),
        (("net.yaml", "--format", "csv"), "error: there is no format 'csv'"),
        (
            ("net.yaml",),
            "error: no budgets, and no entry in 'cnnanalyze-budget.json': net.yaml",
        ),
        (("no.yaml",), "error: there is no file no.yaml"),
    ],
)
def test_what_cannot_be_done_is_2(
    command: Run, tmp_path: Path, arguments: tuple[str, ...], message: str
) -> None:
    spec(tmp_path)
    (tmp_path / "old.json").write_text('{"schema": 0, "networks": {}}', "utf-8")
    (tmp_path / "bad.json").write_text(
        '{"schema": 1, "networks": {"a": {"totals": {"macs": "x"}, "layers": {}}}}', "utf-8"
    )
    (tmp_path / "word.json").write_text(
        '{"schema": 1, "networks": {"a": {"totals": {"mac": 5}, "layers": {}}}}', "utf-8"
    )
    code, _, err = command(*arguments)
    assert code == 2
    assert err.startswith(message)


def test_a_network_without_limits_among_others_is_remarked(command: Run, tmp_path: Path) -> None:
    spec(tmp_path, "budgets: {parameters: 2k}\n")
    (tmp_path / "other.yaml").write_text(NET, encoding="utf-8")
    code, _, err = command("net.yaml", "other.yaml")
    assert (code, err) == (
        0,
        "remark: no budgets, and no entry in 'cnnanalyze-budget.json': other.yaml\n",
    )


def test_an_entry_of_a_spec_below_and_one_of_the_zoo(command: Run, tmp_path: Path) -> None:
    folder = tmp_path / "specs"
    folder.mkdir()
    (folder / "net.yaml").write_text(NET, encoding="utf-8")
    command(str(folder), "zoo:lenet5_common", "--update")
    data: Any = json.loads((tmp_path / "cnnanalyze-budget.json").read_text("utf-8"))
    assert list(data["networks"]) == ["specs/net.yaml", "zoo:lenet5_common"]
    assert command("specs/net.yaml", "zoo:lenet5_common")[0] == 0


def test_of_several_networks_it_is_said_how_many_keep_their_budgets(
    command: Run, tmp_path: Path
) -> None:
    for name, limit in (("a", "2k"), ("b", "1k"), ("c", "1k")):
        text = f"{NET.replace('small', name)}budgets: {{parameters: {limit}}}\n"
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    code, out, _ = command(".")
    assert (code, out.splitlines()[-1]) == (1, "3 networks: not within budget: b.yaml, c.yaml")
    command("a.yaml", "zoo:lenet5_common", "--update")
    (tmp_path / "a.yaml").write_text(NET, encoding="utf-8")
    code, out, _ = command("a.yaml", "zoo:lenet5_common")
    assert (code, out) == (
        0,
        (
            "✓ small (a.yaml)  nothing changed against the baseline\n"
            "✓ LeNet-5 (common variant) (zoo:lenet5_common)\n"
            "                  nothing changed against the baseline\n"
            "\n"
            "2 networks: all within budget\n"
        ),
    )


@pytest.mark.parametrize("width", [80, 100, 200])
def test_tables_fit_the_terminal_and_no_two_rows_look_alike(
    command: Run, monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    Path("cnnanalyze.toml").write_text(
        "[lint.budgets]\n"
        "memory = '1GB'\n"
        "operations = {at_most = '9_999_999_999', convention = 'flop'}\n"
        "layers = {'stage*/residual2/**/conv*' = {macs = '999_999_999', receptive_field = 1}}\n",
        encoding="utf-8",
    )
    code, out, _ = command("zoo:resnet50")
    assert code == 1
    table = out.partition("\n\n")[2].partition("\n\n")[0].splitlines()
    assert max(map(len, table)) <= width
    layers = [line for line in table[2:] if line.startswith("stage")]
    assert len(layers) == len(set(layers)) > 8
    assert table[0].split() == ["budget", "measured", "limit", "share", "verdict"]
