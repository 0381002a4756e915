"""``cnnanalyze report``: where pages go, exit codes, messages."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

import cnnanalyze as cnn
from cnnanalyze.cli import run as run_command
from tests.report.page.reader import Page

Run = Callable[..., tuple[int, str, str]]
TINY = "{cnn: 1, name: Tiny, input: 7x5x1, layers: [{conv: {filters: 3, kernel: 3}}, relu]}"


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def run(*arguments: object) -> tuple[int, str, str]:
        code = run_command(["report", *map(str, arguments)])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    path = tmp_path / "tiny.yaml"
    path.write_text(TINY, encoding="utf-8")
    return path


def test_one_spec_into_a_file(run: Run, tiny: Path, tmp_path: Path) -> None:
    assert run(tiny, "-o", tmp_path / "x.html") == (0, "", "")
    page = Page((tmp_path / "x.html").read_text("utf-8"))
    assert page.root.one("h1").text == "Tiny"
    assert page.result == cnn.analyze(tiny).to_dict()
    assert "findings" in page.ids
    assert "answers" in page.ids  # a small network is worked out unasked
    assert sorted(p.name for p in tmp_path.iterdir()) == ["tiny.yaml", "x.html"]


def test_one_spec_to_stdout(run: Run, tiny: Path) -> None:
    code, out, err = run(tiny, "--no-answers")
    assert (code, err) == (0, "")
    assert out.startswith("<!DOCTYPE html>")
    assert "answers" not in Page(out).ids


def test_same_options_as_summary(run: Run, tiny: Path, capsys: pytest.CaptureFixture[str]) -> None:
    options = ["--convention", "flop", "--batch", "5", "--dtype", "float16"]
    _, out, _ = run(tiny, *options, "--layout", "chw")
    run_command(["summary", str(tiny), "--format", "json", *options])
    assert Page(out).result == json.loads(capsys.readouterr().out)
    assert "Input 1x7x5" in out


def test_several_specs_into_a_folder(run: Run, tiny: Path, tmp_path: Path) -> None:
    assert run(tiny, "zoo:lenet5", "-o", tmp_path / "pages") == (0, "", "")
    names = sorted(p.name for p in (tmp_path / "pages").iterdir())
    assert names == ["index.html", "lenet5.html", "tiny.html"]
    index = Page((tmp_path / "pages" / "index.html").read_text("utf-8"))
    table = index.root.one("table", id="network-table")
    assert [a.attributes["href"] for a in table.all("a")] == ["tiny.html", "lenet5.html"]
    assert [r[3] for r in index.rows("network-table")] == ["30", "60,000"]
    claims = len(cnn.load("zoo:lenet5").claims)
    assert index.rows("network-table")[1][8] == f"{claims} of {claims}"
    assert [n["name"] for n in index.result["networks"]] == ["Tiny", "LeNet-5"]


def test_one_spec_into_a_folder_that_is_there(run: Run, tiny: Path, tmp_path: Path) -> None:
    (tmp_path / "pages").mkdir()
    assert run(tiny, "-o", tmp_path / "pages")[0] == 0
    assert (tmp_path / "pages" / "tiny.html").exists()


def test_verified(run: Run, tiny: Path) -> None:
    code, out, _ = run(tiny, "--verify")
    assert code == 0
    (badge,) = Page(out).root.all("li", data_badge="verification")
    assert badge.text.startswith("verified by running: ")
    assert badge.text.endswith(" entries compared, all balanced")


@pytest.mark.parametrize(
    "section",
    [
        "budgets: {parameters: 29}",
        "expect: [{source: nobody, total: {parameters: 31}}]",
        "expect: [{source: we, total: {parameters: {printed: 30, verdict: wrong, reason: no}}}]",
    ],
)
@pytest.mark.parametrize("verify", [[], ["--verify"]], ids=["by rule", "by run"])
def test_what_fails_on_the_page_fails_the_command(
    run: Run, tmp_path: Path, section: str, verify: list[str]
) -> None:
    path = tmp_path / "net.yaml"
    path.write_text(f"{TINY[:-1]}, {section}}}", encoding="utf-8")
    code, out, _ = run(path, *verify)
    assert code == 1
    assert any("bad" in e.attributes.get("class", "") for e in Page(out).root.all())


def test_unwritable(run: Run, tiny: Path, tmp_path: Path) -> None:
    target = tmp_path / "nowhere" / "x.html"
    assert run(tiny, "-o", target) == (
        2,
        "",
        (
            f"error: cannot write '{target}': no such file or directory\n"
            "  help: choose a file in a folder that exists and may be written\n"
        ),
    )
    assert not target.parent.exists()


def test_folder_where_a_file_is(run: Run, tiny: Path, tmp_path: Path) -> None:
    target = tmp_path / "tiny.yaml" / "pages"
    code, out, err = run(tiny, "zoo:lenet5", "-o", target)
    assert (code, out) == (2, "")
    assert err == (
        f"error: cannot make the folder '{target}': not a directory\n"
        "  help: choose a folder where you may write\n"
    )


def test_several_specs_into_one_file(run: Run, tiny: Path) -> None:
    assert run(tiny, "zoo:lenet5", "-o", "x.html") == (
        2,
        "",
        (
            "error: 2 specs give 2 pages, and 'x.html' is one file\n"
            "  help: name a folder: every network gets a page of its own, and an index.html "
            "leads to them\n"
        ),
    )


def test_several_specs_to_stdout(run: Run, tiny: Path) -> None:
    assert run(tiny, "zoo:lenet5") == (
        2,
        "",
        (
            "error: 2 specs give 2 pages, and stdout takes one\n"
            "  help: '-o FOLDER' writes them to a folder, with an index.html\n"
        ),
    )


def test_page_is_no_text_for_a_terminal(
    run: Run, tiny: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    assert run(tiny) == (
        2,
        "",
        (
            "error: a page cannot be printed to a terminal\n"
            "  help: '-o FILE.html' writes it to a file\n"
        ),
    )


def test_faulty_spec_leaves_no_file(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "net.yaml"
    path.write_text("{cnn: 1, input: 7x5x1, layers: [covn]}", encoding="utf-8")
    code, out, err = run(path, "-o", tmp_path / "x.html")
    assert (code, out) == (2, "")
    assert "unknown layer kind or block 'covn'; did you mean 'conv'?" in err
    assert not (tmp_path / "x.html").exists()


def test_one_faulty_spec_of_several(run: Run, tiny: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad.yaml"
    bad.write_text("{cnn: 1}", encoding="utf-8")
    code, _, err = run(bad, tiny, "-o", tmp_path / "pages")
    assert code == 2
    assert "bad.yaml" in err
    assert sorted(p.name for p in (tmp_path / "pages").iterdir()) == ["index.html", "tiny.html"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--convention", "mca"], "there is no counting convention 'mca'; did you mean 'mac'?"),
        (["--dtype", "float31"], "unknown dtype 'float31'"),
        (["--layout", "cwh"], "unknown layout 'cwh'"),
        (["--memory", "much"], "--memory takes a size, not 'much'"),
        (["--operations", "few"], "'--operations' cannot be read: 'few' is not a number"),
        (["--verify", "--operations", "1"], "would take about 410k operations"),
    ],
)
def test_wrong_options(run: Run, tiny: Path, arguments: list[str], message: str) -> None:
    code, out, err = run(tiny, *arguments)
    assert (code, out) == (2, "")
    assert message in err
