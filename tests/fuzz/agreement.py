"""What the JSON Schema and the reader say of one spec, and where they may differ.

A schema looks at one place at a time. What the reader refuses beyond that is semantic, and listed
here with the reason; every other fault is structural, and a schema that lets it pass is wrong. What
the reader accepts, every schema must accept.
"""

from __future__ import annotations

import re
from typing import Any

import jsonschema

from cnnanalyze.core.tree import plain
from cnnanalyze.errors import Fault, Source, SpecError
from cnnanalyze.language.build import Attempt, attempt
from cnnanalyze.language.schema import build_schema
from cnnanalyze.language.yaml import read
from cnnanalyze.layers.base import KINDS
from tests.fuzz.properties import schema

NAMES = "who refers to what: a schema cannot compare one place with another"
NUMBERS = "arithmetic on shapes, sizes or counts, or on one number and another"
TEXTS = "what is inside a text with a '$' is an expression, and no schema reads it"
BLOCKS = "words that may be blocks, and their arguments: only the schema of the file knows them"
FILES = "what is in another file"
DEFAULTS = "an attribute that is not given may be given by 'defaults'"
INHERITED = "what is said of a whole source holds for its figures"
LETTERS = "which characters beyond ASCII are letters"
PATTERNS = "what a pattern of axes says"
PLACES = "at which place of an expanded network a step stands"

STRUCTURAL: tuple[tuple[str, str], ...] = (
    ("SP005", "of '(train|lint|severity|thresholds)'"),
    ("SP013", "'for' needs a table"),
    ("SP015", "^a spec needs|'train' needs|^block "),
)
"""Faults that stand at a place as large as the expressions in it, and are seen all the same."""

SEMANTIC: tuple[tuple[str, str, str], ...] = (
    ("GR00[125]|GR011", "", NAMES),
    ("GR004", "", PLACES),
    ("SH.*|DP.*|GR003", "", NUMBERS),
    ("SP004", "is a step, not an operation", NAMES),
    ("SP004", "^(?!defaults for)", BLOCKS),
    ("SP006", "", BLOCKS),
    ("SP007", "", TEXTS),
    ("SP012", "^(?!'repeat')", NUMBERS),
    ("SP013", "equally long", NUMBERS),
    ("SP014", "no network can meet the budget", NUMBERS),
    ("SP015", "needs '", DEFAULTS),
    ("SP005", "must be given exactly when|must be below|must be distinct", NUMBERS),
    ("SP005", "in their new order|start below the stop", NUMBERS),
    ("SP005", "must be (false|left out) with|must not be below", NUMBERS),
    ("SP005", "must be a pattern such as|must be an equation such as", PATTERNS),
    ("SP016", "do not have its shape", NUMBERS),
    ("SP017", "a claim names|a claim sets", NAMES),
    ("SP017", "needs its 'reason'", INHERITED),
    ("SP018", "", FILES),
    ("SP019", "is taken", NAMES),
    ("SP020", "belongs to a layer", NAMES),
    (
        "SP020",
        "has no weights to give|no regular array|the given .* is|cannot be given|holds no",
        NUMBERS,
    ),
    ("SP021|SP022", "", NAMES),
)
"""By code and words of a fault, why a schema need not see it; the first row that fits holds."""


def why_semantic(fault: Fault) -> str:
    """Return why a schema need not see a fault; nothing if it must."""
    if any(_fits(fault, code, words) for code, words in STRUCTURAL):
        return ""
    if "exactly one operation" in fault.message:
        kinds = [w for w in re.findall("'([^']*)'", fault.message) if KINDS.get(w) is not None]
        return "" if len(kinds) > 1 else BLOCKS
    if fault.mark is not None and "$" in _marked(fault):
        return TEXTS
    if fault.code == "SP019" and not fault.message.isascii():
        return LETTERS
    found = (reason for code, words, reason in SEMANTIC if _fits(fault, code, words))
    return next(found, "")


def _fits(fault: Fault, code: str, words: str) -> bool:
    return bool(re.fullmatch(code, fault.code) and re.search(words, fault.message))


def _marked(fault: Fault) -> str:
    """Return what is written at the place of a fault: a word, or a list or mapping to its end."""
    assert fault.mark is not None
    begin = fault.mark.column - 1
    line = fault.mark.source.lines[fault.mark.line - 1][begin:]
    depth = 0
    for end, sign in enumerate(line, 1):
        depth += (sign in "[{") - (sign in "]}")
        if depth <= 0 and end >= fault.mark.length:
            return line[:end]
    return line


def own_schema(found: Attempt) -> Any:
    """Return the validator of the schema that ``cnnanalyze schema FILE`` prints for a file."""
    return jsonschema.Draft7Validator(build_schema(found.document))


def disagreement(text: str) -> str:
    """Return what the schemas and the reader say differently of a text; nothing if they agree."""
    try:
        data = plain(read(Source("text", text)))
    except SpecError:
        return ""  # no YAML: no schema sees it either
    found = attempt(Source("text", text))
    if not found.faults:
        for name, validator in (("the", schema()), ("its own", own_schema(found))):
            for error in validator.iter_errors(data):
                return f"{name} schema refuses what the reader accepts: {_said(error)}"
        return ""
    if not schema().is_valid(data):
        return ""
    for fault in found.faults:
        if not why_semantic(fault):
            return f"the schema accepts what the reader refuses: {fault.code} {fault}"
    for fault in filter(_is_of_blocks, found.faults):
        if found.document is not None and own_schema(found).is_valid(data):
            return f"its own schema accepts what the reader refuses: {fault}"
    return ""


def _is_of_blocks(fault: Fault) -> bool:
    """Whether a fault speaks of the arguments of a block, which the schema of the file knows."""
    return why_semantic(fault) == BLOCKS and "no parameter" in fault.message


def _said(error: Any) -> str:
    while error.context:
        error = max(error.context, key=lambda inner: len(inner.absolute_path))
    return f"{list(error.absolute_path)}: {error.message[:200]}"
