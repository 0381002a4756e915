"""``cnnanalyze lint`` and ``cnnanalyze rule`` as people type them."""

# ruff: noqa: E501 - one row of a table is one line
from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from cnnanalyze.cli.changes import follow
from tests.interrupts import interrupt
from tests.linting.networks import EVEN, MESSAGE, UNITS

CLEAN = EVEN.replace("kernel: 4", "kernel: 3")
BROKEN = EVEN.replace("kernel", "kernl")


@pytest.mark.parametrize(
    ("text", "options", "code"),
    [
        (CLEAN, (), 0),
        (EVEN, (), 1),
        (BROKEN, (), 1),
        (EVEN, ("--fail-on", "error"), 0),
        (EVEN, ("--fail-on", "warning"), 1),
        (EVEN, ("--max-warnings", "1"), 0),
        (EVEN, ("--max-warnings", "0"), 1),
        (EVEN, ("--exit-zero",), 0),
        (BROKEN, ("--exit-zero",), 0),
        (BROKEN, ("--max-warnings", "5"), 1),
        (EVEN, ("--ignore", "CV003"), 0),
        (EVEN, ("--select", "NA,RF"), 0),
        (EVEN, ("--select", "NA", "--extend-select", "even-kernel"), 1),
    ],
)
def test_exit_code(
    command: Any, tmp_path: Path, text: str, options: tuple[str, ...], code: int
) -> None:
    (tmp_path / "net.yaml").write_text(text)
    assert command("lint", "net.yaml", *options)[0] == code


@pytest.mark.usefixtures("net")
def test_info_does_not_fail_unless_asked(command: Any) -> None:
    Path("cnnanalyze.toml").write_text("[lint.severity]\nCV003 = 'info'\n")
    assert command("lint", "net.yaml")[0] == 0
    assert command("lint", "net.yaml", "--fail-on", "info")[0] == 1


@pytest.mark.usefixtures("net")
def test_what_is_printed(command: Any) -> None:
    code, out, err = command("lint", "net.yaml")
    assert code == 1
    assert err == ""
    assert out.startswith(f"net.yaml:4:30: warning[CV003] even-kernel: {MESSAGE}\n")
    assert out.endswith("\n1 warning in 1 file\n")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--select", "CW"), "error: there is no rule 'CW'"),
        (("--ignore", "evn-kernel"), "error: there is no rule 'evn-kernel'; did you mean 'even-kernel'?"),
        (("--profile", "strct"), "error: there is no profile 'strct'; did you mean 'strict'?"),
        (("--target", "abacus"), "error: there is no target 'abacus'"),
        (("--fail-on", "eror"), "error: there is no severity 'eror'; did you mean 'error'?"),
        (("--format", "sarfi"), "error: there is no format 'sarfi'; did you mean 'sarif'?"),
        (("--output", "sarif"), "error: --output takes FORMAT=FILE, or a FILE whose name ends in its format, not 'sarif'"),
        (("--output", "srif=x"), "error: there is no format 'srif'; did you mean 'sarif'?"),
        (("--write-baseline",), "error: which baseline?"),
        (("--baseline", "none.json"), "error: there is no baseline 'none.json'"),
        (("--config", "none.toml"), "error: there is no file none.toml"),
        (("--config", "x.toml", "--isolated"), "error: --isolated and --config exclude each other"),
        (("--set", "width"), "error: --set takes NAME=VALUE, not 'width'"),
        (("--select", ""), "error: --select names no rule"),
        (("--select", " , "), "error: --select names no rule"),
        (("",), "error: the name of a spec is empty"),
        (("--fix", "--add-ignore", "why"), "error: --fix and --add-ignore exclude each other"),
        (("--baseline", "b", "--write-baseline", "--prune-baseline"), "error: --write-baseline and --prune-baseline exclude each other"),
    ],
)  # fmt: skip
@pytest.mark.usefixtures("net")
def test_what_cannot_be_used_is_refused(
    command: Any, options: tuple[str, ...], message: str
) -> None:
    code, out, err = command("lint", "net.yaml", *options)
    assert (code, out) == (2, "")
    assert err.splitlines()[0] == message


@pytest.mark.usefixtures("net")
def test_file_that_cannot_be_opened_is_2_and_the_others_are_linted(command: Any) -> None:
    code, out, err = command("lint", "none.yaml", "net.yaml")
    assert code == 2
    assert "1 warning in 1 file" in out
    assert err == "error: there is no file none.yaml\n"


@pytest.mark.usefixtures("net")
def test_faults_of_a_configuration_have_their_place(command: Any) -> None:
    Path("cnnanalyze.toml").write_text("[lint]\nselct = []\n")
    code, _, err = command("lint", "net.yaml")
    assert code == 2
    assert err.startswith(
        "cnnanalyze.toml:2:1: error: 'lint' has no 'selct'; it takes extend, profile, "
    )
    assert err.endswith("; did you mean 'select'?\n  |\n2 | selct = []\n  | ^^^^^\n")
    assert command("lint", "net.yaml", "--isolated")[0] == 1
    Path("other.toml").write_text("[lint]\nignore = ['CV003']\n")
    assert command("lint", "net.yaml", "--config", "other.toml")[0] == 0


def test_folders_and_several_outputs(command: Any, tmp_path: Path) -> None:
    (tmp_path / "specs" / "deep").mkdir(parents=True)
    (tmp_path / "specs" / "a.yaml").write_text(EVEN)
    (tmp_path / "specs" / "deep" / "b.yml").write_text(UNITS)
    code, out, _ = command(
        "lint", "specs", "-f", "concise", "-o", "sarif=out.sarif", "--output", "junit=out.xml"
    )
    assert code == 1
    assert out.splitlines()[-1].endswith("in 2 files (1 fixable with --fix)")
    assert json.loads(Path("out.sarif").read_text())["version"] == "2.1.0"
    assert Path("out.xml").read_text().startswith("<?xml")


@pytest.mark.usefixtures("net")
def test_annotations_by_themselves_in_github_actions(
    command: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    assert command("lint", "net.yaml")[1].startswith(
        "::warning title=CV003 even-kernel,file=net.yaml"
    )
    assert command("lint", "net.yaml", "--format", "text")[1].startswith("net.yaml:4:30: ")


def test_stdin(command: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def give(text: str) -> None:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))

    give(EVEN)
    assert command("lint", "-")[1].startswith("<stdin>:4:30: ")
    give(EVEN)
    assert command("lint", "-", "--stdin-filename", "sub/net.yaml")[1].startswith(
        "sub/net.yaml:4:30: "
    )
    Path("cnnanalyze.toml").write_text("[lint.per-file-ignores]\n'sub/*' = ['CV003']\n")
    give(EVEN)
    assert command("lint", "-", "--stdin-filename", "sub/net.yaml")[0] == 0
    give(UNITS)
    code, out, _ = command("lint", "-", "--diff", "--stdin-filename", "units.yaml")
    assert code == 1
    assert out.startswith("--- units.yaml\n+++ units.yaml\n")
    give(UNITS)
    code, _, err = command("lint", "-", "--fix")
    assert code == 2
    assert err.startswith("error: a spec on stdin cannot be changed in place\n")


def test_parameters_are_set(command: Any, tmp_path: Path) -> None:
    text = EVEN.replace("input", "params: {k: 3}\ninput").replace("kernel: 4", "kernel: $k")
    (tmp_path / "net.yaml").write_text(text)
    assert command("lint", "net.yaml")[0] == 0
    assert command("lint", "net.yaml", "--set", "k=4")[0] == 1


def test_fix_writes_the_file_as_it_was_but_for_the_fix(command: Any, tmp_path: Path) -> None:
    path = tmp_path / "units.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + UNITS.replace("\n", "\r\n").encode())
    code, out, err = command("lint", "units.yaml", "--fix", "--select", "NA001")
    assert (code, err) == (0, "1 change written\n")
    assert out == "nothing found in 1 file\n"
    fixed = UNITS.replace("padding: same}", "padding: same, bias: false}")
    assert path.read_bytes() == b"\xef\xbb\xbf" + fixed.replace("\n", "\r\n").encode()
    assert command("lint", "units.yaml", "--fix", "--select", "NA001") == (0, out, "")


def test_fix_may_fail_the_run(command: Any, tmp_path: Path) -> None:
    (tmp_path / "units.yaml").write_text(UNITS)
    options = ("--select", "NA001", "--fix", "--exit-non-zero-on-fix")
    assert command("lint", "units.yaml", *options)[0] == 1
    assert command("lint", "units.yaml", *options)[0] == 0


def test_diff_changes_nothing(command: Any, tmp_path: Path) -> None:
    path = tmp_path / "units.yaml"
    path.write_text(UNITS)
    code, out, _ = command("lint", "units.yaml", "--diff", "--select", "NA001")
    assert code == 1
    assert out.splitlines()[:3] == ["--- units.yaml", "+++ units.yaml", "@@ -4,7 +4,7 @@"]
    assert "-    - conv: {filters: 7, kernel: 3, padding: same}  # of each unit" in out
    assert "+    - conv: {filters: 7, kernel: 3, padding: same, bias: false}  # of each unit" in out
    assert path.read_text() == UNITS
    path.write_text(CLEAN)
    assert command("lint", "units.yaml", "--diff") == (0, "", "")


def test_comments_are_written(command: Any, net: Path) -> None:
    code, out, err = command("lint", "net.yaml", "--add-ignore", "as printed")
    assert (code, err) == (0, "1 change written\n")
    assert out == "nothing found in 1 file (1 ignored)\n"
    assert net.read_text().endswith("same}  # cnn: ignore[CV003] -- as printed\n")


def test_baseline_from_beginning_to_end(command: Any, net: Path) -> None:
    base = ("--baseline", "known.json")
    assert command("lint", "net.yaml", *base, "--write-baseline")[:2] == (
        0,
        "nothing found in 1 file (1 in the baseline)\n",
    )
    assert command("lint", "net.yaml", *base)[0] == 0
    net.write_text(CLEAN)
    code, out, _ = command("lint", "net.yaml", *base)
    assert code == 1
    assert out.startswith("known.json: error[LN003] stale-baseline: the baseline known.json knows")
    assert command("lint", "net.yaml", *base, "--prune-baseline")[0] == 0
    assert json.loads(Path("known.json").read_text())["files"] == {}


@pytest.mark.usefixtures("net")
def test_settings_are_shown(command: Any) -> None:
    Path("cnnanalyze.toml").write_text("[lint]\nselect = ['CV003']\nseverity = {CV = 'error'}\n")
    code, out, _ = command("lint", "net.yaml", "--show-settings")
    assert code == 0
    assert "  from: cnnanalyze.toml\n" in out
    assert "    CV003  error    even-kernel (by itself warning)\n" in out
    assert "bias-before-norm" not in out


def test_processes_find_the_same(command: Any, tmp_path: Path) -> None:
    for n in range(9):
        (tmp_path / f"{n}.yaml").write_text(EVEN if n % 2 else UNITS)
    (tmp_path / "bad.yaml").write_bytes(b"cnn: 1\0")
    Path("cnnanalyze.toml").write_text(
        "[[lint.rule]]\ncode = 'ACME001'\nwhen = 'kernel == 4'\nmessage = 'four'\n"
    )
    alone = command("lint", ".", "-f", "json")
    assert alone[0] == 2
    assert json.loads(alone[1])["summary"]["warning"] == 5 + 4 + 4
    assert command("lint", ".", "-f", "json", "--jobs", "2") == alone


@pytest.mark.usefixtures("net")
def test_colour(command: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b[" in command("lint", "net.yaml")[1]
    monkeypatch.setenv("NO_COLOR", "1")  # as rich has it: bold and faint are no colours
    shown = command("lint", "net.yaml")[1]
    assert "\x1b[1m" in shown
    assert "\x1b[1;33m" not in shown
    monkeypatch.delenv("FORCE_COLOR")
    assert "\x1b[" not in command("lint", "net.yaml")[1]


def test_watching_lints_again_when_a_file_changes(
    net: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs: list[str] = []
    naps: list[float] = []

    def nap(seconds: float) -> None:
        naps.append(seconds)
        if len(naps) == 2:
            net.write_text(CLEAN)
            import os

            os.utime(net, (1, 1))
        if len(naps) == 4:
            raise KeyboardInterrupt

    monkeypatch.setattr("time.sleep", nap)
    with pytest.raises(KeyboardInterrupt):
        follow([str(net)], lambda: runs.append(net.read_text()))
    assert runs == [EVEN, CLEAN]


# --- rule ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("word", ["CV003", "even-kernel", "cv003"])
def test_rule_is_explained(command: Any, word: str) -> None:
    code, out, err = command("rule", word)
    assert (code, err) == (0, "") or word == "cv003"
    if code == 0:
        assert out.startswith(
            "CV003 even-kernel (warning, always on)\n\nA convolution with stride 1"
        )
        for title in ("Why:", "Instead:", "Condition:", "Source:", "Found:", "Not found:"):
            assert f"\n{title}\n" in out
        assert f"4:30: warning[CV003] {MESSAGE}"[:70] in out.replace("\n  ", " ")
        assert max(map(len, out.splitlines())) <= 100
    else:
        assert err.startswith("error: there is no rule 'cv003'; did you mean 'CV003'?")


def test_rules_are_listed(command: Any) -> None:
    code, out, _ = command("rule")
    assert code == 0
    assert "The arithmetic of convolutions" in out
    assert "  CV003  even-kernel " in out
    assert "The linter itself" in out
    assert "Other rules" not in out


def test_rule_in_other_forms(command: Any) -> None:
    data = json.loads(command("rule", "NA001", "-f", "json")[1])
    assert data["name"] == "bias-before-norm"
    assert data["why"]
    assert data["instead"] == "Write `bias: false`."
    everything = json.loads(command("rule", "--format", "json")[1])
    assert len(everything["rules"]) >= 60
    assert command("rule", "NA001", "-f", "markdown")[1].startswith("# NA001 bias-before-norm\n")


def test_unknown_rule_is_refused(command: Any) -> None:
    code, _, err = command("rule", "evn-kernel")
    assert code == 2
    assert err.startswith("error: there is no rule 'evn-kernel'; did you mean 'even-kernel'?")


# --- what is left out ----------------------------------------------------------------------------

MIXED = UNITS.replace("- gap", "- conv: {filters: 5, kernel: 4, padding: same}\n- gap")
"""An info (RF003) and two warnings."""


@pytest.mark.parametrize(
    ("text", "options", "code", "out"),
    [
        (CLEAN, (), 0, ""),
        (CLEAN, ("-f", "concise"), 0, ""),
        (CLEAN, ("-f", "github"), 0, ""),
        (EVEN, ("-f", "concise"), 1, f"net.yaml:4:30: warning[CV003] even-kernel: {MESSAGE}\n"),
    ],
)
def test_quiet_prints_what_is_found_and_nothing_else(
    command: Any, tmp_path: Path, text: str, options: tuple[str, ...], code: int, out: str
) -> None:
    (tmp_path / "net.yaml").write_text(text, encoding="utf-8")
    for word in ("--quiet", "-q"):
        assert command("lint", "net.yaml", word, *options) == (code, out, "")


def test_quiet_says_nothing_of_changes(command: Any, tmp_path: Path) -> None:
    (tmp_path / "net.yaml").write_text(UNITS, encoding="utf-8")
    assert command("lint", "net.yaml", "--fix", "-q", "--ignore", "RF003") == (0, "", "")


def test_slighter_findings_are_left_out(command: Any, tmp_path: Path) -> None:
    (tmp_path / "net.yaml").write_text(MIXED, encoding="utf-8")

    def told(*options: str) -> tuple[int, str]:
        code, out, _ = command("lint", "net.yaml", *options, "--profile", "default")
        return code, out.splitlines()[-1]

    assert told() == (1, "2 warnings, 1 info in 1 file (1 fixable with --fix)")
    assert told("--min-severity", "warning") == (
        1,
        "2 warnings in 1 file (1 fixable with --fix)",
    )
    assert told("--min-severity", "error") == (0, "nothing found in 1 file")
    assert told("--min-severity", "error", "--fail-on", "info") == (0, "nothing found in 1 file")
    assert command("lint", "net.yaml", "--min-severity", "eror")[2].startswith(
        "error: there is no severity 'eror'; did you mean 'error'?"
    )


# --- interrupts ----------------------------------------------------------------------------------


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_an_interrupt_ends_with_130_and_no_traceback(tmp_path: Path, jobs: str) -> None:
    steps = "\n".join(f"- conv: {{filters: {n % 7 + 1}, kernel: 3}}" for n in range(3_000))
    for n in range(40):
        text = f"cnn: 1\ninput: 9000x9000x3\nlayers:\n{steps}\n"
        (tmp_path / f"{n}.yaml").write_text(text, encoding="utf-8")
    code = (
        "import cnnanalyze.cli.findings, cnnanalyze.cli.lint, cnnanalyze.linting.run\n"
        "from cnnanalyze.cli import main\n"
        "print('ready', flush=True)\n"
        f"raise SystemExit(main(['lint', {str(tmp_path)!r}, '--jobs', {jobs!r}]))\n"
    )
    assert interrupt(tmp_path / "script.py", code, 0.5) == (130, "", "")
