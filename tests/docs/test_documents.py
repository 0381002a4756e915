"""What README and docs print is what one gets."""

from __future__ import annotations

import doctest
import re
import shlex
from pathlib import Path

import pytest

import cnnanalyze as cnn
from cnnanalyze.cli import run

ROOT = Path(__file__).parent.parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
LANGUAGE = (ROOT / "docs" / "spec_language.md").read_text(encoding="utf-8")


def blocks(text: str, language: str) -> list[str]:
    """Return the code blocks of a language."""
    return re.findall(rf"```{language}\n(.*?)```", text, flags=re.DOTALL)


def test_python_of_the_readme_runs() -> None:
    found = blocks(README, "python")
    assert len(found) == 1
    test = doctest.DocTestParser().get_doctest(found[0], {}, "README", "README.md", 0)
    outcome = doctest.DocTestRunner().run(test)
    assert outcome.attempted >= 6
    assert outcome.failed == 0


def sessions(text: str) -> list[tuple[str, str]]:
    """Return the commands that a document shows, each with what it says is printed."""
    shown = [
        entry
        for block in blocks(text, "console")
        for entry in re.split(r"^\$ ", block, flags=re.MULTILINE)
        if entry
    ]
    return [(command, printed) for command, _, printed in (e.partition("\n") for e in shown)]


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with the specs, and with the files that the README writes out."""
    (tmp_path / "specs").symlink_to(ROOT / "specs", target_is_directory=True)
    for block in blocks(README, "yaml"):
        first, _, _ = block.partition("\n")
        if first.startswith("# ") and first.endswith(".yaml"):
            (tmp_path / first.removeprefix("# ")).write_text(block, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    return tmp_path


@pytest.mark.parametrize("session", sessions(README), ids=lambda session: session[0])
def test_command_of_the_readme_prints_this(
    session: tuple[str, str], desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command, shown = session
    assert desk.is_dir()
    assert run(shlex.split(command)[1:]) in (0, 1, 2)
    out, err = capsys.readouterr()
    lines = "\n".join(line.rstrip() for line in f"{out}{err}".splitlines())
    # A line of three dots stands for whatever is printed there; every other line is literal.
    parts = [
        re.escape(part.strip("\n")) for part in re.split(r"^\.\.\.$", shown, flags=re.MULTILINE)
    ]
    assert len(shown.splitlines()) > 2
    assert re.fullmatch(r"\s*" + r"[\s\S]*?".join(parts) + r"\s*", lines), lines


def test_picture_of_the_readme_is_what_is_drawn(capsys: pytest.CaptureFixture[str]) -> None:
    assert "](docs/resnet50.svg)" in README
    assert run(["draw", "zoo:resnet50"]) == 0
    drawn = (ROOT / "docs" / "resnet50.svg").read_text(encoding="utf-8")
    assert capsys.readouterr().out.strip() == drawn.strip()


def test_network_of_the_readme_loads() -> None:
    net = cnn.loads(blocks(README, "yaml")[0])
    assert str(net["stage3/residual3/add1"].output) == "8x8x64"
    assert str(net["softmax1"].output) == "10"


@pytest.mark.parametrize("text", blocks(LANGUAGE, "yaml"))
def test_yaml_of_the_language_page_is_yaml(text: str) -> None:
    from cnnanalyze.errors import Source
    from cnnanalyze.spec.reader import read

    assert read(Source("docs", text)) is not None


def test_first_network_of_the_language_page_loads() -> None:
    net = cnn.loads(blocks(LANGUAGE, "yaml")[0])
    assert [node.kind for node in net] == ["conv", "relu", "maxpool", "dense", "softmax"]
