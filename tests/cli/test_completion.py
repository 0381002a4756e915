"""What Tab offers, asked as shells ask it; by the shells themselves where they are installed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cnnanalyze.cli import COMMANDS
from cnnanalyze.core.conventions import CONVENTIONS
from cnnanalyze.language.zoo import zoo
from cnnanalyze.linting.rules import entries
from cnnanalyze.report.columns import columns

pytestmark = pytest.mark.sampled(4)

SPEC = """\
cnn: 1
name: mine
input: 31x29x3
params: {wide: 7, act: relu, depths: [2, 3]}
blocks: {stage: {layers: [relu, {conv: {filters: 5, kernel: 3}}]}}
layers:
  - {conv: {filters: $wide, kernel: 3}, as: stem}
  - stage
  - gap
"""
Ask = Callable[..., list[str]]


@pytest.fixture
def ask(run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ask:
    """Ask as bash does: the words in pieces, the last one unfinished."""
    monkeypatch.chdir(tmp_path)

    def ask(*pieces: str) -> list[str]:
        monkeypatch.setenv("_CNNANALYZE_COMPLETE", "complete_bash")
        monkeypatch.setenv("COMP_WORDS", "\n".join(["cnnanalyze", *pieces]))
        monkeypatch.setenv("COMP_CWORD", str(len(pieces)))
        outcome = run()
        assert (outcome.code, outcome.err) == (0, "")
        offered: list[str] = outcome.out.split()
        return offered

    return ask


@pytest.fixture
def spec(tmp_path: Path) -> str:
    path = tmp_path / "net.yaml"
    path.write_text(SPEC, encoding="utf-8")
    return "net.yaml"


def test_commands(ask: Ask) -> None:
    assert ask("") == list(COMMANDS)
    assert ask("s") == ["summary", "sweep", "solve", "schema"]
    assert ask("nosuch") == []


@pytest.mark.parametrize(
    "command", ["summary", "draw", "report", "compare", "lint", "verify", "explain"]
)
def test_networks_of_the_zoo(ask: Ask, command: str) -> None:
    assert ask(command, "zoo", ":", "resnet1") == [n for n in zoo() if n.startswith("resnet1")]
    assert ask(command, "zoo", ":") == list(zoo())
    assert ask(command, "zo") == [f"zoo:{n}" for n in zoo()]


def test_where_nothing_is_typed_the_shell_offers_files(ask: Ask, spec: str) -> None:
    assert ask("summary", "") == []
    assert ask("summary", spec[:2]) == []


def test_files_that_begin_as_the_zoo_does_are_not_lost(ask: Ask, tmp_path: Path) -> None:
    (tmp_path / "zoology.yaml").touch()
    assert ask("summary", "zoo")[-1] == "zoology.yaml"


def test_a_folder_that_cannot_be_listed_takes_nothing_away(
    ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: Path) -> None:
        raise PermissionError

    monkeypatch.setattr(Path, "iterdir", refuse)
    assert ask("summary", "zoo", ":", "vgg16") == ["vgg16", "vgg16_bn"]


def test_what_else_comes_along(ask: Ask) -> None:
    assert ask("solve", "zoo", ":") == ["exam", "first_course", "lectures"]
    assert "lectures" in ask("audit", "zoo", ":", "lectures")


@pytest.mark.parametrize(
    ("command", "found"),
    [
        ("summary", ["json"]),
        ("verify", ["json"]),
        ("lint", ["json", "jsonl", "junit"]),
        ("grade", ["json"]),
        ("rule", ["json"]),
    ],
)
def test_formats(ask: Ask, command: str, found: list[str]) -> None:
    assert ask(command, "--format", "j") == found
    assert ask(command, "--format", "=", "j") == found
    assert ask(command, "-f", "j") == found


def test_columns_and_those_behind_a_comma(ask: Ask) -> None:
    assert ask("summary", "net.yaml", "--columns", "") == list(columns())
    assert ask("summary", "net.yaml", "--columns", "name,outp") == ["name,output"]
    assert ask("summary", "net.yaml", "--sort", "mac") == [
        key for key in columns() if key.startswith("mac")
    ]


def test_conventions_and_rules(ask: Ask) -> None:
    assert ask("summary", "--convention", "") == CONVENTIONS.names()
    codes = [code for code in entries() if code.startswith("NA00")]
    assert ask("lint", "--select", "NA00") == codes
    assert ask("lint", "--ignore", "CV003,NA00") == [f"CV003,{code}" for code in codes]
    assert ask("rule", "even-k") == ["even-kernel"]


@pytest.mark.parametrize(
    ("pieces", "found"),
    [
        (("layers", "maxp"), ["maxpool"]),
        (("summary", "--layout", ""), ["hwc", "chw"]),
        (("summary", "--dtype", "float1"), ["float16"]),
        (("lint", "--fail-on", "w"), ["warning"]),
        (("lint", "--profile", ""), ["default", "teaching", "strict"]),
        (("draw", "--theme", ""), ["auto", "light", "dark"]),
        (("draw", "--colour", "k"), ["kind"]),
        (("explain", "--notation", "b"), ["bologna"]),
        (("explain", "--table", "v"), ["vnit"]),
        (("convolve", "--kernel", "sobel-"), ["sobel-x", "sobel-y"]),
        (("convolve", "--apply", "relu6"), ["relu6"]),
        (("summary", "--for"), ["--format"]),
    ],
)
def test_other_names(ask: Ask, pieces: tuple[str, ...], found: list[str]) -> None:
    assert ask(*pieces) == found


def test_layers_and_quantities_of_a_spec(ask: Ask, spec: str) -> None:
    assert ask("explain", spec, "st") == ["stage1", "stem", "stage1/relu1", "stage1/conv1"]
    assert ask("explain", spec, "stem", "para") == ["parameters"]
    assert ask("draw", spec, "--expand", "stage1/r") == ["stage1/relu1"]


def test_parameters_of_a_spec_with_their_values(ask: Ask, spec: str) -> None:
    assert ask("summary", spec, "--set", "") == ["wide=7", "act=relu"]
    assert ask("summary", spec, "--set", "wide", "=") == ["7"]


@pytest.mark.parametrize("name", ["nosuch.yaml", "-", "zoo:nosuch", "broken.yaml", ""])
def test_what_cannot_be_read_offers_nothing(ask: Ask, tmp_path: Path, name: str) -> None:
    (tmp_path / "broken.yaml").write_text("cnn: 1\nlayers: [", encoding="utf-8")
    assert ask("explain", name, "st") == []
    assert ask("explain", name, "stem", "para") == []
    assert ask("summary", name, "--set", "") == []


def test_main_in_another_program_is_left_alone(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COMP_WORDS", "other\nzoo\n:\nres")
    assert run("--version").code == 0
    assert os.environ["COMP_WORDS"] == "other\nzoo\n:\nres"


# --- shells ---------------------------------------------------------------------------------------


def shell(name: str, script: str, folder: Path) -> list[str]:
    """Run lines in a shell that knows the command, and return the lines that it prints."""
    program = shutil.which(name)
    if program is None:
        pytest.skip(f"{name} is not installed")
    command = Path(sys.executable).with_name("cnnanalyze")
    if not command.exists():
        pytest.skip("the script is not installed")
    path = f"{command.parent}{os.pathsep}{os.environ['PATH']}"
    plain = {"bash": ["--norc"], "zsh": ["-f"], "fish": ["--no-config"]}[name]
    done = subprocess.run(
        [program, *plain, "-c", script],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        cwd=folder,
        env={"PATH": path, "HOME": str(folder), "LANG": "C.UTF-8"},
    )
    assert done.stderr == ""
    return done.stdout.splitlines()


BASH = """\
eval "$(cnnanalyze --show-completion bash)"
COMP_WORDS=({words})
COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))
_cnnanalyze_completion cnnanalyze
printf '%s\\n' "${{COMPREPLY[@]}}"
"""
ZSH = """\
compdef() {{ }}
_arguments() {{ print -r -- "$@" }}
_files() {{ print files }}
eval "$(cnnanalyze --show-completion zsh)"
words=({words}) CURRENT={count}
_cnnanalyze_completion
"""


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("summ", ["summary"]),
        ("summary zoo : resnet50_v", ["resnet50_v1d", "resnet50_v2"]),
        ("summary zoo:lenet5 --format = la", ["latex"]),
        ("summary net", [""]),
    ],
)
def test_bash(tmp_path: Path, words: str, found: list[str]) -> None:
    assert shell("bash", BASH.format(words=f"cnnanalyze {words}"), tmp_path) == found


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("summary zoo:resnet50_v", ['*: :(("zoo\\\\:resnet50_v1d"', '"zoo\\\\:resnet50_v2"))']),
        ("summary zoo:lenet5 --format la", ['*: :(("latex"))']),
        ("summary zoo:lenet5 --format=la", ['*: :(("--format=latex"))']),
        ("lint --format=js", ['*: :(("--format=json"', '"--format=jsonl"))']),
        ("summary net", ["files"]),
    ],
)
def test_zsh(tmp_path: Path, words: str, found: list[str]) -> None:
    typed = f"cnnanalyze {words}"
    script = ZSH.format(words=typed, count=len(typed.split()))
    assert " ".join(shell("zsh", script, tmp_path)).split() == " ".join(found).split()


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("summary zoo:resnet50_v", ["zoo:resnet50_v1d", "zoo:resnet50_v2"]),
        ("summary zoo:lenet5 --format la", ["latex"]),
        ("summary zoo:lenet5 --format=la", ["--format=latex"]),
        ("lint --format=js", ["--format=json", "--format=jsonl"]),
        ("summary ne", ["net.yaml"]),
    ],
)
def test_fish(tmp_path: Path, words: str, found: list[str]) -> None:
    (tmp_path / "net.yaml").touch()
    script = f"cnnanalyze --show-completion fish | source; complete -C 'cnnanalyze {words}'"
    assert [line.split("\t")[0] for line in shell("fish", script, tmp_path)] == found
