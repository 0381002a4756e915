"""``cnnanalyze audit`` and ``summary --conventions``: what they print, and their exit codes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from cnnanalyze.cli import run

TINY = "cnn: 1\nname: Tiny\ninput: 9x7x2\nlayers: [{conv: {filters: 5, kernel: 3}}, bn]\nexpect:\n"
Write = Callable[..., Path]


def test_right_figures_give_exit_code_zero(
    write_spec: Write, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    path = write_spec(
        f"{TINY}"
        "  - {source: table 1, total: {macs: 3150}}\n"
        "  - {source: Keras, convention: keras, total: {parameters: 115}}\n"
        "  - {source: me, verdict: wrong, reason: few biases, total: {parameters: 101}}\n"
    )
    assert run(["audit", str(path)]) == 0
    assert capsys.readouterr().out == (
        "Tiny\n"
        "\n"
        "3 figures: 1 holds, 1 holds under a convention, 1 is wrong and explained\n"
        "\n"
        "source   figure        printed  computed  verdict\n"
        "───────  ────────────  ───────  ────────  ─────────────────\n"
        "table 1  ✓ MACs           3150     3,150  holds\n"
        "Keras    ≈ parameters      115       115  holds under keras\n"
        "me       ✗ parameters      101       105  wrong\n"
        "    101 with one bias for each layer instead of one for each filter or unit\n"
        "    may be chance: 7 counts tried against 3 digits\n"
        "    the spec says: few biases\n"
    )


@pytest.mark.parametrize(
    ("claim", "said"),
    [
        (
            "{source: a, total: {parameters: 77}}",
            "net.yaml:6:37: the figure does not hold and is not marked wrong",
        ),
        (
            "{source: a, total: {parameters: 115}}",
            "net.yaml:6:37: write into the spec: 'convention: keras'",
        ),
        (
            "{source: a, verdict: wrong, reason: b, total: {parameters: 105}}",
            "net.yaml:6:64: it is marked wrong, but it holds; remove the mark",
        ),
    ],
)
def test_what_is_not_as_marked_gives_exit_code_one(
    write_spec: Write,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    claim: str,
    said: str,
) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    path = write_spec(f"{TINY}  - {claim}\n")
    monkeypatch.chdir(path.parent)
    assert run(["audit", path.name]) == 1
    out = capsys.readouterr().out
    assert f"    {said}\n" in out
    assert "1 not as marked" in out


def test_what_cannot_be_read_gives_exit_code_two(
    write_spec: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["audit", str(write_spec("cnn: 1\n"))]) == 2
    assert run(["audit", "zoo:sobel", "--format", "pdf"]) == 2
    assert "there is no format 'pdf'" in capsys.readouterr().err


def test_json_holds_every_claim_with_its_causes(
    write_spec: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write_spec(f"{TINY}  - {{source: a, total: {{parameters: 101}}}}\n")
    assert run(["audit", str(path), "-f", "json"]) == 1
    data = json.loads(capsys.readouterr().out)
    assert (data["schema"], data["fine"]) == (1, False)
    (claim,) = data["audits"][0]["claims"]
    assert (claim["outcome"], claim["printed"], claim["computed"]) == ("wrong", "101", "105")
    assert claim["causes"][0] == {
        "words": "with one bias for each layer instead of one for each filter or unit",
        "computed": "101",
        "convention": "",
    }


def test_markdown_is_a_table(
    write_spec: Write, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write_spec(f"{TINY}  - {{source: a, total: {{macs: 3150}}}}\n")
    assert run(["audit", str(path), "-f", "markdown", "-o", str(tmp_path / "a.md")]) == 0
    assert capsys.readouterr().out == ""
    text = (tmp_path / "a.md").read_text(encoding="utf-8")
    assert text.startswith(
        "### Tiny\n\n1 figure: 1 holds\n\n| source | figure | printed | computed |"
    )
    assert "| a      | ✓ MACs |    3150 |    3,150 | holds   |" in text


def test_of_several_specs_only_what_does_not_simply_hold_is_shown(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(["audit", "zoo:sobel", "zoo:lecture_000_lenet"]) == 0
    out = capsys.readouterr().out
    assert "✓" not in out
    assert out.splitlines()[-1].startswith("2 specs, ")


def test_tables_are_found_by_name_and_in_folders(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "tiny.yaml").write_text(f"{TINY}  []\n", encoding="utf-8")
    board = tmp_path / "board.table"
    board.write_text(
        "table: 1\nname: Board\nrows: [{row: 1, network: tiny, total: {macs: 3150}}]\n",
        encoding="utf-8",
    )
    assert run(["audit", str(board)]) == 0
    assert capsys.readouterr().out.startswith("Board\n\n1 figure: 1 holds\n")
    assert run(["audit", str(tmp_path)]) == 0
    assert "Tiny   no figure is claimed\nBoard  1 figure: 1 holds\n" in capsys.readouterr().out


# --- summary --conventions ------------------------------------------------------------------------


def test_conventions_of_a_spec_line_by_line(
    write_spec: Write, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    path = write_spec(f"{TINY}  []\n")
    assert run(["summary", str(path), "--conventions"]) == 0
    lines = [line.rstrip() for line in capsys.readouterr().out.splitlines()]
    assert lines[0] == "Tiny · input 9x7x2"
    assert "mac                  3,150  1.000" in lines
    assert "fvcore               3,500  1.111  batchnorm +350" in lines
    assert "thop                 3,850  1.222  batchnorm +700" in lines
    assert "keras            115  1.095  batchnorm +10" in lines


def test_conventions_as_data(write_spec: Write, capsys: pytest.CaptureFixture[str]) -> None:
    path = write_spec(f"{TINY}  []\n")
    assert run(["summary", str(path), "--conventions", "-f", "json"]) == 0
    rows = {
        (r["quantity"], r["convention"]): r
        for r in json.loads(capsys.readouterr().out)["conventions"]
    }
    assert rows["operations", "onnx-tool"]["number"] == 3150 + 5 * 35 + 31 * 5 * 35
    assert rows["operations", "fvcore"]["differences"] == [
        {"kind": "batchnorm", "amount": 350, "formula": "output + affine"}
    ]
    assert run(["summary", str(path), "--conventions", "-f", "csv"]) == 0
    assert "Tiny,operations,fvcore,3500,1.111,batchnorm +350" in capsys.readouterr().out
