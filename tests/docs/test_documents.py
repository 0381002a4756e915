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
LANGUAGE = (ROOT / "docs" / "reference" / "spec_language.md").read_text(encoding="utf-8")


def blocks(text: str, language: str) -> list[str]:
    """Return the code blocks of a language."""
    return re.findall(rf"```{language}\n(.*?)```", text, flags=re.DOTALL)


def test_python_of_the_readme_runs() -> None:
    found = blocks(README, "python")
    assert len(found) == 1
    test = doctest.DocTestParser().get_doctest(found[0], {}, "README", "README.md", 0)
    outcome = doctest.DocTestRunner().run(test)
    assert outcome.attempted >= 5
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
    assert "/docs/assets/resnet50.svg)" in README
    assert run(["draw", "zoo:resnet50"]) == 0
    drawn = (ROOT / "docs" / "assets" / "resnet50.svg").read_text(encoding="utf-8")
    assert capsys.readouterr().out.strip() == drawn.strip()


def test_network_of_the_readme_loads() -> None:
    net = cnn.loads(blocks(README, "yaml")[0])
    assert str(net["stage3/residual3/add1"].output) == "8x8x64"
    assert str(net["softmax1"].output) == "10"


@pytest.mark.parametrize("text", blocks(LANGUAGE, "yaml"))
def test_yaml_of_the_language_page_is_yaml(text: str) -> None:
    from cnnanalyze.errors import Source
    from cnnanalyze.language.yaml import read

    assert read(Source("docs", text)) is not None


def test_first_network_of_the_language_page_loads() -> None:
    net = cnn.loads(blocks(LANGUAGE, "yaml")[0])
    assert [node.kind for node in net] == ["conv", "relu", "maxpool", "dense", "softmax"]


def test_block_of_the_language_page_takes_its_own_parameters() -> None:
    (block,) = [b for b in blocks(LANGUAGE, "yaml") if b.startswith("blocks:\n  bottleneck:")]
    for stride, output in ((1, "8x8x64"), (2, "4x4x64")):
        step = f"- bottleneck: {{width: 16, stride: {stride}}}\n"
        network = cnn.loads(f"cnn: 1\ninput: 8x8x16\n{block}layers:\n{step}")
        assert str(network.shape_of(network.outputs[0])) == output


def test_sizes_of_the_report_page_are_those_of_the_report(desk: Path) -> None:
    page = (ROOT / "docs" / "guides" / "report.md").read_text("utf-8")
    for option in ("--answers", "--no-answers"):
        assert run(["report", "zoo:resnet50", option, "-o", f"{option}.html"]) == 0
    worked, plain = ((desk / f"{o}.html").read_bytes() for o in ("--answers", "--no-answers"))
    (whole, embedded), (answers,) = (
        re.findall(r"ResNet-50 has (\d+) kB, of which the embedded result takes (\d+)", page)[0],
        re.findall(r"answers for ResNet-50 take (\d+) kB", page),
    )
    (result,) = re.findall(rb'id="result">(.*?)</script>', plain, re.DOTALL)
    for said, measured in (
        (whole, len(plain)),
        (embedded, len(result)),
        (answers, len(worked) - len(plain)),
    ):
        assert int(said) * 1000 == pytest.approx(measured, rel=0.02)


def test_endings_of_the_readme_are_written_by_the_command_it_names(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (sentence,) = re.findall(
        r"^With `-o FILE` [^.]*?format: (.*?);", README, re.DOTALL | re.MULTILINE
    )
    found = re.findall(r"`(?:(\w+) SPEC -o )?(net\.\w+)`", sentence)
    assert [name for _, name in found] == ["net.md", "net.json", "net.csv", "net.tex", "net.html"]
    command = ""
    for named, name in found:
        command = named or command
        assert run([command, "zoo:lenet5", "-o", name]) == 0
        assert (desk / name).stat().st_size > 100
    capsys.readouterr()
