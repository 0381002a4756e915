"""Every rule: documented, with a source, and right about each of its own cases."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from cnnanalyze.errors import Source
from cnnanalyze.linting.engine import lint_source
from cnnanalyze.linting.finding import SEVERITIES
from cnnanalyze.linting.result import FileResult
from cnnanalyze.linting.rule import RULES, Case, EngineRule, Rule, is_code, is_name
from cnnanalyze.linting.rules import entries, stage_of
from cnnanalyze.linting.selection import PROFILES, Level, is_always_on
from cnnanalyze.linting.settings import Settings, SettingsSource
from tests.linting.index import FILE, FOLDER, written

CODES = sorted(code for code in entries() if not code.startswith("ACME"))


def of(code: str) -> type[Rule]:
    cls = RULES.get(code)
    assert cls is not None
    return cls


every = pytest.mark.parametrize("code", CODES)
judging = pytest.mark.parametrize(
    "code", [code for code in CODES if not issubclass(of(code), EngineRule)]
)


def alone(code: str) -> Settings:
    """Return settings under which this rule is the only one that can be switched off."""
    target = next((p for p in sorted(of(code).profiles) if p.startswith("target:")), "")
    level = Level(select=(code,), target=target.removeprefix("target:") or None)
    off = tuple(c for c in CODES if c != code and not is_always_on(entries()[c]))
    return Settings(caller=SettingsSource("the test", level._replace(ignore=off)))


def tried(code: str, case: Case) -> FileResult:
    return lint_source(Source("<text>", case.text), settings=alone(code))


def cases(which: str) -> list[Any]:
    return [
        pytest.param(code, case, id=f"{code}-{number}")
        for code in CODES
        for number, case in enumerate(getattr(of(code), which), 1)
    ]


def test_index_is_up_to_date() -> None:
    assert FILE.read_text("utf-8") == written(), "run: python -m tests.linting.index --write"


@every
def test_rule_is_documented(code: str) -> None:
    cls = of(code)
    text = cls.__doc__ or ""
    first, *rest = text.strip().split("\n\n")
    assert re.fullmatch(r"[^\n]+\.", first), "the first line of the docstring is one sentence"
    starts = {paragraph.strip().split(":")[0] for paragraph in rest}
    lacking = {"Why", "Instead"} - starts
    assert lacking == set(), "the docstring has paragraphs that begin with 'Why:' and 'Instead:'"
    assert cls.source.strip(), "'source' says who says so, and where"
    assert cls.trips.strip(), "'trips' says which good networks trip it, or none"
    assert cls.severity in SEVERITIES
    assert is_code(cls.code)
    assert is_name(cls.name)
    unknown = {p for p in cls.profiles if not p.startswith("target:")} - {*PROFILES}
    assert unknown == set(), f"'profiles' takes {', '.join(PROFILES)} and 'target:NAME'"
    assert all(type(number) in {int, float} for number in cls.thresholds.values())


@every
def test_rule_lives_in_a_file_of_its_own_name(code: str) -> None:
    cls = of(code)
    path = FOLDER.joinpath(*cls.__module__.split(".")[-2:]).with_suffix(".py")
    assert path.is_file()
    assert path.stem == cls.name.replace("-", "_"), "the file is called as the rule is"
    assert cls.__name__.lower() == cls.name.replace("-", ""), "the class is called as the rule is"
    head = path.read_text("utf-8").partition("\n")[0]
    assert head.startswith(f'"""{code}: '), "the docstring of the module begins with the code"


def test_families_are_folders() -> None:
    homes: dict[str, set[str]] = {}
    for code in CODES:
        homes.setdefault(code[:2], set()).add(of(code).__module__.split(".")[-2])
    assert {family: len(folders) for family, folders in homes.items() if len(folders) > 1} == {}


ELSEWHERE = {"BG007": "test_budget_rules.py"}
"""Rules whose condition needs a file beside the spec, and where they are tried."""


@judging
def test_rule_has_cases(code: str) -> None:
    tested = of(code).invalid or code in ELSEWHERE
    assert tested, "'invalid' has a case, or ELSEWHERE in this file says where the rule is tried"
    assert code not in ELSEWHERE or Path(__file__).with_name(ELSEWHERE[code]).is_file()
    assert of(code).valid or stage_of(of(code)) == "fault", "'valid' has a case that is quiet"


@pytest.mark.parametrize(("code", "case"), cases("invalid"))
def test_invalid_case_is_found_at_its_place_with_its_message(code: str, case: Case) -> None:
    found = tried(code, case).findings
    if of(code).needs == "text":  # what is odd in a text is often a fault as well
        found = tuple(f for f in found if f.code == code)
    assert [f.code for f in found] == [code], [f.message for f in found]
    finding = found[0]
    place = None if finding.mark is None else (finding.mark.line, finding.mark.column)
    assert (place, finding.message, finding.path, finding.instances) == (
        case.at,
        case.message,
        case.path or finding.path,
        case.instances,
    )
    assert finding.name == of(code).name
    assert finding.message, "a sentence"
    assert not finding.message.endswith("."), "messages have no full stop"


@pytest.mark.parametrize(("code", "case"), cases("valid"))
def test_valid_case_is_quiet(code: str, case: Case) -> None:
    assert [(f.code, f.message) for f in tried(code, case).findings] == []


@judging
def test_rule_is_found_by_code_and_name(code: str) -> None:
    assert RULES.get(of(code).name) is of(code)


def test_places_of_rules_are_folders_with_a_line_about_them() -> None:
    for folder in sorted(p for p in FOLDER.iterdir() if p.is_dir() and p.name != "__pycache__"):
        assert (folder / "__init__.py").read_text("utf-8").startswith('"""')
    assert Path(FOLDER / "linter").is_dir()
