"""``schema``: accepts every spec of the zoo, refuses what is obviously wrong."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import cnnanalyze as cnn
from cnnanalyze.core.tree import plain
from cnnanalyze.errors import Source
from cnnanalyze.language.yaml import open_source, read
from cnnanalyze.layers.base import KINDS

jsonschema = pytest.importorskip("jsonschema")

GOOD = """\
cnn: 1
input: 13x17x3
params: {n: 5}
blocks:
  unit: {params: {filters: , kernel: 3}, layers: [{conv: {filters: $filters, kernel: $kernel}}]}
layers:
  - {unit: 7, as: a}
  - add: [[{conv: {filters: 7, kernel: 1}}], ]
  - {$act: , when: $n > 3}
  - {for: {k: [1, 2]}, do: [{conv: {filters: $k, kernel: [3, 5], padding: [[0, 1], [1, 0]]}}]}
"""
Write = Callable[..., Path]


@pytest.fixture(scope="session")
def validator() -> Any:
    from cnnanalyze.language.schema import build_schema

    schema = build_schema()
    jsonschema.Draft7Validator.check_schema(schema)
    return jsonschema.Draft7Validator(schema)


@pytest.mark.sampled(15)
@pytest.mark.parametrize("name", sorted(cnn.zoo()))
def test_every_spec_of_the_zoo_is_accepted(validator: Any, run: Any, name: str) -> None:
    path = cnn.zoo()[name]
    data = plain(read(open_source(path)))
    assert list(validator.iter_errors(data)) == []
    own = json.loads(run("schema", path).out)
    assert list(jsonschema.Draft7Validator(own).iter_errors(data)) == []


def test_the_command_prints_the_schema(run: Any, validator: Any) -> None:
    outcome = run("schema")
    assert outcome.code == 0
    assert json.loads(outcome.out) == validator.schema


def test_a_good_spec_is_accepted(validator: Any) -> None:
    assert list(validator.iter_errors(plain(read(Source("good", GOOD))))) == []


@pytest.mark.parametrize("kind", [cls.kind for cls in KINDS if cls.arity[1] != 1])
def test_branches_of_every_kind_that_takes_several_inputs_are_accepted(
    validator: Any, kind: str
) -> None:
    data = {"cnn": 1, "input": "5x7x3", "layers": [{kind: [["relu"], ["tanh"]]}]}
    assert list(validator.iter_errors(data)) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("cnn: 1", "cnn: 2"),
        ("cnn: 1", "name: x"),
        ("input: 13x17x3", "input: [13, 17, 3]"),
        ("input: 13x17x3", "imput: 13x17x3"),
        ("input: 13x17x3", "input: large"),
        ("layers:\n", "layer:\n"),
        ("filters: 7", "filters: 0"),
        ("filters: 7", "filters: seven"),
        ("kernel: 1", "kernel: -1"),
        ("kernel: 1", "kernal: 1"),
        ("kernel: [3, 5]", "kernel: [3, 0]"),
        ("padding: [[0, 1], [1, 0]]", "padding: [[0, 1, 2]]"),
        ("padding: [[0, 1], [1, 0]]", "padding: full"),
        ("do: [", "steps: ["),
        ("when: $n > 3", "when: 3"),
    ],
)
def test_what_is_obviously_wrong_is_refused(validator: Any, old: str, new: str) -> None:
    assert old in GOOD
    data = plain(read(Source("bad", GOOD.replace(old, new, 1))))
    assert list(validator.iter_errors(data))


@pytest.mark.parametrize(
    "section",
    [
        "expect: [{total: {parameters: 5}}]",
        "expect: [{source: x, total: {parmeters: 5}}]",
        "expect: [{source: x, total: {macs: 5}, convention: macs}]",
        "train: {batch: 32}",
        "train: {samples: 100, optimizer: magic}",
        "budgets: {speed: 5}",
        "lint: {profile: lax}",
    ],
)
def test_sections_are_checked(validator: Any, section: str) -> None:
    data = plain(read(Source("bad", f"{GOOD}{section}\n")))
    assert list(validator.iter_errors(data))


def test_a_file_s_own_blocks_are_known(run: Any, write_spec: Write) -> None:
    path = write_spec(GOOD)
    own = jsonschema.Draft7Validator(json.loads(run("schema", path).out))
    data = plain(read(open_source(path)))
    assert list(own.iter_errors(data)) == []
    for old, new in (("{unit: 7,", "{unti: 7,"), ("{unit: 7,", "{unit: {filter: 7},")):
        bad = plain(read(Source("bad", GOOD.replace(old, new))))
        assert list(own.iter_errors(bad))


def test_every_attribute_has_words_and_a_schema(validator: Any) -> None:
    for cls in KINDS:
        schema = validator.schema["definitions"][f"kind {cls.kind}"]
        fields = schema["anyOf"][1]["properties"]
        assert list(fields) == list(cls.model_fields)
        for name, field in fields.items():
            assert field["description"]
            assert "anyOf" in field or "type" in field, f"{cls.kind}.{name}"


def test_schema_of_other_data_is_printed(run: Any, tmp_path: Path) -> None:
    from cnnanalyze.schemas import SCHEMAS, schema_of

    for name in SCHEMAS:
        outcome = run("schema", "--of", name)
        assert outcome.code == 0
        assert json.loads(outcome.out) == schema_of(name)
    assert run("schema", "--of", "lint", "-o", tmp_path / "lint.json").code == 0
    assert json.loads((tmp_path / "lint.json").read_text("utf-8")) == schema_of("lint")


def test_schema_of_unknown_data_is_refused_with_the_nearest(run: Any) -> None:
    outcome = run("schema", "--of", "sumary")
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err.startswith("error: there is no schema 'sumary'; did you mean 'summary'?\n")


def test_schema_of_a_file_and_of_other_data_is_refused(run: Any, write_spec: Write) -> None:
    outcome = run("schema", write_spec(GOOD), "--of", "lint")
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err == (
        "error: FILE and --of lint exclude each other\n"
        "  help: FILE extends the schema of specs; remove one of the two\n"
    )


def test_only_features_of_draft_07_are_used(validator: Any) -> None:
    def walk(schema: Any) -> None:
        if isinstance(schema, dict):
            assert not {"$defs", "prefixItems", "unevaluatedProperties"} & set(schema)
            assert "$ref" not in schema or len(schema) == 1
            for value in schema.values():
                walk(value)
        elif isinstance(schema, list):
            for item in schema:
                walk(item)

    walk(validator.schema)
