"""The forms of the files that people write: configuration, homework sheets, answers, facts.

They are made from the lists of keys that the readers go by. What only a reader can judge (names of
layers, of rules, sums of terms) is left to it.
"""

from __future__ import annotations

from pydantic.fields import FieldInfo

import cnnanalyze.course.grading.grade
import cnnanalyze.course.sheets.solve  # noqa: F401 - both name mistakes, which a sheet may give credit
from cnnanalyze.auditing.tables import WrittenTable
from cnnanalyze.core.binding import WRITTEN
from cnnanalyze.core.configuration import FOLDERS
from cnnanalyze.core.conventions.configuration import WrittenConvention
from cnnanalyze.core.versions import VERSIONS
from cnnanalyze.course.explanations.notation import NOTATIONS
from cnnanalyze.course.lectures.facts import FactsFile
from cnnanalyze.course.misconceptions.catalogue import NAMES
from cnnanalyze.course.sheets.ask_reading import OF_ANSWER
from cnnanalyze.course.sheets.credit_reading import SHARES, SLIPS
from cnnanalyze.course.sheets.format_reading import MOST_DECIMALS
from cnnanalyze.course.sheets.questions.combination import COMBINATIONS
from cnnanalyze.course.sheets.questions.topics import TOPICS
from cnnanalyze.course.sheets.sheet_reading import MOST_QUESTIONS
from cnnanalyze.course.written_answers.units import NAMED
from cnnanalyze.language.schema import FIGURES, OF_BUDGETS
from cnnanalyze.language.vocabulary import (
    NULL,
    TEXT,
    any_of,
    list_of,
    section,
    setting_schema,
    without,
)
from cnnanalyze.linting.config import LintTable
from cnnanalyze.schemas.forms import DRAFT, Schema

NUMBER: Schema = {"type": ["number", "string"]}
"""A whole number, a decimal, a fraction 1/3 or a percentage."""
SHARES_ALONE: Schema = {"type": ["number", "string"], "minimum": 0, "maximum": 1}


def _mapping(properties: Schema, **more: object) -> Schema:
    return {"type": "object", "properties": properties, "additionalProperties": False, **more}


def _table(value: Schema) -> Schema:
    return {"type": "object", "additionalProperties": value}


# --- configuration --------------------------------------------------------------------------------


def configuration() -> Schema:
    """Return the schema of cnnanalyze.toml, and of [tool.cnnanalyze] in pyproject.toml.

    Examples
    --------
    >>> sorted(configuration()["properties"])
    ['conventions', 'exclude', 'extend-exclude', 'include', 'lint']
    """
    return {
        "$schema": DRAFT,
        "title": "cnnanalyze configuration",
        **_mapping(
            {
                **{key: {**list_of(TEXT), "description": words} for key, words in FOLDERS.items()},
                "lint": without(NULL, section(LintTable)),
                "conventions": {
                    **_table(without(NULL, section(WrittenConvention))),
                    "description": "counting conventions of your own, by name",
                },
            }
        ),
        "definitions": without(NULL, OF_BUDGETS),
    }


# --- homework -------------------------------------------------------------------------------------


def _manner() -> Schema:
    units = {"enum": list(NAMED)}
    return {
        "notation": {"enum": list(NOTATIONS), "description": "symbols and habits of the answers"},
        "tolerance": {**NUMBER, "description": "share by which an answer may be off"},
        "decimals": {
            "type": "integer",
            "minimum": 0,
            "maximum": MOST_DECIMALS,
            "description": "decimals to which an answer is rounded",
        },
        "units": {**any_of(units, list_of(units)), "description": "units an answer may have"},
        "per_entry": {"type": "boolean", "description": "whether each entry earns its share"},
    }


def _topics() -> Schema:
    found: Schema = {}
    for name, topic in TOPICS.items():
        fields = {key: _given(info) for key, info in topic.section.model_fields.items()}
        letters = {letter: fields[word] for letter, word in topic.aliases.items()}
        found[name] = {**_mapping({**fields, **letters}), "description": topic.about}
    return found


def _given(info: FieldInfo) -> Schema:
    """Return the schema of what a question gives; exact numbers may be rows and planes of them."""
    if "Fraction" not in str(info.annotation):
        return setting_schema(info)
    return {"type": ["number", "string", "array", "null"], "description": info.description}


def _network() -> Schema:
    layers = any_of(TEXT, list_of(TEXT))
    return {
        "spec": {**TEXT, "description": "a spec: a file beside the sheet, or zoo:NAME"},
        "set": {"type": "object", "description": "values for its parameters"},
        "layer": {**layers, "description": "the layers that are meant, each by itself"},
        "over": {**layers, "description": "the layers that are added up: a kind or a pattern"},
        "classes": {"type": "integer", "minimum": 1, "description": "units of the last layer"},
        "trains": {**layers, "description": "the layers that training changes"},
        "input": {"description": "as in a spec"},
        "inputs": {"description": "as in a spec"},
        "layers": {"type": "array", "description": "as in a spec"},
        "blocks": {"type": "object", "description": "as in a spec"},
        "params": {"type": "object", "description": "as in a spec"},
        "defaults": {"type": "object", "description": "as in a spec"},
        "train": {"type": "object", "description": "as in a spec"},
        "outputs": {**layers, "description": "as in a spec"},
    }


def sheet() -> Schema:
    """Return the schema of a homework sheet.

    An answer may repeat the keys of its topic, so its own keys are left to the reader.

    Examples
    --------
    >>> sheet()["properties"]["sheet"], sheet()["required"]
    ({'const': 1, 'description': 'version of the language of sheets'}, ['sheet', 'questions'])
    """
    combined = {
        word: {**list_of(TEXT), "description": row.words.format("the first", "the second")}
        for word, row in COMBINATIONS.items()
    }
    about = {"text": WRITTEN, "points": NUMBER, **_manner()}
    find = {**TEXT, "description": "the quantity that is asked for"}
    answer = {
        "type": "object",
        "properties": {key: {**about, "find": find}[key] for key in OF_ANSWER} | combined,
    }
    question = _mapping(
        {
            "id": WRITTEN,
            "source": WRITTEN,
            **about,
            "find": find,
            "ask": {
                "type": "object",
                "minProperties": 1,
                "additionalProperties": any_of(TEXT, answer),
                "description": "what is asked for, by name",
            },
            **_topics(),
            **_network(),
        },
        not_={"required": ["ask", "find"]},
    )
    question["not"] = question.pop("not_")
    credit = any_of(
        SHARES_ALONE,
        _mapping(
            {**dict.fromkeys(SHARES, SHARES_ALONE), SLIPS: list_of({"enum": sorted(NAMES)})},
        ),
    )
    return {
        "$schema": DRAFT,
        "title": "cnnanalyze homework sheet",
        **_mapping(
            {
                "sheet": {
                    "const": VERSIONS["sheet"],
                    "description": "version of the language of sheets",
                },
                "title": WRITTEN,
                "about": WRITTEN,
                "source": WRITTEN,
                **_manner(),
                "credit": {**credit, "description": "what a wrong answer is worth"},
                "questions": list_of(question, minItems=1, maxItems=MOST_QUESTIONS),
            },
            required=["sheet", "questions"],
        ),
    }


def answers() -> Schema:
    """Return the schema of answers as YAML or JSON: a student, a list of them, or by name.

    Examples
    --------
    >>> len(answers()["anyOf"])
    2
    """
    paper: Schema = {
        "type": "object",
        "properties": {"answers": {"type": "object"}},
        "description": "answers by question, 'A1: 4' or 'A1: {p0: 4}', beside the student's name",
    }
    many = any_of({"$ref": "#/$defs/papers"}, _table({"type": "object"}))
    return {
        "$schema": DRAFT,
        "title": "answers to a cnnanalyze homework sheet",
        "anyOf": [{"$ref": "#/$defs/paper"}, {"$ref": "#/$defs/papers"}],
        "$defs": {
            "paper": any_of(paper, _mapping({"students": many}, required=["students"])),
            "papers": list_of({"$ref": "#/$defs/paper"}),
        },
    }


# --- facts ----------------------------------------------------------------------------------------


def facts() -> Schema:
    """Return the schema of a file of facts: what a lecture says in numbers.

    Examples
    --------
    >>> facts()["properties"]["lecture"]["const"]
    1
    """
    return {"$schema": DRAFT, "title": "cnnanalyze facts", **section(FactsFile)}


# --- tables ---------------------------------------------------------------------------------------


def table() -> Schema:
    """Return the schema of a table of networks with the figures that somebody prints for them.

    Examples
    --------
    >>> table()["properties"]["rows"]["items"]["required"]
    ['network']
    """
    return {
        "$schema": DRAFT,
        "title": "cnnanalyze table",
        **section(WrittenTable),
        "definitions": FIGURES,
    }
