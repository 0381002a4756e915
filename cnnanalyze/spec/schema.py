"""A JSON Schema of the spec language, made from the layer kinds and the sections, for editors.

Draft-07 features only: that is what the language server for YAML reads. The schema is more lenient
than the reader: an attribute that ``defaults`` may give is not required, and any text with a ``$``
may be an expression.
"""

from __future__ import annotations

from functools import cache
from inspect import cleandoc

from cnnanalyze.core.conventions import CONVENTIONS
from cnnanalyze.layers.attributes import say
from cnnanalyze.layers.base import KINDS, Layer
from cnnanalyze.spec.budgets import BOUNDS, IN_BYTES, QUANTITIES, TYPES, Budgets
from cnnanalyze.spec.claims import ROWS, TOTALS, VERDICTS
from cnnanalyze.spec.document import TEXTS, VERSION, Document
from cnnanalyze.spec.sections import Lint, Section, Training
from cnnanalyze.spec.tree import plain
from cnnanalyze.spec.vocabulary import (
    EXPRESSION,
    NATURAL,
    NULL,
    POSITIVE,
    TEXT,
    Schema,
    any_of,
    described,
    field_schema,
    list_of,
    ref,
)

DRAFT = "http://json-schema.org/draft-07/schema#"


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
        "properties": {
            "cnn": {"const": VERSION, "description": "version of the spec language"},
            **{key: {**TEXT, "description": _ABOUT[key]} for key in TEXTS},
            "year": {"type": "integer", "description": "year of publication"},
            "extends": {**TEXT, "description": "spec file that this one is laid over"},
            "set": {
                "type": "object",
                "description": "values for the parameters of the extended spec",
            },
            "input": {**_INPUT, "description": "height x width x channels, such as 224x224x3"},
            "params": {
                "type": "object",
                **({"properties": params} if params else {}),
                "description": "parameters with defaults; --set gives others",
            },
            "defaults": described(ref("defaults"), "attributes by layer kind"),
            "blocks": {
                "type": "object",
                "additionalProperties": ref("block"),
                "description": "named lists of steps with parameters",
            },
            "layers": described(ref("steps"), "the network, step by step"),
            "outputs": {
                **any_of(TEXT, list_of(TEXT)),
                "description": "steps whose output is the network's; the last if not given",
            },
            "expect": {**list_of(ref("claim")), "description": "figures that somebody printed"},
            "train": _section(Training),
            "budgets": _budgets(),
            "lint": _section(Lint),
        },
        "required": ["cnn"],
        "anyOf": [{"required": ["extends"]}, {"required": ["input", "layers"]}],
        "additionalProperties": False,
        "definitions": {
            "steps": list_of(ref("step")),
            "step": _step(operations, blocks, closed=document is not None),
            "branch": any_of(NULL, ref("step"), ref("steps")),
            "block": any_of(ref("steps"), _BLOCK),
            "defaults": _defaults(),
            "claim": _claim(),
            "figure": _FIGURE,
            **{f"kind {cls.kind}": _kind(cls) for cls in KINDS},
        },
    }


_ABOUT = {
    "name": "name of the network",
    "family": "family that the network belongs to",
    "source": "who published it, and where",
    "about": "whatever else a reader should know",
}

_EXTENT = any_of(POSITIVE, EXPRESSION)
_FORMS = (
    ("height", "width", "channels"),
    ("length", "channels"),
    ("features",),
    ("depth", "height", "width", "channels"),
    ("values",),
)
_INPUT = any_of(
    {"type": "string", "pattern": "^\\s*[0-9]+\\s*([x×]\\s*[0-9]+\\s*)*$|\\$"},
    POSITIVE,
    *(
        {
            "type": "object",
            "properties": {
                **{name: _EXTENT for name in form if name != "values"},
                "values": {"description": "the numbers of the input, row by row"},
            },
            "required": list(form),
            "additionalProperties": False,
        }
        for form in _FORMS
    ),
)

_BLOCK: Schema = {
    "type": "object",
    "properties": {
        "params": {
            **any_of({"type": "object"}, NULL),
            "description": "parameters; nothing after the colon means required",
        },
        "inputs": {
            **list_of(TEXT, minItems=1),
            "description": "names of the inputs, if there are several",
        },
        "layers": ref("steps"),
        "output": {**TEXT, "description": "step that the block puts out; the last if not given"},
        "defaults": ref("defaults"),
    },
    "required": ["layers"],
    "additionalProperties": False,
}


def _reserved() -> Schema:
    """Return the words of a step that are not operations."""
    return {
        "as": {"type": ["string", "integer"], "description": "name of the step"},
        "from": {
            **any_of(TEXT, list_of(TEXT, minItems=1)),
            "description": "earlier steps that it reads, or ^n for n steps back",
        },
        "when": {
            **any_of({"type": "boolean"}, EXPRESSION),
            "description": "condition; if it does not hold the step is left out",
        },
        "else": described(ref("step"), "step to take if 'when' does not hold"),
        "repeat": {**any_of(NATURAL, EXPRESSION), "description": "how often the step is laid out"},
        "share": {**TEXT, "description": "step whose weights are used"},
        "frozen": {
            **any_of({"type": "boolean"}, EXPRESSION),
            "description": "whether training leaves the parameters alone",
        },
        "weights": {"description": "numbers of the tensors, or the name of a filter"},
    }


def _step(operations: Schema, blocks: Schema, *, closed: bool) -> Schema:
    """Return the schema of a step: a word, one operation with attributes, or a table.

    A schema that does not know the file's blocks must accept any word as the name of one.
    """
    reserved = _reserved()
    named = {**operations, **blocks, **reserved}
    operation: Schema = {"type": "object", "properties": named, "not": {"required": ["for"]}}
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
                "description": "columns of equal length; the steps are laid out for every row",
            },
            "do": described(ref("steps"), "steps for every row"),
            **{word: reserved[word] for word in ("as", "when", "frozen")},
        },
        "required": ["for", "do"],
        "additionalProperties": False,
    }
    return any_of(TEXT, operation, table)


def _kind(cls: type[Layer]) -> Schema:
    """Return the schema of what may stand after the word of a layer kind."""
    fields = {name: field_schema(info) for name, info in cls.model_fields.items()}
    forms: list[Schema] = [
        NULL,
        {"type": "object", "properties": fields, "additionalProperties": False},
    ]
    if cls.principal:
        forms.append(fields[cls.principal])
    if cls.arity[1] is None:
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


def _section(cls: type[Section]) -> Schema:
    return {
        "type": "object",
        "properties": {name: field_schema(info) for name, info in cls.model_fields.items()},
        "required": [name for name, info in cls.model_fields.items() if info.is_required()],
        "additionalProperties": False,
        "description": cleandoc(cls.__doc__ or ""),
    }


def _budgets() -> Schema:
    limits = {quantity: _limit(quantity, words) for quantity, words in QUANTITIES.items()}
    by_layer = {"type": "object", "properties": limits, "additionalProperties": False}
    return {
        "type": "object",
        "properties": {
            **limits,
            "layers": {
                "type": "object",
                "additionalProperties": by_layer,
                "description": "limits by path of a layer or a block; * and ** stand for parts",
            },
        },
        "additionalProperties": False,
        "description": cleandoc(Budgets.__doc__ or ""),
    }


def _limit(quantity: str, words: str) -> Schema:
    """Return the schema of what may stand after a quantity: an upper limit, or a mapping."""
    number: Schema = {"type": ["number", "string"]}
    properties: Schema = dict.fromkeys(BOUNDS, number)
    if quantity == "operations":
        properties["convention"] = {"enum": CONVENTIONS.names()}
    if quantity in IN_BYTES:
        properties["dtype"] = {"enum": list(TYPES)}
    detailed = {
        "type": "object",
        "properties": properties,
        "anyOf": [{"required": [bound]} for bound in BOUNDS],
        "additionalProperties": False,
    }
    return {**any_of(number, detailed), "description": words}


_PRINTED: Schema = {"type": ["number", "string"]}
_FIGURE: Schema = any_of(
    _PRINTED,
    {
        "type": "object",
        "properties": {
            "printed": _PRINTED,
            "convention": TEXT,
            "set": {"type": "object"},
            "verdict": {"enum": list(VERDICTS)},
            "reason": TEXT,
        },
        "required": ["printed"],
        "additionalProperties": False,
    },
)


@cache
def _claim() -> Schema:
    figures = {
        what: {
            "type": "object",
            "properties": dict.fromkeys(quantities, ref("figure")),
            "additionalProperties": False,
        }
        for what, quantities in (("total", TOTALS), ("layers", ROWS))
    }
    return {
        "type": "object",
        "properties": {
            "source": {
                "type": "string",
                "minLength": 1,
                "description": "who printed it, and where",
            },
            "total": {**figures["total"], "description": "figures of the whole network"},
            "layers": {
                "type": "object",
                "additionalProperties": figures["layers"],
                "description": "figures by layer or block",
            },
            "convention": {
                "enum": CONVENTIONS.names(),
                "description": "how the source counts operations",
            },
            "set": {"type": "object", "description": "parameters under which it was printed"},
            "verdict": {"enum": list(VERDICTS), "description": "wrong: known not to hold"},
            "reason": {**TEXT, "description": "why the figure is wrong"},
        },
        "required": ["source"],
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
        return {"description": f"default {say(default)}"}
    return {"default": default}
