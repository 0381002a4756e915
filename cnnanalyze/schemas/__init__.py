"""JSON Schemas of all data that is read and written: the one place that makes them.

It may import ``report`` and below. Smallest example: :mod:`~cnnanalyze.schemas.findings`.

Outputs are declared as forms, mappings with fixed keys; inputs are made from what their readers
know.
``docs/schemas`` holds each of them in a file whose name says its version.

Examples
--------
>>> schema_of("zoo")["properties"]["schema"]
{'const': 1}
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import Any

import cnnanalyze.layers  # noqa: F401 - the schema of specs knows all kinds
from cnnanalyze.core.registry import nearest
from cnnanalyze.core.versions import VERSIONS
from cnnanalyze.errors import UsageError
from cnnanalyze.language.schema import build_schema
from cnnanalyze.schemas import (
    comparison,
    course,
    deployment,
    figures,
    files,
    findings,
    networks,
    sweeps,
)
from cnnanalyze.schemas.forms import DRAFT, Schema, describe


def _written(shape: Any, name: str) -> Schema:  # noqa: ANN401 - a form, or several of them
    """Return the schema of an output, with its version wherever the form gives one."""
    schema = describe(shape)
    for part in (schema, *schema.get("$defs", {}).values()):
        if "schema" in part.get("properties", {}):
            part["properties"]["schema"] = {"const": VERSIONS[name]}
    return {"$schema": DRAFT, **schema, "title": f"cnnanalyze {name.replace('_', ' ')}"}


_FORMS: dict[str, Any] = {
    "summary": networks.Summary,
    "closed_forms": networks.ClosedForms,
    "conventions": networks.Conventions,
    "compare": comparison.Compare,
    "verify": figures.Verify,
    "deploy": deployment.Deploy,
    "audit": figures.Audit,
    "budget": figures.Budget,
    "lint": findings.Lint,
    "explain": course.Explain,
    "lecture_table": course.LectureTable,
    "solve": course.Solve,
    "grade": course.Grade,
    "convolve": course.Convolve,
    "sweep": sweeps.Sweep,
    "zoo": networks.Zoo,
    "layers": networks.Layers,
    "rules": findings.Rules,
}

SCHEMAS: Mapping[str, Callable[[], Schema]] = MappingProxyType(
    {
        "spec": build_schema,
        "configuration": files.configuration,
        "sheet": files.sheet,
        "answers": files.answers,
        "facts": files.facts,
        "table": files.table,
        "sweep_file": files.sweep,
        "target": files.target,
        "lint_baseline": files.lint_baseline,
        "budget_baseline": files.budget_baseline,
        "verification": files.verification,
        **{name: partial(_written, shape, name) for name, shape in _FORMS.items()},
    }
)
"""What makes the schema of each form."""


def schema_of(name: str, *, closed: bool = False) -> Schema:
    """Return the JSON Schema of a form of data.

    Parameters
    ----------
    name
        The name of the form.
    closed
        Whether what is written may have no key but those of this version of the package. A program
        that reads it should let others pass: new ones do not change the version.

    Raises
    ------
    UsageError
        If there is no such form.
    """
    if name not in SCHEMAS:
        raise UsageError(
            f"there is no schema '{name}'{nearest(name, list(SCHEMAS))}",
            help=f"there are {', '.join(SCHEMAS)}",
        )
    schema = SCHEMAS[name]()
    return schema if closed or name not in _FORMS else _opened(schema)


def _opened(schema: Any) -> Any:  # noqa: ANN401 - any part of a schema
    """Return a schema that lets keys pass that it does not name."""
    if isinstance(schema, list):
        return [_opened(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    is_closed = schema.get("additionalProperties") is False
    return {
        key: _opened(part)
        for key, part in schema.items()
        if not (is_closed and key == "additionalProperties")
    }


def file_of(name: str) -> str:
    """Return what the file of a schema is called.

    Examples
    --------
    >>> file_of("summary")
    'summary.v1.json'
    """
    return f"{name}.v{VERSIONS[name]}.json"
