"""The types of attributes for readers and editors: in words, and as JSON Schema."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from inspect import cleandoc
from sys import float_info
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin

from pydantic import WithJsonSchema
from pydantic.fields import FieldInfo

from cnnanalyze.core.quantities import OF
from cnnanalyze.core.section import (
    Entries,
    Later,
    Named,
    NotEmpty,
    Reader,
    Section,
    fields_of,
    others_of,
)
from cnnanalyze.layers import attributes as types

Schema = dict[str, Any]

EXPRESSION: Schema = {"type": "string", "pattern": "\\$"}
"""Whatever holds a dollar sign: an expression, checked when the spec is read."""


def ref(name: str) -> Schema:
    """Return a reference to a definition."""
    return {"$ref": f"#/definitions/{name}"}


def described(schema: Schema, text: str) -> Schema:
    """Return a schema with a description; beside a reference draft 07 ignores everything else."""
    if not text:
        return schema
    return {**({"allOf": [schema]} if "$ref" in schema else schema), "description": text}


def any_of(*schemas: Schema) -> Schema:
    """Return the schema of what one of several allows."""
    return schemas[0] if len(schemas) == 1 else {"anyOf": list(schemas)}


def list_of(item: Schema, **more: Any) -> Schema:  # noqa: ANN401 - keywords of JSON Schema
    """Return the schema of a list."""
    return {"type": "array", "items": item, **more}


def required(*words: str) -> list[Schema]:
    """Return a schema for each word: that it is there."""
    return [{"required": [word]} for word in words]


NULL: Schema = {"type": "null"}
TEXT: Schema = {"type": "string"}
POSITIVE: Schema = {"type": "integer", "minimum": 1, "maximum": types.LARGEST}
INTEGER: Schema = {"type": "integer", "minimum": -types.LARGEST, "maximum": types.LARGEST}
NATURAL: Schema = {"type": "integer", "minimum": 0, "maximum": types.LARGEST}

# Patterns mean the same in Python and in JavaScript: ASCII is spelt out, and every other character
# is taken for a letter. '$' would let a line break pass in Python.
END = r"(?![\s\S])"
SHAPE = rf"\s*0*[1-9][0-9]{{0,12}}\s*([x×]\s*0*[1-9][0-9]{{0,12}}\s*){{0,3}}{END}"
"""The pattern of a shape such as ``224x224x3``."""
NAME: Schema = {
    "type": "string",
    "pattern": r"^(?=.*[^\x00-@\[-`{-\x7f])[^\x00-/:-@\[-^`{-\x7f][^\x00-,/:-@\[-^`{-\x7f]*" + END,
    "maxLength": 100,
    "not": {"const": "input"},
}
"""What may name a step or a block."""
VARIABLE: Schema = {
    "pattern": "^[A-Za-z_][A-Za-z0-9_]{0,99}" + END,
    "not": {"enum": ["in", "index"]},
}
"""What may name a parameter."""
INPUT_NAME: Schema = {
    "pattern": "^[A-Za-z_][A-Za-z0-9_]{0,99}[*]?" + END,
    "not": {"enum": ["in", "index", "in*", "index*"]},
}
"""What may name an input of a block, or with a star any number of them."""


def _several(item: Schema) -> Schema:
    """Return the schema of a list of at least one, in which expressions may stand, too."""
    return list_of(any_of(item, EXPRESSION), minItems=1)


_PAIR = list_of(any_of(NATURAL, EXPRESSION), minItems=2, maxItems=2)
_SIDES = any_of(NATURAL, _several(NATURAL), _several(_PAIR), EXPRESSION)


_ABOVE_ZERO: Schema = {"type": "number", "exclusiveMinimum": 0, "maximum": types.LARGEST}
_AXIS_NUMBER: Schema = {"type": "integer", "minimum": 1, "maximum": 4}
_AXIS: tuple[Schema, Schema] = ({"enum": [*types.AXIS_WORDS]}, _AXIS_NUMBER)

TYPES: tuple[tuple[Any, str, Schema], ...] = (
    (types.Count, "whole number, at least 1", any_of(POSITIVE, EXPRESSION)),
    (types.Natural, "whole number, at least 0", any_of(NATURAL, EXPRESSION)),
    (
        types.Extent,
        "whole number, at least 1, or one per axis",
        any_of(POSITIVE, _several(POSITIVE), EXPRESSION),
    ),
    (
        types.Factor,
        "number above 0, or one per axis",
        any_of(_ABOVE_ZERO, _several(_ABOVE_ZERO), EXPRESSION),
    ),
    (
        types.Extra,
        "whole number, at least 0, or one per axis",
        any_of(NATURAL, _several(NATURAL), EXPRESSION),
    ),
    (types.Sides, "amount per side, per axis, or per border", _SIDES),
    (types.Ends, "amount at both ends, or a pair of amounts", any_of(NATURAL, _PAIR, EXPRESSION)),
    (
        types.Padding,
        "valid, same, or zeros per side, per axis or per border",
        any_of({"enum": ["valid", "same"]}, _SIDES),
    ),
    (
        types.ConvolutionPadding,
        "word such as same or circular, or zeros per side, per axis or per border",
        any_of({"enum": ["valid", "same", "causal", *types.CONTINUED]}, _SIDES),
    ),
    (
        types.Table,
        "list of rows of channel numbers from 0",
        any_of(_several(list_of(NATURAL, minItems=1)), EXPRESSION),
    ),
    (
        types.Offset,
        "whole number, negative ones too, or one per axis",
        any_of(INTEGER, _several(INTEGER), EXPRESSION),
    ),
    (
        types.Order,
        "list of axes, counted from 1",
        any_of(_several(POSITIVE), EXPRESSION),
    ),
    (
        types.Span,
        "first number and the one behind the last, from 0",
        any_of(list_of(any_of(NATURAL, EXPRESSION), minItems=2, maxItems=2), EXPRESSION),
    ),
    (
        types.Places,
        "list of places, from 0, or from the end, from -1",
        any_of(_several(INTEGER), EXPRESSION),
    ),
    (types.Place, "whole number, negative ones too", any_of(INTEGER, EXPRESSION)),
    (
        types.Step,
        "whole number other than 0",
        any_of({**INTEGER, "not": {"const": 0}}, EXPRESSION),
    ),
    (
        types.AxisWord,
        f"{', '.join(types.AXIS_WORDS)}, or the number of an axis from 1",
        any_of(*_AXIS, EXPRESSION),
    ),
    (
        types.AxisWords,
        f"{', '.join(types.AXIS_WORDS)}, a number from 1, a list of these, "
        + " or ".join(types.SEVERAL_AXES),
        any_of(
            {"enum": [*types.AXIS_WORDS, *types.SEVERAL_AXES]},
            _AXIS_NUMBER,
            list_of(any_of(*_AXIS, EXPRESSION), minItems=1, uniqueItems=True),
            EXPRESSION,
        ),
    ),
    (types.PatternText, "axes by their names, as in h w c -> (h w) c", TEXT),
    (
        types.Sizes,
        "mapping of names to whole numbers, at least 1",
        any_of(
            {"type": "object", "additionalProperties": any_of(POSITIVE, EXPRESSION)},
            list_of(list_of(any_of(TEXT, POSITIVE), minItems=2, maxItems=2)),
            EXPRESSION,
        ),
    ),
    (
        types.Exponent,
        "number, at least 1",
        any_of({"type": "number", "minimum": 1, "maximum": float_info.max}, EXPRESSION),
    ),
    (
        types.NonZero,
        "number other than 0",
        any_of(
            {
                "type": "number",
                "minimum": -float_info.max,
                "maximum": float_info.max,
                "not": {"const": 0},
            },
            EXPRESSION,
        ),
    ),
    (
        types.Figure,
        "whole number, at least 0, such as 1.2M",
        any_of(
            NATURAL,
            {"type": "string", "pattern": f"^{types.DIGITS} ?[kKMGBT]?{END}"},
            EXPRESSION,
        ),
    ),
    (
        types.Seen,
        "all, unknown or extents such as 3x3",
        any_of(
            {"enum": ["all", "unknown"]},
            {"type": "string", "pattern": f"^{SHAPE}"},
            POSITIVE,
            EXPRESSION,
        ),
    ),
    (types.Words, "text", TEXT),
    (
        types.ShapeText,
        "shape such as 4x4x256",
        any_of({"type": "string", "pattern": f"^{SHAPE}"}, POSITIVE, EXPRESSION),
    ),
    (types.Biases, "0, 1 or 2", any_of({"enum": [0, 1, 2]}, EXPRESSION)),
    (types.Flag, "true or false", any_of({"type": "boolean"}, EXPRESSION)),
    (types.Number, "number", any_of({"type": "number"}, EXPRESSION)),
    (
        types.Share,
        "number, at least 0 and below 1",
        any_of({"type": "number", "minimum": 0, "exclusiveMaximum": 1}, EXPRESSION),
    ),
    (
        types.Rate,
        "number from 0 to 1",
        any_of({"type": "number", "minimum": 0, "maximum": 1}, EXPRESSION),
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
    found = [item for item in metadata if isinstance(item, Reader | Entries | Later)]
    if found:
        return _describe_read(found[0])
    if isinstance(annotation, type) and issubclass(annotation, Section):
        return "mapping", ref(annotation.definition) if annotation.definition else section(
            annotation
        )
    for known, words, schema in TYPES:
        if get_args(known)[1] in metadata:
            return words, schema
    for item in metadata:
        if isinstance(item, WithJsonSchema) and item.json_schema:
            if "enum" in item.json_schema:
                return _describe_choice(item.json_schema["enum"])
            if item.mode == "validation":  # it is that of what may be written
                return "value", dict(item.json_schema)
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
        names = next((item.schema for item in metadata if isinstance(item, Named)), None)
        return "mapping", {
            "type": "object",
            **({"propertyNames": dict(names())} if names else {}),
            "additionalProperties": describe(inner[1])[1],
        }
    return _PLAIN.get(annotation, (getattr(annotation, "__name__", "anything"), {}))


def _describe_read(item: Reader | Entries | Later) -> tuple[str, Schema]:
    if isinstance(item, Later):
        return describe(item.load())
    if isinstance(item, Entries):
        return "mapping", entries(item)
    return "text", dict(item.schema() if callable(item.schema) else item.schema)


def _describe_choice(words: list[str]) -> tuple[str, Schema]:
    return f"one of {', '.join(words)}", any_of({"enum": words}, EXPRESSION)


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


def setting_schema(info: FieldInfo, *, is_needed: bool = False) -> Schema:
    """Return the schema of a setting: no expression; a word is a list of one.

    It may be left empty, unless the section needs it.

    Examples
    --------
    >>> from cnnanalyze.language.sections import Lint
    >>> setting_schema(Lint.model_fields["select"])["anyOf"]
    [{'type': 'array', 'items': {'type': 'string'}}, {'type': 'string'}, {'type': 'null'}]
    """
    schema = field_schema(info)
    if not _has_reader(info.annotation, info.metadata):  # which says itself what it takes
        schema = without(EXPRESSION, schema)
    about: Schema = {k: schema.pop(k) for k in ("description", "default") if k in schema}
    forms = list(schema.pop("anyOf")) if set(schema) == {"anyOf"} else [schema]
    if about.get("default") == "":
        del about["default"]
    is_list = any(get_origin(a) is tuple for a in (info.annotation, *get_args(info.annotation)))
    is_read = _is_mapping(forms[0]) or _has_reader(info.annotation, info.metadata)
    if is_list and not is_read and forms[0].get("type") == "array":
        forms.append(forms[0]["items"])  # one word is a list of one
    if any(isinstance(item, NotEmpty) for item in info.metadata):
        forms[0] |= {"minItems" if is_list else "minProperties": 1}
    if is_needed or info.is_required():
        forms = [form for form in forms if form != NULL]  # left empty, it is not given
    elif not any(form == {} or "null" in form.get("type", ()) for form in forms):
        forms = _or_null(forms)
    return {**described(any_of(*forms), about.pop("description", "")), **about}


def _or_null(forms: list[Schema]) -> list[Schema]:
    """Return the schemas of what may also be left empty."""
    types = forms[0].get("type")
    if len(forms) > 1 or types is None or "enum" in forms[0]:
        return [*forms, NULL]
    return [{**forms[0], "type": [*([types] if isinstance(types, str) else types), "null"]}]


def _has_reader(annotation: Any, metadata: Iterable[Any]) -> bool:  # noqa: ANN401
    """Whether a function of its own reads the value, which then says what may be left empty."""
    return any(isinstance(item, Reader) for item in metadata) or any(
        _has_reader(inner, getattr(inner, "__metadata__", ()))
        for inner in get_args(annotation)
        if get_origin(annotation) in {Union, UnionType}
    )


def _is_mapping(schema: Schema) -> bool:
    """Whether a schema is that of a mapping, or of a list of them."""
    inner = schema.get("items", schema)
    return inner.get("type") == "object" or "$ref" in inner


def section(model: type[Section]) -> Schema:
    """Return the schema of a section; a bare value may stand for its principal key."""
    others = others_of(model)[1]
    found: Schema = {
        "type": "object",
        "properties": {
            key: setting_schema(info, is_needed=(key,) in model.needs)
            for key, (_, info) in fields_of(model).items()
        }
        | ({k: _entry(kind) for k, kind in others.types().items()} if others else {}),
        "required": [key for key, (_, info) in fields_of(model).items() if info.is_required()],
        **_all_of(
            [
                *({"anyOf": required(*group)} for group in model.needs),
                *({"not": {"required": list(pair)}} for pair in model.exclusive),
                *([any_of(*_forms(model))] if model.forms else ()),
            ]
        ),
        **({} if others and others.is_open else {"additionalProperties": False}),
    }
    if model.principal:
        bare = setting_schema(fields_of(model)[model.principal][1])
        found = any_of(bare, found)
    return {**found, "description": cleandoc(model.__doc__ or "")}


def _forms(model: type[Section]) -> Iterator[Schema]:
    """Yield a schema for each set of keys that stand together."""
    for form in model.forms:
        known = dict.fromkeys((*form, *model.beside))
        yield {"required": list(form), "propertyNames": {"enum": list(known)}}


def _all_of(schemas: list[Schema]) -> Schema:
    """Return the schema of what all of several allow."""
    return {"allOf": schemas} if len(schemas) > 1 else schemas[0] if schemas else {}


def _entry(annotation: Any) -> Schema:  # noqa: ANN401 - what a table declares
    schema = describe(annotation)[1]
    about = (i for i in getattr(annotation, "__metadata__", ()) if isinstance(i, FieldInfo))
    description = next((info.description for info in about if info.description), None)
    return described(schema, description) if description else schema


def entries(about: Entries) -> Schema:
    """Return the schema of a mapping whose keys come from a table."""
    found = {
        key: without(EXPRESSION, _entry(annotation)) for key, annotation in about.types().items()
    }
    parted = {f"^{key}{OF}.": schema for key, schema in found.items() if key in about.parted()}
    return {
        "type": "object",
        "properties": found,
        **({"patternProperties": parted} if parted else {}),
        "additionalProperties": False,
    }


def without(left_out: Schema, schema: Any) -> Any:  # noqa: ANN401 - any part of a schema
    """Return a schema without one of its alternatives, wherever it stands."""
    if isinstance(schema, list):
        return [without(left_out, part) for part in schema if part != left_out]
    if not isinstance(schema, dict):
        return schema
    found = {key: without(left_out, part) for key, part in schema.items()}
    types = found.get("type")
    if isinstance(types, list) and {"type": left_out.get("type")} == left_out:
        kept = [word for word in types if word != left_out["type"]]
        found["type"] = kept[0] if len(kept) == 1 else kept
    forms = found.get("anyOf", ())
    if len(forms) != 1:
        return found
    del found["anyOf"]
    return {**forms[0], **found}
