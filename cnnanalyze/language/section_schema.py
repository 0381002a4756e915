"""JSON Schemas of the sections of a spec beside its layers: claims, training, budgets, lint."""

from __future__ import annotations

from inspect import cleandoc

from cnnanalyze.core.binding import Section
from cnnanalyze.core.conventions import CONVENTIONS
from cnnanalyze.core.quantities import Quantity
from cnnanalyze.language.budgets import BOUNDS, TYPES, Budgets, limited, terms_of
from cnnanalyze.language.claims import VERDICTS, claimed, is_extents
from cnnanalyze.language.vocabulary import (
    FIGURE,
    WRITTEN,
    Schema,
    any_of,
    ref,
    required,
    setting_schema,
)


def section(cls: type[Section]) -> Schema:
    """Return the schema of a section that is read into a class."""
    return {
        "type": "object",
        "properties": {name: setting_schema(info) for name, info in cls.model_fields.items()},
        "required": [name for name, info in cls.model_fields.items() if info.is_required()],
        "additionalProperties": False,
        "description": cleandoc(cls.__doc__ or ""),
    }


def budgets() -> Schema:
    """Return the schema of limits, of a whole network and by layer."""
    limits = {word: _limit(quantity) for word, quantity in limited().items()}
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


def _limit(quantity: Quantity) -> Schema:
    """Return the schema of what may stand after a quantity: an upper limit, or a mapping."""
    number: Schema = {"type": ["number", "string"], "minimum": 0, "pattern": FIGURE}
    properties: Schema = dict.fromkeys(BOUNDS, number)
    terms = terms_of(quantity)
    if "convention" in terms:
        properties["convention"] = {"enum": CONVENTIONS.names()}
    if "dtype" in terms:
        properties["dtype"] = {"enum": list(TYPES)}
    detailed = {
        "type": "object",
        "properties": properties,
        "anyOf": required(*BOUNDS),
        "additionalProperties": False,
    }
    return {**any_of(number, detailed), "description": quantity.about}


def figure(printed: Schema) -> Schema:
    """Return the schema of a figure: bare, or with its own convention, settings and verdict."""
    detailed = {
        "type": "object",
        "properties": {"printed": {**printed, "description": "as printed"}, **_terms()},
        "required": ["printed"],
        "additionalProperties": False,
    }
    return any_of(printed, detailed)


def _terms() -> Schema:
    """Return what may stand beside figures, of a source or of a single one."""
    return {
        "convention": {
            "enum": CONVENTIONS.names(),
            "description": "how the source counts operations",
        },
        "set": {"type": "object", "description": "parameters under which it was printed"},
        "verdict": {"enum": list(VERDICTS), "description": "wrong: known not to hold"},
        "reason": {**WRITTEN, "minLength": 1, "description": "why the figure is wrong"},
    }


def claim() -> Schema:
    """Return the schema of what one source prints."""
    figures = {
        what: {
            "type": "object",
            "properties": {q: ref("extents" if is_extents(q) else "figure") for q in quantities},
            "additionalProperties": False,
        }
        for what, quantities in (("total", claimed()), ("layers", claimed(of_layer=True)))
    }
    return {
        "type": "object",
        "properties": {
            "source": {**WRITTEN, "minLength": 1, "description": "who printed it, and where"},
            "total": {**figures["total"], "description": "figures of the whole network"},
            "layers": {
                "type": "object",
                "additionalProperties": figures["layers"],
                "description": "figures by layer or block",
            },
            **_terms(),
        },
        "required": ["source"],
        "anyOf": required("total", "layers"),
        "additionalProperties": False,
    }
