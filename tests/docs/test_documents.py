"""What README and docs print is what one gets."""

from __future__ import annotations

import doctest
import io
import re
from contextlib import redirect_stdout
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


def test_table_of_the_readme_is_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.chdir(ROOT)
    shown = blocks(README, "console")[0]
    command, _, table = shown.partition("\n")
    assert command.startswith("$ cnnanalyze ")
    out = io.StringIO()
    with redirect_stdout(out):
        assert run(command.removeprefix("$ cnnanalyze ").split()) == 0
    printed = [line.rstrip() for line in out.getvalue().splitlines()]
    lines = [line.rstrip() for line in table.splitlines()]
    assert len(lines) > 15
    assert printed[: len(lines)] == lines


def test_faulty_spec_of_the_readme_is_refused_like_this(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shown = blocks(README, "console")[1]
    _, _, message = shown.partition("\n")
    line = re.search(r"^4 \| (.*)$", message, flags=re.MULTILINE)
    assert line is not None
    monkeypatch.chdir(tmp_path)
    Path("net.yaml").write_text(f"cnn: 1\ninput: 32x32x3\nlayers:\n{line[1]}\n", encoding="utf-8")
    assert run(["summary", "net.yaml"]) == 2
    assert capsys.readouterr().err.strip() == message.strip()


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
