"""The forms of the files that are read: configuration, homework, facts, earlier results.

They are made from the models that the readers go by. What only a reader can judge (names of
layers, of rules, sums of terms) is left to it.
"""

from __future__ import annotations

import cnnanalyze.course.grading.grade
import cnnanalyze.course.sheets.solve  # noqa: F401 - both name mistakes, which a sheet may give credit
from cnnanalyze.auditing.tables import WrittenTable
from cnnanalyze.core.configuration import FOLDERS
from cnnanalyze.core.conventions.configuration import WrittenConvention
from cnnanalyze.core.section import Section
from cnnanalyze.course.grading.written_papers import ClosedPaper, OpenPaper, StudentsFile
from cnnanalyze.course.lectures.facts import FactsFile
from cnnanalyze.course.lectures.question_data import FORMS, NetworkQuestion, form_of
from cnnanalyze.course.sheets.questions.topics import TOPICS
from cnnanalyze.course.sheets.sheet_file import SheetFile
from cnnanalyze.crosscheck import baseline as budget_costs
from cnnanalyze.crosscheck.record import RecordFile
from cnnanalyze.deployment.target import Target
from cnnanalyze.language.schema import FIGURES, OF_BUDGETS
from cnnanalyze.language.vocabulary import (
    NULL,
    TEXT,
    any_of,
    entries,
    list_of,
    section,
    without,
)
from cnnanalyze.linting import baseline as known_findings
from cnnanalyze.linting.config import LintTable
from cnnanalyze.schemas.forms import DRAFT, Schema
from cnnanalyze.sweeping.sweep_file import SweepFile


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


def sheet() -> Schema:
    """Return the schema of a homework sheet.

    An answer may repeat the keys of its topic, so its own keys are left to the reader.

    Examples
    --------
    >>> sheet()["properties"]["sheet"]["const"], sheet()["required"]
    (1, ['sheet', 'questions'])
    """
    return {"$schema": DRAFT, "title": "cnnanalyze homework sheet", **section(SheetFile)}


def answers() -> Schema:
    """Return the schema of answers as YAML or JSON: a student, a list of them, or by name.

    Examples
    --------
    >>> len(answers()["anyOf"])
    2
    """
    beside = {**section(OpenPaper), "not": {"required": ["answers"]}}
    return {
        "$schema": DRAFT,
        "title": "answers to a cnnanalyze homework sheet",
        "anyOf": [{"$ref": "#/$defs/paper"}, {"$ref": "#/$defs/papers"}],
        "$defs": {
            "paper": any_of(beside, section(ClosedPaper), section(StudentsFile)),
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
    forms = ({**entries(form_of(word)), "required": [word]} for word in (*FORMS, *TOPICS))
    return {
        "$schema": DRAFT,
        "title": "cnnanalyze facts",
        **section(FactsFile),
        "definitions": {"question": any_of(section(NetworkQuestion), *forms)},
    }


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


# --- sweeps ---------------------------------------------------------------------------------------


def sweep() -> Schema:
    """Return the schema of a sweep: a space of networks, and what is asked of it.

    Examples
    --------
    >>> sweep()["properties"]["sweep"]["const"]
    1
    """
    return {
        "$schema": DRAFT,
        "title": "cnnanalyze sweep",
        **section(SweepFile),
        "definitions": without(NULL, OF_BUDGETS),
    }


# --- targets --------------------------------------------------------------------------------------


def target() -> Schema:
    """Return the schema of a target: a place where networks run.

    Examples
    --------
    >>> target()["required"]
    ['name', 'source']
    """
    return {"$schema": DRAFT, "title": "cnnanalyze target", **section(Target)}


# --- earlier results ------------------------------------------------------------------------------


def lint_baseline() -> Schema:
    """Return the schema of the findings that are let pass.

    Examples
    --------
    >>> lint_baseline()["required"]
    ['schema', 'files']
    """
    return _of_results(known_findings.BaselineFile, "lint baseline")


def budget_baseline() -> Schema:
    """Return the schema of what networks cost before.

    Examples
    --------
    >>> budget_baseline()["required"]
    ['schema', 'networks']
    """
    return _of_results(budget_costs.BaselineFile, "budget baseline")


def verification() -> Schema:
    """Return the schema of a record of what was run and compared.

    Examples
    --------
    >>> verification()["required"]
    ['record', 'networks']
    """
    return _of_results(RecordFile, "verification")


def _of_results(model: type[Section], title: str) -> Schema:
    """Return the schema of a file that a command writes and reads; nothing in it is left empty."""
    return {
        "$schema": DRAFT,
        "title": f"cnnanalyze {title}",
        **without(NULL, section(model)),
    }
