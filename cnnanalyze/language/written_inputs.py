"""What a spec says of its inputs, before anything is worked out: words, or extents by name."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from cnnanalyze.core.diagnostics import Faults
from cnnanalyze.core.section import Named, Reader, Section, Wrong, written_as
from cnnanalyze.core.shape import FORMS, parse_text
from cnnanalyze.core.tree import Mapping, Scalar, Tree
from cnnanalyze.graph.naming import LONGEST_NAME, is_name
from cnnanalyze.language.symbols import OPEN
from cnnanalyze.language.vocabulary import (
    END,
    EXPRESSION,
    NAME,
    POSITIVE,
    SHAPE,
    Schema,
    any_of,
    ref,
)

TEXT: Schema = any_of({"type": "string", "pattern": rf"^{SHAPE}|^{OPEN}{END}|\$"}, POSITIVE)
"""An input in one word: ``224x224x3``."""

_Extent: Any = written_as(any_of(POSITIVE, EXPRESSION))
"""A whole number or an expression, which is worked out when the network is laid out."""


def _is_shape(text: str) -> bool:
    return not text.isdecimal() and parse_text(text) is not None


class InputExtents(Section):
    """The extents of an input by their names, its values, or both."""

    wrong_code = missing_code = "SP016"
    only_whole = True
    definition = "input extents"
    forms = (*FORMS, ("values",))
    beside = ("values",)
    example = "{height: 224, width: 224, channels: 3}, or 224x224x3 for short"

    depth: _Extent = None
    height: _Extent = None
    width: _Extent = None
    length: _Extent = None
    channels: _Extent = None
    features: _Extent = None
    values: written_as(ref("numbers")) = Field(  # type: ignore[valid-type]
        default=None, description="the numbers of the input, row by row"
    )

    @classmethod
    def mistaken(cls, tree: Mapping) -> Wrong | None:
        """Tell who writes several inputs where one stands."""
        words = [value.text for _, value in tree.entries if isinstance(value, Scalar)]
        if len(words) < len(tree.entries) or not any(map(_is_shape, words)):
            return None
        return Wrong(
            f"the mapping of an input names its extents, not {', '.join(tree.keys())}",
            help="several inputs stand under 'inputs', as in 'inputs: {left: 64x64x1, ...}'",
        )


Input = Annotated[Tree, Reader(lambda tree: tree, ref("input text"))] | InputExtents
"""An input as it is written."""


def _check_name(name: Scalar, faults: Faults) -> bool:
    """Note a name that no input can have; steps read it all the same."""
    if not is_name(name.text):
        faults.add(
            f"'{name.text[:LONGEST_NAME]}' cannot name an input",
            name.mark,
            help="use letters, digits, '_', '-' and '.', with at least one letter and at most "
            f"{LONGEST_NAME} characters",
            code="SP019",
        )
    return True


Inputs = Annotated[
    dict[str, Input],
    Named(
        _check_name,
        lambda: {key: value for key, value in NAME.items() if key != "not"},
        example="{left: 105x105x1, right: 105x105x1}; one alone is 'input', such as "
        "input: 224x224x3",
        code="SP016",
    ),
]
"""Several inputs by their names."""
