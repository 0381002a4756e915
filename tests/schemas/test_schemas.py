"""Schemas: docs/schemas has them, real data fulfils them, and spoilt data does not."""

from __future__ import annotations

import json
import shlex
import shutil
import tomllib
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

import cnnanalyze as cnn
from cnnanalyze.cli import COMMANDS
from cnnanalyze.cli.commands import make_command
from cnnanalyze.core.tree import plain
from cnnanalyze.core.versions import VERSIONS
from cnnanalyze.deployment.target import FOLDER as TARGETS
from cnnanalyze.deployment.target import names
from cnnanalyze.errors import UsageError
from cnnanalyze.language.yaml import open_source, read
from cnnanalyze.schemas import SCHEMAS, schema_of
from tests.conftest import SPECS, Run
from tests.schemas.files import FOLDER, texts
from tests.schemas.outputs import BASELINE, LIMITS, OUTPUTS, prepare

jsonschema = pytest.importorskip("jsonschema")
WRITTEN = {name for name, _ in OUTPUTS}
READ = {"spec", "configuration", "sheet", "answers", "facts", "table", "sweep_file", "target"}
BOTH = {"lint_baseline", "budget_baseline", "verification"}
"""What a command writes, and reads again."""


def errors(name: str, data: Any) -> list[str]:
    """Return what the schema of a name finds wrong."""
    schema = schema_of(name, closed=True)
    validator = jsonschema.validators.validator_for(schema)(schema)
    return [f"{list(e.absolute_path)}: {e.message}" for e in validator.iter_errors(data)]


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Run) -> Path:
    prepare(tmp_path)
    shutil.copy(SPECS / "sheets" / "first_course.csv", tmp_path)
    monkeypatch.chdir(tmp_path)
    for command in (BASELINE, LIMITS):
        assert run(*command).code == 0
    return tmp_path


# --- the registry ---------------------------------------------------------------------------------


def test_every_form_has_a_version_and_a_schema() -> None:
    assert set(SCHEMAS) == set(VERSIONS), (
        "a form has a version in cnnanalyze/core/versions.py and a line in _FORMS of "
        "cnnanalyze/schemas/__init__.py"
    )
    assert set(SCHEMAS) == WRITTEN | READ | BOTH, (
        "a form that a command prints has a line in OUTPUTS of tests/schemas/outputs.py"
    )


def test_what_every_command_prints_as_json_has_a_schema() -> None:
    printing = {
        name
        for name in COMMANDS
        for option in make_command(name).params
        if "--format" in option.opts and "json" in option.metavar.split("|")
    }
    tried = {shlex.split(command)[0] for _, command in OUTPUTS}
    assert printing - tried == set(), (
        "OUTPUTS in tests/schemas/outputs.py has a line for each, with the name of the schema that "
        "cnnanalyze/schemas declares"
    )


@pytest.mark.parametrize("name", SCHEMAS)
def test_schema_is_one(name: str) -> None:
    schema = schema_of(name)
    jsonschema.validators.validator_for(schema).check_schema(schema)
    assert schema["title"].startswith(("cnnanalyze ", "answers to a cnnanalyze "))


def test_files_are_current() -> None:
    found = {path.name: path.read_text("utf-8") for path in FOLDER.glob("*.json")}
    assert found == texts(), "python -m tests.schemas.files --write"


def test_unknown_schema_is_refused() -> None:
    with pytest.raises(UsageError, match="there is no schema 'sumary'; did you mean") as e:
        schema_of("sumary")
    assert e.value.faults[0].help.startswith("there are spec, configuration, ")


def test_keys_that_are_new_do_not_break_who_reads_what_is_written() -> None:
    data = {**cnn.analyze("zoo:lenet5").to_dict(), "new": 1}
    data["layers"] = [{**row, "new": 1} for row in data["layers"]]
    jsonschema.validate(data, schema_of("summary"))
    assert errors("summary", data)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**data, "status": "done"}, schema_of("summary"))


# --- what is written ------------------------------------------------------------------------------


@pytest.mark.sampled(3)
@pytest.mark.parametrize(("name", "command"), OUTPUTS, ids=[command for _, command in OUTPUTS])
def test_output_fulfils_its_schema(name: str, command: str, desk: Path, run: Run) -> None:
    assert desk.is_dir()
    data = json.loads(run(*shlex.split(command), "--format", "json").out)
    assert errors(name, data) == []
    assert data["schema"] == VERSIONS[name]


@pytest.mark.parametrize("name", sorted(cnn.zoo()))
@pytest.mark.sampled(12)
def test_summary_of_every_network_fulfils_its_schema(name: str) -> None:
    assert errors("summary", cnn.analyze(f"zoo:{name}").to_dict()) == []


def test_baselines_fulfil_their_schemas(desk: Path) -> None:
    known = json.loads((desk / "known.json").read_text("utf-8"))
    assert known["files"]
    assert errors("lint_baseline", known) == []
    costs = json.loads((desk / "cnnanalyze-budget.json").read_text("utf-8"))
    assert costs["networks"]
    assert errors("budget_baseline", costs) == []
    for name, data in (("lint_baseline", known), ("budget_baseline", costs)):
        for word, other in spoilt(data):
            assert errors(name, other), word


def test_a_record_of_verification_fulfils_its_schema(desk: Path, run: Run) -> None:
    run("verify", "net.yaml", "--record", "verification.json")
    data = json.loads((desk / "verification.json").read_text("utf-8"))
    assert data["networks"]
    assert errors("verification", data) == []
    assert errors("verification", {**data, "record": 99})
    assert errors("verification", {**data, "nonsense": 1})


def spoilt(data: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield data without its version, with another one, with a key that nobody knows."""
    yield "no version", {key: value for key, value in data.items() if key != "schema"}
    yield "another version", {**data, "schema": 99}
    yield "an unknown key", {**data, "nonsense": 1}


@pytest.mark.sampled(3)
@pytest.mark.parametrize("name", sorted(WRITTEN))
def test_spoilt_output_is_refused(name: str, desk: Path, run: Run) -> None:
    assert desk.is_dir()
    command = next(command for found, command in OUTPUTS if found == name)
    data = json.loads(run(*shlex.split(command), "--format", "json").out)
    for word, other in spoilt(data):
        assert errors(name, other), word


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("layers", 0, "macs"), "many"),
        (("layers", 0, "output"), "5x5x5"),
        (("totals", "parameters"), None),
        (("totals", "elementary", "mac"), 1.5),
        (("status",), "done"),
        (("memory", "nonsense"), 1),
        (("layers", 0, "receptive_field", "sees_all"), False),
    ],
)
def test_spoilt_summary_is_refused(path: tuple[str | int, ...], value: Any) -> None:
    data = deepcopy(cnn.analyze("zoo:lenet5").to_dict())
    assert errors("summary", data) == []
    place: Any = data
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    assert errors("summary", data)


# --- what is read ---------------------------------------------------------------------------------


def trees(pattern: str) -> list[Path]:
    return sorted(SPECS.rglob(pattern))


@pytest.mark.parametrize(
    ("name", "path"),
    [
        (name, path)
        for name, pattern in (
            ("sheet", "*.sheet"),
            ("facts", "*.facts"),
            ("table", "*.table"),
            ("sweep_file", "*.sweep"),
        )
        for path in trees(pattern)
    ],
    ids=lambda value: value.name if isinstance(value, Path) else value,
)
def test_file_that_comes_along_fulfils_its_schema(name: str, path: Path) -> None:
    data = plain(read(open_source(path)))
    assert errors(name, data) == []
    assert errors(name, {**data, "nonsense": 1})
    assert errors(name, {**data, next(iter(data)): 99})


@pytest.mark.parametrize("name", names())
def test_target_that_comes_along_fulfils_its_schema(name: str) -> None:
    data = tomllib.loads((TARGETS / f"{name}.toml").read_text("utf-8"))
    assert errors("target", data) == []
    assert errors("target", {**data, "nonsense": 1})
    assert errors("target", {**data, "planner": 99})


@pytest.mark.parametrize(
    "question",
    [
        "{window: {n: 6, f: 3, q: 5}}",
        "{window: {n: six, f: 3}}",
        "{window: {n: 6, f: 3}, find: output, ask: {a: output}}",
        "{window: {n: 6, f: 3}, notation: greek}",
        "{window: {n: 6, f: 3}, ask: {}}",
        "{spec: zoo:vgg16, fnd: parameters}",
    ],
)
def test_wrong_question_is_refused(question: str) -> None:
    from cnnanalyze.errors import Source

    good = "{sheet: 1, questions: [{window: {n: 6, f: 3}, find: output}]}"
    bad = good.replace("{window: {n: 6, f: 3}, find: output}", question)
    assert errors("sheet", plain(read(Source("good", good)))) == []
    assert errors("sheet", plain(read(Source("bad", bad))))


@pytest.mark.parametrize(
    "data",
    [
        {"student": "Ann", "A1": 4, "A2": {"p0": 4, "p1": "6x6"}},
        {"student": "Ann", "answers": {"A1": 4}},
        [{"student": "Ann", "A1": 4}, {"student": "Ben", "A1": 5}],
        {"students": {"Ann": {"A1": 4}, "Ben": {"A1": 5}}},
        {"students": [{"student": "Ann", "A1": 4}]},
    ],
)
def test_answers_that_are_read_fulfil_their_schema(data: Any, tmp_path: Path) -> None:
    path = tmp_path / "answers.json"
    path.write_text(json.dumps(data), encoding="utf-8")
    from cnnanalyze.course.grading.answers import load_papers

    assert not any(paper.faults for paper in load_papers(path))
    assert errors("answers", data) == []


@pytest.mark.parametrize("data", [4, "Ann", [4], {"answers": 4}])
def test_what_is_no_answer_is_refused(data: Any) -> None:
    assert errors("answers", data)


CONFIGURATION = """\
extend-exclude = ["old/", "*.draft.yaml"]
include = ["specs/**/*.yaml"]

[lint]
extend = "base.toml"
profile = "strict"
target = "mobile"
select = "CV"
extend-select = ["NA009"]
ignore = ["RF", "PC"]
fail-on = "warning"
max-warnings = 3

[lint.severity]
CV003 = "error"

[lint.thresholds.taps-in-padding]
share = 0.4

[lint.per-file-ignores]
"old/*.yaml" = ["CV"]

[lint.budgets]
parameters = "30M"
memory = {at_most = "60MB", dtype = "float16"}
layers = {"**/conv*" = {macs = "500M"}}
baseline = "cnnanalyze-budget.json"
allow = 2.5

[[lint.rule]]
code = "ACME001"
when = "kind == 'conv' and kernel > 3"
message = "too wide"
profiles = ["default"]

[conventions.accelerator]
description = "MACs, and two for each element that is normalised"
parameters = "learned + statistics"
operations = {"conv depthwise dense" = "mac", "batchnorm" = "2*output"}
halves = false
"""


def test_configuration_fulfils_its_schema() -> None:
    assert errors("configuration", tomllib.loads(CONFIGURATION)) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("extend-exclude", "extend_exclude"),
        ('profile = "strict"', 'profile = "lax"'),
        ('fail-on = "warning"', 'fail-on = "warnings"'),
        ("max-warnings = 3", "max-warnings = -3"),
        ('CV003 = "error"', 'CV003 = "grave"'),
        ("share = 0.4", 'share = "much"'),
        ("allow = 2.5", "allow = -2.5"),
        ('message = "too wide"\n', ""),
        ('parameters = "30M"', "speed = 30"),
        ("halves = false", 'halves = "no"'),
    ],
)
def test_wrong_configuration_is_refused(old: str, new: str) -> None:
    assert old in CONFIGURATION
    assert errors("configuration", tomllib.loads(CONFIGURATION.replace(old, new, 1)))


def test_configuration_of_this_project_fulfils_its_schema() -> None:
    text = (SPECS.parent / "pyproject.toml").read_text("utf-8")
    assert errors("configuration", tomllib.loads(text)["tool"]["cnnanalyze"]) == []
