"""A JSON Schema of the spec language, made from the layer kinds and the sections, for editors.

Draft-07 features only: that is what the language server for YAML reads. The schema is more lenient
than the reader: an attribute that ``defaults`` may give is not required, and any text with a ``$``
may be an expression.
"""

from __future__ import annotations

from inspect import cleandoc

from cnnanalyze.core.diagnostics import show_value
from cnnanalyze.core.filters import FILTERS
from cnnanalyze.core.tree import plain
from cnnanalyze.language import written_inputs
from cnnanalyze.language.control_flow import MOST_STEPS
from cnnanalyze.language.document import Document, SpecFile
from cnnanalyze.language.node_builder import is_join
from cnnanalyze.language.sections import LIMITS
from cnnanalyze.language.step import RESERVED
from cnnanalyze.language.vocabulary import (
    EXPRESSION,
    NAME,
    NATURAL,
    NULL,
    TEXT,
    VARIABLE,
    Schema,
    any_of,
    described,
    field_schema,
    list_of,
    ref,
    required,
    section,
)
from cnnanalyze.language.written_blocks import WrittenBlock
from cnnanalyze.language.written_claims import ExtentsFigure, Figure, SourceFigures
from cnnanalyze.layers.base import KINDS, Layer

DRAFT = "http://json-schema.org/draft-07/schema#"

FIGURES = {cls.definition: section(cls) for cls in (Figure, ExtentsFigure)}
"""What may stand for a number, and for a shape, that somebody printed."""
OF_BUDGETS = {cls.definition: section(cls) for cls in LIMITS.values()}
"""What may stand for a limit."""


def build_schema(document: Document | None = None) -> Schema:
    """Return the schema of a spec; with a document its own blocks and parameters are known.

    Examples
    --------
    >>> build_schema()["properties"]["cnn"]
    {'const': 1, 'description': 'version of the spec language'}
    """
    operations = {word: ref(f"kind {KINDS.canonical(word)}") for word in KINDS.words()}
    blocks = _blocks(document)
    params = _own_params(document)
    return {
        "$schema": DRAFT,
        "title": "cnnanalyze spec" + (f" of {document.name}" if document else ""),
        "type": "object",
        "properties": section(SpecFile)["properties"],
        "required": ["cnn"],
        "anyOf": [
            {"required": ["extends"]},
            {"required": ["input", "layers"]},
            {"required": ["inputs", "layers"]},
        ],
        "not": {"required": ["input", "inputs"]},
        "additionalProperties": False,
        "definitions": {
            "input text": written_inputs.TEXT,
            written_inputs.InputExtents.definition: section(written_inputs.InputExtents),
            "params": {
                "type": "object",
                "propertyNames": VARIABLE,
                **({"properties": params} if params else {}),
            },
            "names": any_of(TEXT, list_of(TEXT, minItems=1)),
            "steps": list_of(ref("step")),
            "step": _step(operations, blocks, closed=document is not None),
            "branch": any_of(NULL, TEXT, ref("step"), ref("steps")),
            WrittenBlock.definition: section(WrittenBlock),
            "defaults": _defaults(),
            "claim": section(SourceFigures),
            "numbers": _NUMBERS,
            "given": _GIVEN,
            **FIGURES,
            **OF_BUDGETS,
            **{f"kind {cls.kind}": _kind(cls) for cls in KINDS},
        },
    }


_NUMBERS = any_of({"type": "number"}, EXPRESSION, list_of(ref("numbers"), minItems=1))
_GIVEN = any_of(
    {"type": "number"}, {"enum": list(FILTERS)}, EXPRESSION, list_of(ref("given"), minItems=1)
)


def _reserved() -> Schema:
    """Return the words of a step that are not operations."""
    return {
        "as": {**any_of(NAME, EXPRESSION), "description": "name of the step"},
        "from": {
            **any_of(TEXT, list_of(TEXT, minItems=1)),
            "description": "earlier steps that it reads, or ^n for n steps back; "
            "unit* stands for unit1, unit2 and so on",
        },
        "when": {
            **any_of({"type": "boolean"}, EXPRESSION),
            "description": "condition; if it is false, the step is left out",
        },
        "else": described(ref("step"), "step to use if 'when' is false"),
        "repeat": {
            **any_of({**NATURAL, "maximum": MOST_STEPS}, EXPRESSION),
            "description": "how often the step is repeated",
        },
        "share": {**TEXT, "description": "step whose weights are used"},
        "frozen": {
            **any_of({"type": "boolean"}, EXPRESSION),
            "description": "whether training leaves the parameters alone",
        },
        "weights": {
            **any_of(ref("given"), {"type": "object", "additionalProperties": ref("given")}),
            "description": "numbers of the tensors, or the name of a filter",
        },
    }


def _step(operations: Schema, blocks: Schema, *, closed: bool) -> Schema:
    """Return the schema of a step: a word, one operation with attributes, or a table.

    A schema that does not know the file's blocks must accept any word as the name of one.
    """
    reserved = _reserved()
    named = {**operations, **blocks, **reserved}
    words: list[Schema] = [{"required": [word]} for word in (*operations, *blocks)]
    operation: Schema = {
        "type": "object",
        "properties": named,
        # There is an operation, and of those that are known no second one.
        "not": {"anyOf": [{"propertyNames": {"enum": list(RESERVED)}}, *required("for", "do")]},
        "oneOf": [*words, {"not": {"anyOf": words}}],
        "dependencies": {"else": ["when"]},
        # Branches all begin at one step.
        "if": {
            "properties": {"from": {"type": "array", "minItems": 2}},
            "required": ["from"],
        },
        "then": {"properties": {word: {"not": {"type": "array"}} for word in _joins()}},
    }
    if closed:
        # An operation may itself be an expression: '$act'.
        operation["patternProperties"] = {"\\$": {}}
        operation["additionalProperties"] = False
    table = {
        "type": "object",
        "properties": {
            "for": {
                "type": "object",
                "additionalProperties": any_of({"type": "array"}, EXPRESSION),
                "minProperties": 1,
                "description": "columns of equal length; the steps are repeated for every row",
            },
            "do": described(ref("steps"), "steps for every row"),
            **{word: reserved[word] for word in ("as", "when", "else", "frozen")},
        },
        "required": ["for", "do"],
        "dependencies": {"else": ["when"]},
        "additionalProperties": False,
    }
    word = any_of({"enum": [*operations, *blocks]}, EXPRESSION) if closed else TEXT
    return any_of(word, operation, table)


def _joins() -> list[str]:
    """Return the words of the kinds that may be given branches."""
    kinds = ((word, KINDS.get(word)) for word in KINDS.words())
    return [word for word, cls in kinds if cls is not None and is_join(cls)]


def _kind(cls: type[Layer]) -> Schema:
    """Return the schema of what may stand after the word of a layer kind."""
    fields = {name: field_schema(info) for name, info in cls.model_fields.items()}
    forms: list[Schema] = [
        NULL,
        {"type": "object", "properties": fields, "additionalProperties": False},
    ]
    if cls.principal:
        forms.append(fields[cls.principal])
    if is_join(cls):
        forms.append(list_of(ref("branch")))
    return {**any_of(*forms), "description": cleandoc(cls.__doc__ or "").split("\n\n")[0]}


def _defaults() -> Schema:
    return {
        "type": "object",
        "properties": {
            word: {
                "type": "object",
                "properties": {n: field_schema(i) for n, i in cls.model_fields.items()},
                "additionalProperties": False,
            }
            for word in KINDS.words()
            if (cls := KINDS.get(word)) is not None
        },
        "additionalProperties": False,
    }


def _blocks(document: Document | None) -> Schema:
    """Return what may stand after the names of a file's own blocks."""
    if document is None:
        return {}
    found: Schema = {}
    for block in document.blocks.values():
        properties = {name: _param(plain(tree)) for name, tree in block.params}
        forms = [
            NULL,
            {"type": "object", "properties": properties, "additionalProperties": False},
        ]
        if properties:  # a bare value gives the first parameter
            forms.append({"type": ["number", "string", "boolean", "array"]})
        found[block.name] = {**any_of(*forms), "description": f"block of {document.source.name}"}
    return found


def _own_params(document: Document | None) -> Schema:
    if document is None:
        return {}
    return {key.text: _param(plain(tree)) for key, tree in document.param_trees}


def _param(default: object) -> Schema:
    if default is None:
        return {"description": "required"}
    if isinstance(default, list | dict):
        return {"description": f"default {show_value(default)}"}
    return {"default": default}
