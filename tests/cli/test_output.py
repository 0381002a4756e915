"""Output: nothing is cut, half-written, unreadable, or obeyed by a terminal or a workflow."""

from __future__ import annotations

import json
import os
import pty
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len

from cnnanalyze.cli import carry_out
from cnnanalyze.cli.output import PLAIN, styling
from cnnanalyze.core.file_writing import write_file
from cnnanalyze.errors import UsageError

pytestmark = pytest.mark.sampled(23)

SPEC = "{cnn: 1, name: tiny, input: 7x11x3, layers: [{conv: {filters: 5, kernel: 3}}]}"
EVIL = r"\e]0;pwn\a\e[31mred\u202e\u200b | a\n::error::pwn"
ESCAPED = r"\x1b]0;pwn\x07\x1b[31mred\u202e\u200b | a\n::error::pwn"
HOSTILE = f"""\
cnn: 1
name: "{EVIL}"
family: "{EVIL}"
input: 9x9x3
layers: [{{conv: {{filters: 4, kernel: 2}}}}, bn, relu]
budgets: {{parameters: 7}}
expect:
  - {{source: "{EVIL}", total: {{parameters: 7}}}}
"""
Write = Callable[..., Path]


def start(*arguments: object, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """Run a command line as a process of its own, its output in pipes."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in {"COLUMNS", "NO_COLOR", "FORCE_COLOR", "PYTHONIOENCODING", "TERM"}
    }
    command = [sys.executable, "-m", "cnnanalyze", *map(str, arguments)]
    return subprocess.run(
        command, capture_output=True, check=False, timeout=60, env={**kept, **environment}
    )


def in_a_terminal(*arguments: object, **environment: str) -> str:
    """Run a command line with its output in a terminal; return what came out."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "cnnanalyze", *map(str, arguments)]
    with subprocess.Popen(
        command, stdout=theirs, stderr=theirs, env={**os.environ, "TERM": "xterm", **environment}
    ):
        os.close(theirs)
        data = b""
        while True:
            try:
                part = os.read(ours, 65536)
            except OSError:
                break
            if not part:
                break
            data += part
    os.close(ours)
    return data.decode().replace("\r\n", "\n")


# --- characters that do something -----------------------------------------------------------------


@pytest.mark.parametrize(
    "command",
    [
        *("summary", "summary --graph", "summary --conventions", "summary -f markdown"),
        *("summary -f latex", "summary -f csv", "summary -f json", "verify", "verify -f json"),
        *("audit", "audit -f markdown", "audit -f json", "budget", "budget -f markdown"),
        *("lint --profile strict", "lint -f concise", "lint -f json", "lint -f sarif"),
        *("lint -f github", "lint -f gitlab", "lint -f junit", "lint -f markdown", "lint -f html"),
        *("explain", "explain -f markdown", "explain -f latex", "explain -f json", "draw"),
        *("compare zoo:lenet5", "compare zoo:lenet5 -f markdown", "compare zoo:lenet5 -f json"),
    ],
)
def test_no_command_lets_a_name_reach_the_terminal_as_it_is(
    run: Any, write_spec: Write, command: str
) -> None:
    name, *options = command.split()
    outcome = run(name, write_spec(HOSTILE), *options)
    assert outcome.code in {0, 1}, outcome.err
    for text in (outcome.out, outcome.err):
        assert not any(c in text for c in "\x1b\x07\u202e")
        if "github" not in options:
            assert not any(line.lstrip().startswith("::") for line in text.splitlines())


def test_a_heading_shows_what_is_in_a_name(run: Any, write_spec: Write) -> None:
    outcome = run("summary", write_spec(HOSTILE))
    assert outcome.out.splitlines()[0] == f"{ESCAPED} · input 9x9x3 · 3 layers"


def test_a_terminal_in_colour_shows_names_escaped(write_spec: Write) -> None:
    shown = in_a_terminal("summary", write_spec(HOSTILE), COLUMNS="100")
    assert f"\x1b[1m{ESCAPED} · input 9x9x3" in shown
    assert "\x1b[31mred" not in shown
    linted = in_a_terminal("lint", write_spec(HOSTILE), COLUMNS="100")
    assert "\x1b[1;33m" in linted
    assert "\u202e" not in linted
    assert "\x1b]" not in linted


def test_a_message_cannot_start_a_workflow_command(run: Any, write_spec: Write) -> None:
    text = 'cnn: 1\ninput: 9x9x3\nlayers: ["\\e[31mred\\n::error::x"]\n'
    outcome = run("summary", write_spec(text))
    assert outcome.code == 2
    assert outcome.err.splitlines()[0].endswith(
        r"unknown layer kind or block '\x1b[31mred\n::error::x'"
    )
    assert len(outcome.err.splitlines()) == 5


def test_a_file_name_cannot_start_a_workflow_command(
    run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("::error file=a::b.yaml").write_text("cnn: 1\n")
    outcome = run("summary", "::error file=a::b.yaml")
    assert outcome.err.startswith("\\x3a:error file=a::b.yaml:1:1: error: a spec needs")


@pytest.mark.parametrize("words", [["sum\n::error::x"], ["summary", "--de\n::error::x"]])
def test_a_wrong_command_line_cannot_start_a_workflow_command(run: Any, words: list[str]) -> None:
    outcome = run(*words)
    assert outcome.code == 2
    assert "::error::x" in outcome.err
    assert not any(line.startswith("::") for line in outcome.err.splitlines())


def test_json_keeps_a_name_although_a_terminal_does_not_obey_it(
    run: Any, write_spec: Write
) -> None:
    data = json.loads(run("summary", write_spec(HOSTILE), "-f", "json").out)
    assert data["name"] == "\x1b]0;pwn\x07\x1b[31mred\u202e\u200b | a\n::error::pwn"


@pytest.mark.parametrize(
    ("name", "cell"),
    [
        ("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"),
        ("+1+1", "'+1+1"),
        ("-2+3", "'-2+3"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\\t=1+1", "'\\t=1+1"),
        ("-5", "-5"),
        ("+1,000.5", '"+1,000.5"'),
        ("a=b", "a=b"),
    ],
)
def test_a_cell_of_a_csv_is_no_formula(run: Any, write_spec: Write, name: str, cell: str) -> None:
    one = write_spec(SPEC.replace("tiny", f'"{name}"'), "a.yaml")
    outcome = run("summary", one, "zoo:lenet5", "-f", "csv")
    assert outcome.out.splitlines()[1].startswith(f"{cell},")


# --- widths ---------------------------------------------------------------------------------------


def test_a_file_is_not_cut_to_the_width_of_the_terminal(
    run: Any, write_spec: Write, tmp_path: Path
) -> None:
    name = "a_block_with_a_very_long_name_indeed"
    path = write_spec(SPEC.replace("3}}", f"3}}, as: {name}}}"))
    run("summary", path, "-o", tmp_path / "out.txt", columns=40)
    text = (tmp_path / "out.txt").read_text()
    assert name in text
    assert "FLOPs" in text.splitlines()[2]
    assert "no room here" not in text


def test_a_pipe_is_not_cut_either_unless_columns_says_so(write_spec: Write) -> None:
    whole = start("summary", write_spec(SPEC)).stdout.decode().splitlines()
    assert whole[2].split()[:4] == ["layer", "kind", "attributes", "output"]
    assert whole[2].split()[-3:] == ["padding", "fit", "live"]
    narrow = start("summary", write_spec(SPEC), COLUMNS="60").stdout.decode()
    assert "no room here for" in narrow
    assert max(map(cell_len, narrow.splitlines())) <= 60


def test_columns_that_are_left_out_are_named(run: Any, write_spec: Write) -> None:
    shown = run("summary", write_spec(SPEC), columns=80).out.splitlines()
    at = next(i for i, line in enumerate(shown) if line.startswith("no room"))
    said = " ".join(shown[at : at + 2])
    whole = run("summary", write_spec(SPEC), columns=1_000).out.splitlines()
    kept, all_of_them = set(shown[2].split()), set(whole[2].split())
    named = {w.strip(",;") for w in said.partition("for ")[2].partition(";")[0].split()}
    assert kept | named == all_of_them
    assert not kept & named


def test_rows_with_wide_characters_are_as_wide_as_the_others(run: Any, write_spec: Write) -> None:
    text = """\
cnn: 1
name: 畳み込み
input: 23x29x3
layers:
  - {conv: {filters: 7, kernel: 3}, as: 畳み込みニューラルネット}
  - {conv: {filters: 7, kernel: 3}, as: ﾊﾝｶｸ}
  - {conv: {filters: 7, kernel: 3}, as: plain}
"""
    path = write_spec(text)
    for columns in (80, 100, 200):
        lines = run("summary", path, "--columns", "name,macs", columns=columns).out.splitlines()
        assert {cell_len(line) for line in lines[2:8]} == {cell_len(lines[3])}
    assert {cell_len(x) for x in run("summary", path, "-f", "markdown").out.splitlines()[2:7]}


WIDE = """\
cnn: 1
name: {name}
input: 23x29x3
blocks:
  ブロック: {{layers: [{{conv: {{filters: 7, kernel: 3, padding: same}}, as: 畳み込み}}, relu]}}
layers:
  - {{ブロック, as: 段階, repeat: 2}}
  - {{conv: {{filters: {filters}, kernel: 3}}, as: 畳み込みニューラルネット}}
  - {{conv: {{filters: 7, kernel: 3}}, as: plain}}
expect:
  - source: 論文
    layers:
      畳み込みニューラルネット: {{parameters: 7}}
      plain: {{parameters: 8}}
"""


def test_columns_of_every_command_stand_below_each_other(run: Any, write_spec: Write) -> None:
    one = write_spec(WIDE.format(name="一", filters=7), "a.yaml")
    two = write_spec(WIDE.format(name="二", filters=13), "b.yaml")
    compared = run("compare", one, two, columns=140).out.splitlines()
    head = next(line for line in compared if line.startswith("layer "))
    row = next(line for line in compared if line.startswith("~ 畳"))
    assert cell_len(head[: head.index("what")]) == cell_len(row[: row.index("filters")])
    audited = [line for line in run("audit", one).out.splitlines() if " parameters " in line]
    assert len(audited) == 2
    assert len({cell_len(line[: line.index("448")]) for line in audited}) == 1


@pytest.mark.parametrize("columns", [1, 2, 3, 5, 7, 11, 19, 20, 23, 41, 100_000, 10**30])
@pytest.mark.parametrize(
    "command",
    [
        *("summary {0}", "summary {0} --graph", "summary {0} zoo:lenet5", "zoo --name lenet*"),
        *("summary {0} --conventions", "audit zoo:lenet5", "audit zoo:lectures", "verify {0}"),
        *("compare {0} zoo:lenet5", "compare {0} zoo:lenet5 zoo:alexnet --details", "budget {0}"),
        *("explain {0}", "convolve --image [[3,0,1],[1,5,8],[2,7,2]] --kernel sobel-x --steps 2"),
        *("solve zoo:first_course", "lint {0}", "layers conv", "rule CV001"),
    ],
)
def test_a_terminal_of_any_width_will_do(
    write_spec: Write,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    command: str,
    columns: int,
) -> None:
    path = write_spec(SPEC.replace("input", "budgets: {parameters: 100}, input"))
    monkeypatch.setenv("COLUMNS", str(columns))
    assert carry_out(command.format(path).split()) in {0, 1}
    assert capsys.readouterr().out


# --- encodings ------------------------------------------------------------------------------------

NAMED = SPEC.replace("tiny", "café 畳 😀")


@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        ("ascii", r"caf\xe9 \u7573 \U0001f600 - input 7x11x3"),
        ("cp1252", r"café \u7573 \U0001f600 · input 7x11x3"),
        ("utf-8", "café 畳 😀 · input 7x11x3"),
        ("ascii:replace", "caf? ? ? ? input 7x11x3"),
        ("utf-16", "café 畳 😀 · input 7x11x3"),
    ],
)
def test_the_encoding_that_is_asked_for_is_obeyed(
    write_spec: Write, encoding: str, name: str
) -> None:
    done = start("summary", write_spec(NAMED), PYTHONIOENCODING=encoding, PYTHONUTF8="0")
    lines = done.stdout.decode(encoding.partition(":")[0]).splitlines()
    assert lines[0].startswith(name)
    assert done.returncode == 0


def test_json_in_another_encoding_is_the_same_json(write_spec: Write) -> None:
    path = write_spec(NAMED)
    done = start("summary", path, "-f", "json", PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert json.loads(done.stdout.decode("ascii"))["name"] == "café 畳 😀"


def test_pages_and_drawings_are_whole_in_any_encoding(write_spec: Write) -> None:
    path = write_spec(NAMED)
    page = start("report", path, PYTHONIOENCODING="ascii", PYTHONUTF8="0").stdout.decode("utf-8")
    assert "café 畳 😀" in page
    drawing = start("draw", path, PYTHONIOENCODING="cp1252", PYTHONUTF8="0").stdout
    assert b"caf&#233; &#30067; &#128512;" in drawing


def test_what_lines_columns_up_takes_one_cell_in_ascii_too() -> None:
    assert all(len(PLAIN[c]) == 1 for c in "─│×≈…→✓✗·−█")
    assert all(text.isascii() for text in PLAIN.values())


# --- colours --------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["summary", "lint"])
@pytest.mark.parametrize(
    ("environment", "bold", "coloured"),
    [
        ({}, False, False),
        ({"FORCE_COLOR": "1"}, True, True),
        ({"FORCE_COLOR": ""}, False, False),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, True, False),
        ({"FORCE_COLOR": "1", "NO_COLOR": ""}, True, True),
        ({"FORCE_COLOR": "1", "TERM": "dumb"}, False, False),
        ({"TTY_COMPATIBLE": "1"}, True, True),
        ({"TTY_COMPATIBLE": "0", "FORCE_COLOR": "1"}, False, False),
    ],
    ids=str,
)
def test_every_command_obeys_the_environment_as_rich_does(
    write_spec: Write, command: str, environment: dict[str, str], bold: bool, coloured: bool
) -> None:
    path = write_spec(SPEC.replace("kernel: 3", "kernel: 2, padding: same"))
    shown = start(command, path, **environment).stdout.decode()
    assert ("\x1b[1m" in shown) == bold
    assert ("\x1b[36m" in shown or "\x1b[1;33m" in shown) == coloured


def test_styling_is_what_rich_finds(monkeypatch: pytest.MonkeyPatch) -> None:
    from rich.console import Console

    for forced in (None, "", "0", "1"):
        for none in (None, "", "1"):
            for term in ("xterm", "dumb", "unknown", ""):
                given = {"FORCE_COLOR": forced, "NO_COLOR": none, "TERM": term}
                for name, value in given.items():
                    if value is None:
                        monkeypatch.delenv(name, raising=False)
                    else:
                        monkeypatch.setenv(name, value)
                console = Console()
                expected = "" if console.color_system is None else "plain"
                if expected and not console.no_color:
                    expected = "colour"
                assert styling() == expected, given


# --- files and pipes ------------------------------------------------------------------------------


def test_a_file_keeps_its_rights(tmp_path: Path) -> None:
    target = tmp_path / "out.txt"
    target.write_text("old")
    target.chmod(0o600)
    write_file(target, "new")
    assert target.read_text() == "new"
    assert stat.S_IMODE(target.stat().st_mode) == 0o600


def test_a_file_whose_parts_fail_to_come_is_not_there(tmp_path: Path) -> None:
    def parts() -> Iterator[str]:
        yield "[1,"
        raise ValueError("seven")

    with pytest.raises(ValueError, match="seven"):
        write_file(tmp_path / "data.json", parts())
    assert not [*tmp_path.iterdir()]
    write_file(tmp_path / "data.json", iter(["[1,", " 2]"]))
    assert (tmp_path / "data.json").read_text("utf-8") == "[1, 2]"


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real.txt").write_text("old")
    (tmp_path / "link.txt").symlink_to("real.txt")
    write_file(tmp_path / "link.txt", "new")
    assert (tmp_path / "link.txt").is_symlink()
    assert (tmp_path / "real.txt").read_text() == "new"


@pytest.mark.parametrize("name", ["x" * 5_000, "a\0b", "gone/out.txt", "loop/out.txt", "x" * 250])
def test_a_file_that_cannot_be_written_is_told_in_one_line(tmp_path: Path, name: str) -> None:
    (tmp_path / "loop").symlink_to("loop")
    if len(name) == 250:
        write_file(tmp_path / name, "as long as a name can be")
        return
    with pytest.raises(UsageError, match="cannot write") as refused:
        write_file(tmp_path / name, "text")
    assert len(str(refused.value).splitlines()) == 2
    assert [p.name for p in tmp_path.iterdir()] == ["loop"]


@pytest.mark.parametrize("command", ["summary {0} -o /dev/full", "draw {0} -o /dev/full"])
def test_a_full_disk_is_told(run: Any, write_spec: Write, command: str) -> None:
    outcome = run(*command.format(write_spec(SPEC)).split())
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err == (
        "error: cannot write '/dev/full': no space left on device\n"
        "  help: choose a file in a folder that exists and may be written\n"
    )


@pytest.mark.parametrize("words", [["--help"], ["summary", "--help"], ["--version"], ["layers"]])
def test_stdout_that_is_full_is_told(words: list[str]) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "cnnanalyze", *words],
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert done.stderr.decode().startswith("error: cannot write to stdout: no space left on device")
    assert done.returncode == 2


def test_stderr_that_cannot_be_written_does_not_change_the_exit_code(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "cnnanalyze", "summary", str(tmp_path / "gone.yaml")]
    with Path("/dev/full").open("w") as full:
        assert subprocess.run(command, stderr=full, check=False).returncode == 2
    read, write = os.pipe()
    os.close(read)
    assert subprocess.run(command, stderr=write, check=False).returncode == 2
    os.close(write)


@pytest.mark.parametrize("words", [["--help"], ["layers"], ["summary", "zoo:vgg16"]])
def test_a_pipe_that_nobody_reads_is_no_fault(words: list[str]) -> None:
    read, write = os.pipe()
    os.close(read)
    command = [sys.executable, "-m", "cnnanalyze", *words]
    done = subprocess.run(command, stdout=write, stderr=subprocess.PIPE, check=False)
    os.close(write)
    assert (done.returncode, done.stderr) == (0, b"")
