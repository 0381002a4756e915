"""Baselines: what is known passes, what is new or gone does not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cnnanalyze.errors import Source, UsageError
from cnnanalyze.linting import baseline
from cnnanalyze.linting.engine import lint_source
from cnnanalyze.linting.result import LintResult
from cnnanalyze.linting.selection import Level
from cnnanalyze.linting.settings import Settings, SettingsSource
from tests.linting.networks import EVEN, UNITS

SELECTED = Settings(caller=SettingsSource("test", Level(select=("CV003", "NA001"))))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "specs").mkdir()
    return tmp_path


def lint(**texts: str) -> LintResult:
    """Lint texts as files of these names."""
    files = []
    for name, text in texts.items():
        path = Path("specs") / f"{name}.yaml"
        path.write_text(text)
        files.append(lint_source(Source(str(path), text), settings=SELECTED))
    return LintResult(tuple(files))


def known(result: LintResult) -> baseline.Baseline:
    path = Path("known.json")
    path.write_text(baseline.written(baseline.of(result.files, path)))
    return baseline.read(path)


@pytest.mark.usefixtures("folder")
def test_known_findings_pass() -> None:
    result = lint(a=EVEN, b=UNITS)
    base = known(result)
    hidden = baseline.hide(result, base)
    assert (list(hidden), hidden.hidden) == ([], 2)
    assert json.loads(Path("known.json").read_text()) == {
        "schema": 1,
        "files": {
            "specs/a.yaml": {"CV003": {"conv1": 1}},
            "specs/b.yaml": {"NA001": {"unit1/conv1": 3}},
        },
    }


@pytest.mark.usefixtures("folder")
def test_lines_do_not_matter() -> None:
    base = known(lint(a=EVEN))
    moved = lint(a=f"# a remark\n\n{EVEN}")
    assert list(baseline.hide(moved, base)) == []


@pytest.mark.usefixtures("folder")
def test_new_findings_are_shown() -> None:
    base = known(lint(a=EVEN))
    more = EVEN + "- conv: {filters: 7, kernel: 2, padding: same}\n"
    assert [f.path for f in baseline.hide(lint(a=more, c=EVEN), base)] == ["conv2", "conv1"]


@pytest.mark.usefixtures("folder")
def test_more_instances_are_shown() -> None:
    base = known(lint(b=UNITS))
    result = baseline.hide(lint(b=UNITS.replace("repeat: 3", "repeat: 5")), base)
    assert [(f.code, f.instances) for f in result] == [("NA001", 5)]


@pytest.mark.usefixtures("folder")
def test_stale_entries_are_errors() -> None:
    base = known(lint(a=EVEN, b=UNITS))
    result = baseline.hide(
        lint(a=EVEN.replace("4", "3"), b=UNITS.replace("repeat: 3", "repeat: 2")), base
    )
    assert [(f.code, f.severity, f.message) for f in result] == [
        (
            "LN003",
            "error",
            (
                "the baseline known.json knows CV003 at 'conv1' in specs/a.yaml, "
                "which is not found like that any more"
            ),
        ),
        (
            "LN003",
            "error",
            (
                "the baseline known.json knows NA001 at 'unit1/conv1' in specs/b.yaml "
                "(3 instances), which is not found like that any more"
            ),
        ),
    ]
    assert {f.help for f in result} == {"--prune-baseline takes such entries out"}


@pytest.mark.usefixtures("folder")
def test_entries_of_files_that_were_not_read_are_not_stale() -> None:
    base = known(lint(a=EVEN, b=UNITS))
    assert list(baseline.hide(lint(a=EVEN), base)) == []
    Path("specs/b.yaml").unlink()
    assert [f.code for f in baseline.hide(lint(a=EVEN), base)] == ["LN003"]


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("name", ["x" * 5_000, "a\0b"])
def test_names_that_no_system_takes_are_files_that_are_not_there(name: str) -> None:
    base = baseline.Baseline(Path("known.json"), {(name, "CV003", "conv1"): 1})
    assert [f.code for f in baseline.hide(lint(a=UNITS), base) if f.code != "NA001"] == ["LN003"]
    assert dict(baseline.prune(base, lint(a=UNITS)).known) == {}


@pytest.mark.usefixtures("folder")
def test_pruning_takes_out_and_adds_nothing() -> None:
    base = known(lint(a=EVEN, b=UNITS, c=EVEN))
    new = lint(a=EVEN.replace("4", "3"), b=UNITS.replace("repeat: 3", "repeat: 2"), d=EVEN)
    pruned = baseline.prune(base, new)
    assert dict(pruned.known) == {
        ("specs/b.yaml", "NA001", "unit1/conv1"): 2,
        ("specs/c.yaml", "CV003", "conv1"): 1,
    }
    assert [f.code for f in baseline.hide(new, pruned)] == ["CV003"]


@pytest.mark.usefixtures("folder")
def test_faults_are_never_let_pass() -> None:
    broken = lint(a=EVEN.replace("kernel", "kernl"))
    base = known(broken)
    assert base.known == {}
    assert len(baseline.hide(broken, base)) == len(broken) == 1


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("", "known.json:1:1: error: this is not JSON: expecting value"),
        (
            "[]",
            "known.json:1:1: error: a baseline must be a mapping with 'schema' and 'files', not",
        ),
        (
            '{"schema": 2, "files": {}}',
            (
                "known.json:1:12: error: 'schema' of a baseline must be 1, the version that this "
                "tool reads, not 2"
            ),
        ),
        ('{"schema": 1}', "known.json:1:1: error: a baseline needs 'files'"),
        (
            '{"schema": 1, "files": {},\n "flies": {}}',
            (
                "known.json:2:2: error: a baseline has no 'flies'; it takes schema, files; did you "
                "mean 'files'?"
            ),
        ),
        (
            '{"schema": 1, "files": {"a": {"CV003": {"conv1": "x"}}}}',
            (
                "known.json:1:50: error: 'conv1' of 'CV003' must be a whole number of at least 1, "
                "not 'x'"
            ),
        ),
        (
            '{"schema": 1, "files": {"a": {"CV003": {"conv1": 0}}}}',
            (
                "known.json:1:50: error: 'conv1' of 'CV003' must be a whole number of at least 1, "
                "not 0"
            ),
        ),
        (
            '{"schema": 1, "files": {"a": 3}}',
            "known.json:1:30: error: 'a' of 'files' must be a mapping, not 3",
        ),
        (
            '{"schema": 1, "files": {"a": {"CV003": ["conv1"]}}}',
            "known.json:1:40: error: 'CV003' of 'a' must be a mapping, not ['conv1']",
        ),
        ("[" * 100_000, "error: known.json is nested too deep"),
        (b"\xff\xfe", "error: known.json is not UTF-8: byte 1 (line 1) is 0xff"),
    ],
)
@pytest.mark.usefixtures("folder")
def test_what_is_no_baseline_is_refused(data: str | bytes, message: str) -> None:
    Path("known.json").write_bytes(data.encode() if isinstance(data, str) else data)
    with pytest.raises(UsageError) as caught:
        baseline.read(Path("known.json"))
    assert str(caught.value).startswith(message)
    assert "help: " in str(caught.value)


@pytest.mark.usefixtures("folder")
def test_missing_baseline_is_refused() -> None:
    with pytest.raises(UsageError) as caught:
        baseline.read(Path("none.json"))
    assert caught.value.message == "there is no baseline 'none.json'"
    assert caught.value.faults[0].help == "--write-baseline writes one"


def test_baseline_may_lie_elsewhere(folder: Path) -> None:
    result = lint(a=EVEN)
    path = folder / "ci" / "known.json"
    path.parent.mkdir()
    base = baseline.of(result.files, path)
    assert [key[0] for key in base.known] == ["../specs/a.yaml"]
    path.write_text(baseline.written(base))
    hidden: Any = baseline.hide(result, baseline.read(path))
    assert list(hidden) == []
