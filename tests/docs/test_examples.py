"""Every example of every page is run, and prints what the page shows."""

from __future__ import annotations

import doctest
import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from cnnanalyze.cli import run
from cnnanalyze.errors import Source
from cnnanalyze.language.yaml import read
from tests.docs.examples import agrees, examples, files, perform

pytestmark = pytest.mark.sampled(5)

ROOT = Path(__file__).parent.parent.parent
PAGES = sorted(p.relative_to(ROOT).as_posix() for p in (ROOT / "docs").rglob("*.md"))


def text_of(page: str) -> str:
    return (ROOT / page).read_text("utf-8")


def pages_with(start: str) -> list[str]:
    return [page for page in PAGES if start in text_of(page)]


def python_of(page: str) -> list[str]:
    return re.findall(r"^```python\n(.*?)^```$", text_of(page), flags=re.DOTALL | re.MULTILINE)


def lines(text: str) -> str:
    """Return a text without blanks at the ends of its lines, and without empty lines at its end."""
    return "\n".join(line.rstrip() for line in text.rstrip().splitlines()) + "\n"


def test_there_are_examples() -> None:
    assert len(pages_with("```console\n")) >= 10
    assert len(pages_with("```python\n")) >= 4


@pytest.mark.parametrize("page", pages_with("```console\n"))
def test_commands_print_what_is_shown(page: str, tmp_path: Path) -> None:
    found = [example for _, block in examples(text_of(page), tmp_path) for example in block]
    assert found
    for example in found:
        assert agrees(lines(example.shown), lines(example.printed)), (
            f"{example.command}\n{example.printed}\npython -m tests.docs.examples --write {page}"
        )


@pytest.mark.parametrize("page", pages_with("```python\n"))
def test_python_runs(page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, body in files(text_of(page)):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(body, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    sessions = [text for text in python_of(page) if ">>>" in text]
    test = doctest.DocTestParser().get_doctest("\n".join(sessions), {}, page, page, 0)
    outcome = doctest.DocTestRunner().run(test)
    assert outcome.failed == 0
    assert bool(outcome.attempted) == bool(sessions)
    for text in python_of(page):
        if ">>>" not in text:  # a program: by itself, since what it declares stays declared
            subprocess.run([sys.executable, "-W", "error", "-c", text], check=True, timeout=60)


@pytest.mark.parametrize("page", [p for p in PAGES if not p.startswith("docs/reference/rules/")])
def test_yaml_toml_and_json_are_what_they_are_called(page: str) -> None:
    # The rules show specs with faults on purpose.
    for language, text in re.findall(
        r"^```(yaml|toml|json)\n(.*?)^```$", text_of(page), flags=re.DOTALL | re.MULTILINE
    ):
        if language == "yaml":
            assert read(Source(page, text)) is not None
        elif language == "toml":
            assert tomllib.loads(text)
        else:
            assert json.loads(text)


def test_dots_stand_for_lines() -> None:
    assert agrees("a\n...\nd\n", "a\nb\nc\nd\n")
    assert agrees("a\n...\nb\n", "a\nb\n")
    assert not agrees("a\n...\nb\n", "a\nc\n")
    assert not agrees("a\n", "a\nb\n")


def test_commands_are_words_of_a_shell(tmp_path: Path) -> None:
    assert perform("cnnanalyze rule CV003  # a comment", tmp_path)[0] == 0
    code, printed = perform("cnnanalyze rule CV003 > rule.txt", tmp_path)
    assert (code, printed) == (0, "")
    assert (tmp_path / "rule.txt").read_text("utf-8").startswith("CV003 even-kernel")
    code, printed = perform("cnnanalyze rule CV000 > none.txt", tmp_path)
    assert (code, printed.splitlines()[0]) == (2, "error: there is no rule 'CV000'")


def test_other_commands_are_not_run(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="only our own commands are run, not: rm x"):
        perform("rm x", tmp_path)


def test_examples_do_not_depend_on_this_terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    narrow = perform("cnnanalyze summary zoo:lenet5", tmp_path)[1]
    monkeypatch.setenv("COLUMNS", "100")
    assert run(["summary", "zoo:lenet5"]) == 0
    assert capsys.readouterr().out == narrow
