"""Findings in every form: for people word by word, for machines by their schemas."""

# ruff: noqa: E501 - one row of a table is one line
from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from cnnanalyze.errors import Mark, Source, UsageError
from cnnanalyze.linting.engine import lint_source
from cnnanalyze.linting.finding import Edit, Finding, Fix
from cnnanalyze.linting.result import FileResult, LintResult
from cnnanalyze.linting.rules.convolution.even_kernel import EvenKernel
from cnnanalyze.linting.selection import Level
from cnnanalyze.linting.settings import Settings, SettingsSource
from cnnanalyze.report.findings import FORMATS, write
from cnnanalyze.report.findings.words import fingerprints
from tests.linting.networks import EVEN, MESSAGE, UNITS

SARIF = json.loads((Path(__file__).parent / "data" / "sarif-2.1.0.json").read_text("utf-8"))
SELECTED = Settings(caller=SettingsSource("test", Level(select=("CV003", "NA001"))))


def judged(name: str, text: str) -> FileResult:
    return lint_source(Source(name, text), settings=SELECTED)


@pytest.fixture
def result() -> LintResult:
    """Return a finding in one instance, one in three with a fix, an error, a clean file."""
    return LintResult(
        (
            judged("specs/even.yaml", EVEN),
            judged("specs/my units.yaml", UNITS),
            judged("specs/bad.yaml", EVEN.replace("kernel", "kernl")),
            judged("specs/clean.yaml", EVEN.replace("4", "3")),
        )
    )


AWKWARD = 'it, has: <all> & "every" 50 %\nand | `ticks` _under_ \x07'


@pytest.fixture
def awkward() -> LintResult:
    """Return a finding with everything that must be escaped somewhere."""
    source = Source("specs/a,b:c <d>.yaml", "x: 1\n")
    mark = Mark(source, 1, 1)
    fix = Fix(AWKWARD, (Edit(1, 1, 2, 1, ""),))
    finding = Finding("CV003", "even-kernel", "info", AWKWARD, mark, help=AWKWARD, fix=fix)
    placeless = Finding("LN001", "rule-crashed", "error", AWKWARD, None)
    return LintResult((FileResult(source, (finding, placeless)),))


TEXT = """\
specs/even.yaml:4:30: warning[CV003] even-kernel: even kernel 4 at stride 1 shifts the output by half a pixel
  |
4 | - conv: {filters: 7, kernel: 4, padding: same}
  |                              ^
  layer conv1
  kernel = 4, stride = 1
  help: use a kernel of 3 or 5

specs/my units.yaml:7:7: warning[NA001] bias-before-norm: redundant bias of 7 values: the batchnorm after it cancels it
  |
7 |     - conv: {filters: 7, kernel: 3, padding: same}  # of each unit
  |       ^^^^
  in 3 instances; the first is unit1/conv1
  biases = 7, norm = unit1/batchnorm1
  help: write 'bias: false'
  fix: switch the bias off (--fix does it)
  in block 'unit' called at specs/my units.yaml:11:4

specs/bad.yaml:4:22: error[SP003] unknown-key: 'conv' has no attribute 'kernl'; it takes kernel, stride, padding, dilation, bias, filters, groups, weight_standardized, gain; did you mean 'kernel'?
  |
4 | - conv: {filters: 7, kernl: 4, padding: same}
  |                      ^^^^^

1 error, 2 warnings in 4 files (1 fixable with --fix)
"""


def test_text(result: LintResult) -> None:
    assert write(result, "text") == TEXT


def test_colours_change_nothing_but_colours(result: LintResult) -> None:
    coloured = write(result, "text", styling="colour")
    assert "\x1b[1;33m" in coloured
    assert "\x1b[1;31m" in coloured
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == TEXT


def test_concise(result: LintResult) -> None:
    lines = write(result, "concise").splitlines()
    assert lines[0] == f"specs/even.yaml:4:30: warning[CV003] even-kernel: {MESSAGE}"
    assert lines[1].endswith("(in 3 instances; the first is unit1/conv1)")
    assert lines[-1] == "1 error, 2 warnings in 4 files (1 fixable with --fix)"
    assert len(lines) == 4


@pytest.mark.parametrize(
    ("found", "last"),
    [
        (LintResult(), "nothing found in 0 files"),
        (LintResult((FileResult(Source("a", ""), (), 3, 2),)), "nothing found in 1 file (3 ignored; 2 in the baseline)"),
    ],
)  # fmt: skip
def test_last_line(found: LintResult, last: str) -> None:
    assert write(found, "text") == f"{last}\n"


def test_json(result: LintResult) -> None:
    data = json.loads(write(result, "json"))
    assert data["schema"] == 1
    assert data["summary"] == {
        "error": 1,
        "warning": 2,
        "info": 0,
        "files": 4,
        "passed_over": 0,
        "ignored": 0,
        "in_baseline": 0,
    }
    assert [f["file"] for f in data["files"]] == [
        "specs/even.yaml",
        "specs/my units.yaml",
        "specs/bad.yaml",
        "specs/clean.yaml",
    ]
    first, second, _ = data["findings"]
    assert first | {"fingerprint": ""} == {
        "code": "CV003",
        "name": "even-kernel",
        "severity": "warning",
        "message": MESSAGE,
        "file": "specs/even.yaml",
        "line": 4,
        "column": 30,
        "end_column": 31,
        "path": "conv1",
        "count": 1,
        "help": "use a kernel of 3 or 5",
        "values": {"kernel": 4, "stride": 1},
        "calls": [],
        "fix": None,
        "fingerprint": "",
    }
    assert second["calls"] == [
        {
            "block": "unit",
            "arguments": "",
            "file": "specs/my units.yaml",
            "line": 11,
            "column": 4,
            "end_column": 8,
        }
    ]
    assert second["fix"]["edits"] == [
        {"line": 7, "column": 50, "end_line": 7, "end_column": 50, "text": ", bias: false"}
    ]


def test_jsonl_is_json_line_by_line(result: LintResult, awkward: LintResult) -> None:
    for found in (result, awkward):
        lines = [json.loads(line) for line in write(found, "jsonl").splitlines()]
        assert lines == json.loads(write(found, "json"))["findings"]


# --- SARIF ---------------------------------------------------------------------------------------


def test_sarif_is_valid(result: LintResult, awkward: LintResult) -> None:
    validator = jsonschema.Draft202012Validator(SARIF)
    for found in (result, awkward, LintResult()):
        data = json.loads(write(found, "sarif"))
        assert [e.message for e in validator.iter_errors(data)] == []
    assert list(validator.iter_errors({"version": "2.0", "runs": 3})), "the schema refuses others"


def test_sarif_says_what_code_scanning_needs(result: LintResult) -> None:
    (run,) = json.loads(write(result, "sarif"))["runs"]
    rules = {rule["id"]: rule for rule in run["tool"]["driver"]["rules"]}
    assert list(rules) == ["CV003", "NA001", "SP003"]
    assert rules["CV003"]["name"] == "EvenKernel"
    assert rules["CV003"]["shortDescription"]["text"].endswith(".")
    assert "Instead:" in rules["CV003"]["help"]["text"]
    assert rules["SP003"]["defaultConfiguration"] == {"level": "error"}
    even, biased, bad = run["results"]
    assert [r["level"] for r in (even, biased, bad)] == ["warning", "warning", "error"]
    assert [list(rules)[r["ruleIndex"]] for r in run["results"]] == ["CV003", "NA001", "SP003"]
    (location,) = even["locations"]
    assert location["physicalLocation"]["artifactLocation"] == {"uri": "specs/even.yaml"}
    region = location["physicalLocation"]["region"]
    assert {k: region[k] for k in ("startLine", "startColumn", "endLine", "endColumn")} == {
        "startLine": 4,
        "startColumn": 30,
        "endLine": 4,
        "endColumn": 31,
    }
    assert location["logicalLocations"] == [{"fullyQualifiedName": "conv1", "kind": "member"}]
    assert biased["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == (
        "specs/my%20units.yaml"
    )
    (related,) = biased["relatedLocations"]
    assert related["message"]["text"] == "in block 'unit' called at specs/my units.yaml:11:4"
    assert related["physicalLocation"]["region"]["startLine"] == 11
    (change,) = biased["fixes"][0]["artifactChanges"]
    assert change["replacements"] == [
        {
            "deletedRegion": {"startLine": 7, "startColumn": 50, "endLine": 7, "endColumn": 50},
            "insertedContent": {"text": ", bias: false"},
        }
    ]
    assert biased["properties"]["instances"] == 3


def test_fingerprints_stay_when_lines_move_and_differ_between_findings() -> None:
    def marks(*texts: str) -> list[str]:
        found = LintResult(tuple(judged(f"{n}.yaml", text) for n, text in enumerate(texts)))
        return [mark for _, mark in fingerprints(found)]

    two = EVEN + "- conv: {filters: 7, kernel: 2, padding: same}\n"
    broken = EVEN.replace("kernel", "kernl")
    before = marks(two, broken, UNITS)
    assert len(set(before)) == len(before) == 4
    assert marks(f"# first\n\n{two}", f"# more\n{broken}", f"# more\n{UNITS}") == before


# --- others --------------------------------------------------------------------------------------


def test_github_annotations(result: LintResult) -> None:
    lines = write(result, "github").splitlines()
    assert lines[0] == (
        "::warning title=CV003 even-kernel,file=specs/even.yaml,line=4,col=30,endLine=4,"
        f"endColumn=30::{MESSAGE}%0Ahelp: use a kernel of 3 or 5"
    )
    assert lines[2].startswith("::error title=SP003 unknown-key,file=specs/bad.yaml,line=4,")
    assert len(lines) == 4


def test_github_escapes(awkward: LintResult) -> None:
    first, second, last = write(awkward, "github").splitlines()
    assert first.startswith(
        "::notice title=CV003 even-kernel,file=specs/a%2Cb%3Ac <d>.yaml,line=1,col=1,"
    )
    assert '::it, has: <all> & "every" 50 %25%0Aand | ' in first
    assert second.startswith("::error title=LN001 rule-crashed::it, has:")
    assert last == "1 error, 1 info in 1 file (1 fixable with --fix)"


def test_gitlab_issues(result: LintResult, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI_PROJECT_DIR", raising=False)
    issues = json.loads(write(result, "gitlab"))
    assert [i["severity"] for i in issues] == ["minor", "minor", "major"]
    assert issues[0] | {"fingerprint": ""} == {
        "description": f"CV003 even-kernel: {MESSAGE}",
        "check_name": "CV003",
        "fingerprint": "",
        "severity": "minor",
        "location": {
            "path": "specs/even.yaml",
            "positions": {"begin": {"line": 4, "column": 30}, "end": {"line": 4, "column": 30}},
        },
    }
    assert len({i["fingerprint"] for i in issues}) == 3


def test_gitlab_paths_are_relative_to_the_project(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "net.yaml").write_text(EVEN)
    monkeypatch.setenv("CI_PROJECT_DIR", str(tmp_path))
    monkeypatch.chdir(tmp_path / "sub")
    (issue,) = json.loads(write(LintResult((judged("net.yaml", EVEN),)), "gitlab"))
    assert issue["location"]["path"] == "sub/net.yaml"


def test_junit_can_be_read(result: LintResult, awkward: LintResult) -> None:
    root = ET.fromstring(write(result, "junit"))  # noqa: S314 - our own text
    assert (root.get("tests"), root.get("failures")) == ("4", "3")
    cases = [(c.get("classname"), c.get("name")) for c in root.iter("testcase")]
    assert cases == [
        ("specs/even.yaml", "CV003 even-kernel"),
        ("specs/my units.yaml", "NA001 bias-before-norm"),
        ("specs/bad.yaml", "SP003 unknown-key"),
        ("specs/clean.yaml", "lint"),
    ]
    assert len(list(root.iter("failure"))) == 3
    odd = ET.fromstring(write(awkward, "junit"))  # noqa: S314
    texts = [e.text or "" for e in odd.iter() if e.tag in {"failure", "system-out"}]
    assert texts[0].startswith("specs/a,b:c <d>.yaml:1:1: it, has: <all> & ")
    assert "\x07" not in texts[0]


def test_information_has_not_failed_in_junit() -> None:
    text = EVEN + "lint: {severity: {CV003: info}}\n"
    root = ET.fromstring(write(LintResult((judged("net.yaml", text),)), "junit"))  # noqa: S314
    assert (root.get("tests"), root.get("failures")) == ("1", "0")
    (case,) = root.iter("testcase")
    assert [child.tag for child in case] == ["system-out"]
    assert (case[0].text or "").startswith(f"net.yaml:4:30: {MESSAGE}")


def test_markdown(result: LintResult, awkward: LintResult) -> None:
    lines = write(result, "markdown").splitlines()
    assert lines[:2] == ["### Lint", ""]
    assert "| Place | Rule | Finding |" in lines
    assert sum(line.startswith("| specs/") for line in lines) == 3
    (row,) = (line for line in write(awkward, "markdown").splitlines() if "a,b" in line)
    assert "\\|" in row
    assert len(re.findall(r"(?<!\\)\|", row)) == 4


def test_summary_counts_by_rule_and_file(result: LintResult) -> None:
    text = write(result, "summary")
    assert "| **SP003** unknown-key | error | 1 |" in text
    assert "| specs/even.yaml | 1 |" in text
    assert write(LintResult(), "summary") == "### Lint\n\nnothing found in 0 files.\n"
    many = LintResult(tuple(judged(f"{n}.yaml", EVEN) for n in range(23)))
    assert "| 3 more files | |" in write(many, "summary")


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_writes_everything(name: str, result: LintResult, awkward: LintResult) -> None:
    for found in (result, awkward, LintResult()):
        text = write(found, name)
        assert text.endswith("\n") or text == ""


def test_unknown_format_is_refused() -> None:
    with pytest.raises(UsageError, match=r"there is no format 'sarfi'; did you mean 'sarif'\?"):
        write(LintResult(), "sarfi")


def test_long_chains_are_cut() -> None:
    blocks = "".join(f"  b{n}:\n  - b{n + 1}\n" for n in range(1, 9))
    text = (
        f"cnn: 1\ninput: 31x37x3\nblocks:\n{blocks}  b9:\n"
        "  - conv: {filters: 7, kernel: 4, padding: same}\nlayers:\n- b1\n"
    )
    shown: Any = write(LintResult((judged("net.yaml", text),)), "text")
    assert "  ... 3 calls ..." in shown
    assert shown.count("in block") == 6


@pytest.fixture
def placeless(command: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return a function that runs lint where findings speak of whole files: LN001, LN003, BG002."""
    (tmp_path / "net.yaml").write_text(EVEN, encoding="utf-8")
    (tmp_path / "cnnanalyze.toml").write_text("[lint.budgets]\nmacs = 1\n", encoding="utf-8")
    known = {"schema": 1, "files": {"net.yaml": {"NA001": {"conv9": 1}}}}
    (tmp_path / "known.json").write_text(json.dumps(known), encoding="utf-8")

    def crash(*_: object) -> Any:
        raise RuntimeError("no idea")

    monkeypatch.setattr(EvenKernel, "check", crash)
    return lambda form: command(
        *("lint", "net.yaml", "--baseline", "known.json", "--select", "CV003,BG", "-f", form)
    )[1]


FILES_OF = {"BG002": "net.yaml", "LN001": "net.yaml", "LN003": "known.json"}


def test_every_result_of_sarif_has_a_location(placeless: Any) -> None:
    results = json.loads(placeless("sarif"))["runs"][0]["results"]
    assert {
        r["ruleId"]: r["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        for r in results
    } == FILES_OF
    assert all(len(r["locations"]) == 1 for r in results)


def test_findings_without_a_line_name_their_file_in_every_format(placeless: Any) -> None:
    def code_in(text: str) -> str:
        return next(code for code in FILES_OF if code in text)

    for form in ("text", "concise", "markdown"):
        lines = [line for line in placeless(form).splitlines() if any(c in line for c in FILES_OF)]
        files = {code_in(line): line.strip("| ").split(" ")[0].strip(":") for line in lines}
        assert files == FILES_OF, form
    found = json.loads(placeless("json"))["findings"]
    assert {f["code"]: f["file"] for f in found} == FILES_OF
    assert {
        f["check_name"]: f["location"]["path"] for f in json.loads(placeless("gitlab"))
    } == FILES_OF
    commands = [line for line in placeless("github").splitlines() if line.startswith("::")]
    assert all(f"file={FILES_OF[code_in(line)]}" in line for line in commands)
    assert len(commands) == 3
