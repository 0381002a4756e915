"""The page about FLOPs shows what one gets."""

from __future__ import annotations

import io
import re
import tomllib
from contextlib import redirect_stdout
from pathlib import Path

import pytest

from cnnanalyze.cli import run
from cnnanalyze.core.conventions import convention

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "explanation" / "what_is_a_flop.md").read_text(encoding="utf-8")
SHOWN = re.findall(r"```console\n\$ cnnanalyze (.*?)\n(.*?)```", PAGE, flags=re.DOTALL)


def test_page_shows_commands() -> None:
    assert len(SHOWN) >= 3


@pytest.mark.parametrize(("command", "printed"), SHOWN, ids=[c for c, _ in SHOWN])
def test_command_of_the_page_prints_this(
    command: str, printed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.chdir(ROOT)
    out = io.StringIO()
    with redirect_stdout(out):
        assert run(command.split()) == 0
    lines = [line.rstrip() for line in out.getvalue().rstrip("\n").splitlines()]
    assert lines == [line.rstrip() for line in printed.rstrip("\n").splitlines()]


def test_own_convention_of_the_page_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = re.findall(r"```toml\n(.*?)```", PAGE, flags=re.DOTALL)[0]
    assert tomllib.loads(text)
    (tmp_path / "pyproject.toml").write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert str(convention("accelerator").formula("batchnorm")) == "2*output"
