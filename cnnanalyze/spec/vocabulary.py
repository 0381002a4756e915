"""The types of attributes for readers and editors: in words, and as JSON Schema."""

from __future__ import annotations

from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin

from pydantic import WithJsonSchema
from pydantic.fields import FieldInfo

from cnnanalyze.layers import attributes as types

Schema = dict[str, Any]

EXPRESSION: Schema = {"type": "string", "pattern": "\\$"}
"""Whatever holds a dollar sign: an expression, checked when the spec is read."""


def ref(name: str) -> Schema:
    """Return a reference to a definition."""
    return {"$ref": f"#/definitions/{name}"}


def described(schema: Schema, text: str) -> Schema:
    """Return a schema with a description; beside a reference draft 07 ignores everything else."""
    return {**({"allOf": [schema]} if "$ref" in schema else schema), "description": text}


def any_of(*schemas: Schema) -> Schema:
    """Return the schema of what one of several allows."""
    return schemas[0] if len(schemas) == 1 else {"anyOf": list(schemas)}


def list_of(item: Schema, **more: Any) -> Schema:  # noqa: ANN401 - keywords of JSON Schema
    """Return the schema of a list."""
    return {"type": "array", "items": item, **more}


NULL: Schema = {"type": "null"}
TEXT: Schema = {"type": "string"}
POSITIVE: Schema = {"type": "integer", "minimum": 1}
INTEGER: Schema = {"type": "integer"}
NATURAL: Schema = {"type": "integer", "minimum": 0}
_PAIR = list_of(any_of(NATURAL, EXPRESSION), minItems=2, maxItems=2)
_SIDES = any_of(NATURAL, list_of(any_of(NATURAL, EXPRESSION, _PAIR), minItems=1), EXPRESSION)

TYPES: tuple[tuple[Any, str, Schema], ...] = (
    (types.Count, "whole number, at least 1", any_of(POSITIVE, EXPRESSION)),
    (types.Natural, "whole number, at least 0", any_of(NATURAL, EXPRESSION)),
    (
        types.Extent,
        "whole number, at least 1, or one per axis",
        any_of(POSITIVE, list_of(any_of(POSITIVE, EXPRESSION), minItems=1), EXPRESSION),
    ),
    (
        types.Extra,
        "whole number, at least 0, or one per axis",
        any_of(NATURAL, list_of(any_of(NATURAL, EXPRESSION), minItems=1), EXPRESSION),
    ),
    (types.Sides, "amount per side, per axis, or per border", _SIDES),
    (
        types.Padding,
        "valid, same, or zeros per side, per axis or per border",
        any_of({"enum": ["valid", "same"]}, _SIDES),
    ),
    (
        types.Table,
        "list of rows of channel numbers from 0",
        any_of(list_of(any_of(list_of(NATURAL, minItems=1), EXPRESSION), minItems=1), EXPRESSION),
    ),
    (
        types.Offset,
        "whole number, negative ones too, or one per axis",
        any_of(INTEGER, list_of(any_of(INTEGER, EXPRESSION), minItems=1), EXPRESSION),
    ),
    (
        types.Order,
        "list of axes, counted from 1",
        any_of(list_of(any_of(POSITIVE, EXPRESSION), minItems=1), EXPRESSION),
    ),
    (
        types.Span,
        "first number and the one behind the last, from 0",
        any_of(list_of(any_of(NATURAL, EXPRESSION), minItems=2, maxItems=2), EXPRESSION),
    ),
    (types.Exponent, "number, at least 1", any_of({"type": "number", "minimum": 1}, EXPRESSION)),
    (
        types.ShapeText,
        "shape such as 4x4x256",
        any_of({"type": "string", "pattern": "^[0-9]+(x[0-9]+)*$"}, POSITIVE, EXPRESSION),
    ),
    (types.Flag, "true or false", any_of({"type": "boolean"}, EXPRESSION)),
    (types.Number, "number", any_of({"type": "number"}, EXPRESSION)),
    (
        types.Share,
        "number, at least 0 and below 1",
        any_of({"type": "number", "minimum": 0, "exclusiveMaximum": 1}, EXPRESSION),
    ),
)
"""Words and schema of every type of attribute."""

_PLAIN: dict[Any, tuple[str, Schema]] = {
    bool: ("true or false", {"type": "boolean"}),
    int: ("whole number", {"type": "integer"}),
    float: ("number", {"type": "number"}),
    str: ("text", TEXT),
    NoneType: ("nothing", NULL),
}


def describe(annotation: Any, metadata: tuple[Any, ...] = ()) -> tuple[str, Schema]:  # noqa: ANN401
    """Return the words and the schema of a type, and of what pydantic keeps beside it."""
    for known, words, schema in TYPES:
        if get_args(known)[1] in metadata:
            return words, schema
    for item in metadata:
        if isinstance(item, WithJsonSchema) and item.json_schema and "enum" in item.json_schema:
            choices = item.json_schema["enum"]
            return f"one of {', '.join(choices)}", any_of({"enum": choices}, EXPRESSION)
    if hasattr(annotation, "__metadata__"):
        return describe(annotation.__origin__, annotation.__metadata__)
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin in {Union, UnionType}:
        parts = [describe(a) for a in inner]
        return " or ".join(words for words, _ in parts), any_of(*(schema for _, schema in parts))
    if origin is tuple:
        words, schema = describe(inner[0])
        return f"list of {words}s", list_of(schema)
    if origin is dict:
        return "mapping", {"type": "object", "additionalProperties": describe(inner[1])[1]}
    return _PLAIN.get(annotation, (getattr(annotation, "__name__", "anything"), {}))


def words_of(info: FieldInfo) -> str:
    """Return what an attribute may be, in words.

    Examples
    --------
    >>> from cnnanalyze.layers.conv import Conv
    >>> words_of(Conv.model_fields["groups"])
    'whole number, at least 1'
    """
    words = describe(info.annotation, tuple(info.metadata))[0]
    return words.removesuffix(" or nothing")


def field_schema(info: FieldInfo) -> Schema:
    """Return the schema of an attribute, with its description and default."""
    schema = dict(describe(info.annotation, tuple(info.metadata))[1])
    if info.description:
        schema["description"] = info.description
    default = info.default
    if (
        not info.is_required()
        and default is not None
        and isinstance(default, bool | int | float | str)
    ):
        schema["default"] = default
    return schema
