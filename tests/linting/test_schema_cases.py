"""What an editor sees with the JSON Schema alone, next to what the reader and the linter say.

Every faulty spec that the tests know is judged by the schema. Those that it lets pass are listed,
each with the reason; a table that no longer holds fails, in both directions.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cnnanalyze.cli import run
from cnnanalyze.core.tree import plain
from cnnanalyze.errors import Source, SpecError
from cnnanalyze.language.yaml import read
from cnnanalyze.linting.rule import Case
from cnnanalyze.linting.rules import entries
from tests.conftest import SPECS
from tests.linting.test_rules import CODES, of

jsonschema = pytest.importorskip("jsonschema")

BAD = Path(__file__).parent.parent / "language" / "bad_input"

NAMES = "who refers to what: a schema cannot compare one place with another"
NUMBERS = "arithmetic on shapes, sizes or counts"
TEXTS = "what is inside a text with a '$' is an expression, and no schema reads it"
BLOCKS = "kinds and arguments of blocks: only the schema of this file knows them"
FILES = "what is in another file"
DEFAULTS = "an attribute that is not given may be given by 'defaults'"

LET_PASS = {
    "behind_a_fault": NUMBERS,
    "calls": BLOCKS,
    "claims_of_nobody": NAMES,
    "counted": TEXTS,
    "cycle": NAMES,
    "expressions": TEXTS,
    "extends_itself": FILES,
    "extends_nonsense": FILES,
    "extends_outside": FILES,
    "input_is_the_end": NAMES,
    "permute_wrong_rank": NUMBERS,
    "no_height": NUMBERS,
    "no_layers_left": NUMBERS,
    "recursion": NAMES,
    "references": NAMES,
    "repeat_in_repeat": NUMBERS,
    "rows_times_rows": NUMBERS,
    "shapes": NUMBERS,
    "unknown_kinds": BLOCKS,
    "weights_too_many": NUMBERS,
}
"""The specs of ``bad_input`` that the reader refuses and the schema accepts."""

RULES_LET_PASS = {
    ("DP002", 1): NUMBERS,
    ("DP003", 1): NUMBERS,
    ("GR001", 1): NAMES,
    ("GR001", 2): NAMES,
    ("GR002", 1): NAMES,
    ("GR004", 1): NAMES,
    ("GR004", 2): NAMES,
    ("GR005", 1): NAMES,
    ("GR011", 1): NAMES,
    ("GR011", 2): NAMES,
    ("SH001", 1): NUMBERS,
    ("SH001", 2): NUMBERS,
    ("SH002", 1): NUMBERS,
    ("SH002", 2): NUMBERS,
    ("SH003", 1): NUMBERS,
    ("SH003", 2): NUMBERS,
    ("SH004", 1): NUMBERS,
    ("SH004", 2): NUMBERS,
    ("SH005", 1): NUMBERS,
    ("SH013", 1): NUMBERS,
    ("SH013", 2): NUMBERS,
    ("SP004", 1): BLOCKS,
    ("SP006", 1): BLOCKS,
    ("SP007", 1): TEXTS,
    ("SP007", 2): TEXTS,
    ("SP015", 2): DEFAULTS,
    ("SP017", 2): NAMES,
    ("SP018", 1): FILES,
    ("SP020", 1): NUMBERS,
    ("SP021", 1): NUMBERS,
    ("SP022", 1): NAMES,
}
"""The invalid cases of rules about faults, by code and number, that the schema accepts."""

OWN = sorted(name for name, why in LET_PASS.items() if why == BLOCKS)
"""What the schema that ``cnnanalyze schema FILE`` makes of the file itself refuses."""


@pytest.fixture(scope="module")
def schema(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Return the schema as the command writes it for an editor."""
    path = tmp_path_factory.mktemp("schema") / "cnn.schema.json"
    assert run(["schema", "-o", str(path)]) == 0
    return jsonschema.Draft7Validator(json.loads(path.read_text("utf-8")))


def is_refused(schema: Any, text: str) -> bool:
    """Whether an editor marks something: it is not YAML, or the schema does not allow it."""
    try:
        data = plain(read(Source("text", text)))
    except SpecError:
        return True
    return not schema.is_valid(data)


@pytest.mark.sampled(15)
@pytest.mark.parametrize("path", sorted(SPECS.glob("*.yaml")), ids=lambda p: p.stem)
def test_good_specs_are_accepted(schema: Any, path: Path) -> None:
    assert not is_refused(schema, path.read_text("utf-8"))


@pytest.mark.parametrize("path", sorted(BAD.glob("*.yaml")), ids=lambda p: p.stem)
def test_faulty_specs_are_refused_or_listed(schema: Any, path: Path) -> None:
    assert is_refused(schema, path.read_text("utf-8")) is (path.stem not in LET_PASS)


def test_no_faulty_spec_is_listed_that_is_gone() -> None:
    assert set(LET_PASS) <= {path.stem for path in BAD.glob("*.yaml")}


def cases() -> list[Any]:
    """Return the invalid cases of the rules whose faults a reader refuses."""
    return [
        pytest.param(code, number, case, id=f"{code}-{number}")
        for code in CODES
        if entries()[code].needs == "fault"
        for number, case in enumerate(of(code).invalid, 1)
    ]


@pytest.mark.parametrize(("code", "number", "case"), cases())
def test_cases_of_rules_are_refused_or_listed(
    schema: Any, code: str, number: int, case: Case
) -> None:
    assert is_refused(schema, case.text) is ((code, number) not in RULES_LET_PASS)


def test_no_case_is_listed_that_is_gone() -> None:
    assert set(RULES_LET_PASS) <= {(param.values[0], param.values[1]) for param in cases()}


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(case, id=f"{code}-{number}")
        for code in CODES
        if entries()[code].needs in {"document", "network", "analysis"}
        for number, case in enumerate(of(code).invalid, 1)
    ],
)
def test_what_only_looks_wrong_is_accepted(schema: Any, case: Case) -> None:
    """A spec that can be read is never marked by the schema, odd as it may be."""
    assert not is_refused(schema, case.text)


@pytest.mark.parametrize("name", OWN)
def test_own_schema_of_a_file_knows_its_blocks(tmp_path: Path, name: str) -> None:
    path, own = BAD / f"{name}.yaml", tmp_path / "own.json"
    assert run(["schema", str(path), "-o", str(own)]) == 0
    schema = jsonschema.Draft7Validator(json.loads(own.read_text("utf-8")))
    assert is_refused(schema, path.read_text("utf-8"))
