"""What the tests of the linter share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from cnnanalyze.cli import run
from cnnanalyze.errors import Source
from cnnanalyze.linting.engine import lint_source
from cnnanalyze.linting.result import FileResult
from cnnanalyze.linting.selection import Level
from cnnanalyze.linting.settings import Given, Settings
from tests.linting.networks import EVEN

Lint = Callable[..., FileResult]
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def lint() -> Lint:
    """Return a function that lints a text with some rules only."""

    def lint_text(text: str, *select: str, ignore: tuple[str, ...] = ()) -> FileResult:
        level = Level(select=select or None, ignore=ignore)
        return lint_source(Source("net.yaml", text), None, Settings(caller=Given("test", level)))

    return lint_text


@pytest.fixture
def command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Run:
    """Return a function that runs a command in an empty folder: exit code, stdout, stderr."""
    monkeypatch.chdir(tmp_path)
    for name in ("GITHUB_ACTIONS", "CI_PROJECT_DIR", "NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)

    def run_command(*arguments: str) -> tuple[int, str, str]:
        code = run(list(arguments))
        out, err = capsys.readouterr()
        return code, out, err

    return run_command


@pytest.fixture
def net(tmp_path: Path) -> Path:
    """Return a file with one finding."""
    path = tmp_path / "net.yaml"
    path.write_text(EVEN, encoding="utf-8")
    return path
