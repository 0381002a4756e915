"""Questions of facts as they are written."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping as Lookup
from typing import Annotated, Any, ClassVar, NamedTuple

from pydantic import Field

from cnnanalyze.core.binding import bind, bind_entries
from cnnanalyze.core.diagnostics import Faults, show_tree
from cnnanalyze.core.filters import FILTERS
from cnnanalyze.core.registry import nearest
from cnnanalyze.core.section import (
    Entries,
    Itself,
    Reader,
    Section,
    Text,
    Written,
    WrittenMapping,
    Wrong,
)
from cnnanalyze.core.tree import Mapping, Sequence, Tree, plain, text_of
from cnnanalyze.course.sheets.questions.topics import TOPICS

PARTS = ("input", "params", "defaults", "blocks", "layers", "outputs", "train")
"""The sections of a spec that a question may write out."""

_QUESTION: dict[str, Any] = {"$ref": "#/definitions/question"}
_LIST: dict[str, Any] = {"type": "array"}


class Varied(NamedTuple):
    """A parameter of the spec, with the values that it takes in turn."""

    parameter: str
    values: tuple[Any, ...]


def _varied(tree: Tree) -> Varied:
    if isinstance(tree, Mapping) and len(tree.entries) == 1:
        ((key, values),) = tree.entries
        if isinstance(values, Sequence):
            return Varied(key.text, tuple(plain(values)))
    raise ValueError(f"must be one parameter and its values, not {show_tree(tree)}")


def _quantities(tree: Tree) -> str | tuple[str, ...]:
    if isinstance(tree, Sequence):
        return tuple(str(plain(item)) for item in tree.items)
    if text := text_of(tree):
        return text
    raise ValueError(f"must name a quantity, or several in a list, not {show_tree(tree)}")


def _layer(tree: Tree) -> str:
    if text := text_of(tree):
        return text
    raise ValueError(f"must name one layer, not {show_tree(tree)}")


_Values = Annotated[
    Varied | None,
    Reader(
        _varied,
        {
            "type": "object",
            "additionalProperties": _LIST,
            "minProperties": 1,
            "maxProperties": 1,
        },
    ),
]
_TEXTS: dict[str, Any] = {"type": "array", "items": {"type": "string"}}
_Part = Written | None


class NetworkQuestion(Section):
    """A question about a network: one of the zoo, one beside the file, or one written out."""

    only_whole = True
    exclusive: ClassVar[Lookup[tuple[str, str], str]] = {
        ("each", "find"): "'each' asks for an answer with each value, 'find' for the values with "
        "which the answer is the one of 'where'"
    }

    spec: Text = Field(default="", description="spec beside the file, or of the zoo")
    set: WrittenMapping | None = Field(
        default=None, description="values for its parameters", examples=["{size: 32}"]
    )
    input: _Part = None
    params: _Part = None
    defaults: _Part = None
    blocks: _Part = None
    layers: _Part = None
    outputs: _Part = None
    train: _Part = None
    flip: bool = Field(
        default=False, description="whether given weights are rotated by 180 degrees"
    )
    layer: Annotated[str, Reader(_layer, {"type": "string", "minLength": 1})] = Field(
        default="", description="layer or block; without one, the whole network is meant"
    )
    quantity: Annotated[
        str | tuple[str, ...],
        Reader(_quantities, {"anyOf": [{"type": "string", "minLength": 1}, _TEXTS]}),
    ] = Field(default="", description="what is asked for; by default what is printed says it")
    each: _Values = Field(
        default=None,
        description="parameter and its values: there is an answer for each",
        examples=["{size: [32, 64]}"],
    )
    find: _Values = Field(
        default=None,
        description="parameter and its values: those are asked for that give a certain answer",
        examples=["{size: [32, 64]}"],
    )
    where: Written | None = Field(default=None, description="that answer")
    tree: Itself

    @classmethod
    def hint(cls, word: str, known: tuple[str, ...]) -> str:
        """Return which key is like a word, also of questions that are about no network."""
        return nearest(word, (*known, *FORMS, *TOPICS))

    def wrong(self, what: str) -> Iterator[Wrong]:  # noqa: ARG002 - each is told with its key
        """Refuse a network that is given twice or not at all, and half a search."""
        if self.spec:
            for key in ("flip", *PARTS):
                if key in self.model_fields_set:
                    yield Wrong(
                        f"'{key}' is not read beside 'spec', which brings its own",
                        key,
                        "change a parameter of the spec with 'set', or write it out without 'spec'",
                        at_key=True,
                    )
        elif not isinstance(self.layers, Sequence):
            yield Wrong(
                "the question needs a 'spec', or a list of 'layers' with their 'input'", "layers"
            )
        if (self.find is None) != (self.where is None):
            yield Wrong(
                "'find' looks for values 'where' the answer is the wanted one: give both",
                "where" if self.find is None else "find",
            )


# --- questions that are not about one network -----------------------------------------------------


def _questions(tree: Tree) -> tuple[Mapping, ...]:
    items = tree.items if isinstance(tree, Sequence) else ()
    found = tuple(item for item in items if isinstance(item, Mapping))
    if isinstance(tree, Sequence) and len(found) == len(items):
        return found
    raise ValueError(f"must be a list of questions, each a mapping, not {show_tree(tree)}")


def _several(tree: Tree) -> tuple[Mapping, ...]:
    found = _questions(tree)
    if len(found) < 2:  # noqa: PLR2004 - one is the same as itself
        raise ValueError("must be a list of two questions or more")
    return found


def _items(tree: Tree) -> tuple[Tree, ...]:
    if isinstance(tree, Sequence):
        return tree.items
    raise ValueError(f"must be a list of numbers or questions, not {show_tree(tree)}")


def _pair(tree: Tree) -> tuple[Tree, ...]:
    found = _items(tree)
    if len(found) != 2:  # noqa: PLR2004 - a pair
        raise ValueError(f"must be a list of two numbers or questions, not of {len(found)}")
    return found


def _numbers(tree: Tree) -> list[float]:
    found = plain(tree)
    if isinstance(found, list) and all(type(n) in {int, float} for n in found):
        return found
    raise ValueError(f"must be a list of numbers, not {show_tree(tree)}")


def _filter_name(tree: Tree) -> str:
    word = text_of(tree)
    if word in FILTERS:
        return word
    near = nearest(word, tuple(FILTERS))
    raise ValueError(f"must be the name of a filter, not {show_tree(tree)}{near}")


FilterName = Annotated[str, Reader(_filter_name, {"enum": [*FILTERS]})]
Questions = Annotated[tuple[Mapping, ...], Reader(_questions, _LIST | {"items": _QUESTION})]
Several = Annotated[
    tuple[Mapping, ...], Reader(_several, _LIST | {"items": _QUESTION, "minItems": 2})
]
Items = Annotated[tuple[Tree, ...], Reader(_items, _LIST)]
Pair = Annotated[tuple[Tree, ...], Reader(_pair, _LIST | {"minItems": 2, "maxItems": 2})]
Numbers = Annotated[list[float], Reader(_numbers, _LIST | {"items": {"type": "number"}})]


class LossTerms(Section):
    """A prediction and its label: the part of each class in the cross-entropy."""

    only_whole = True
    example = "{prediction: [0.9, 0.1], label: [1, 0]}"

    prediction: Numbers
    label: Numbers


class TableRow(Section):
    """A row of a table of networks."""

    only_whole = True
    example = "{table: mine, row: 3}"

    table: Text
    row: Text


FORMS: dict[str, Any] = {
    "same": Several,
    "ratio": Pair,
    "sum": Items,
    "list": Questions,
    "filter": FilterName,
    "loss_terms": LossTerms,
    "board": TableRow,
    "falling": Numbers,
}
"""What stands behind the word of a question that is not about one network."""


def _unknown(what: str, word: str, known: tuple[str, ...]) -> tuple[str, str]:
    near = nearest(word, (*known, *FORMS, *TOPICS))
    return f"{what} has no '{word}'; it takes {', '.join(known)}{near}", ""


def form_of(word: str) -> Entries:
    """Return what a question may hold that begins with the word of a form or of a topic."""
    if word in FORMS:
        return Entries(lambda: {word: FORMS[word]}, _unknown)
    return Entries(lambda: {word: WrittenMapping, "quantity": Text}, _unknown)


def read_form(ask: Mapping, word: str) -> dict[str, Any]:
    """Read a question that is not about one network.

    Raises
    ------
    SpecError
        With everything that is wrong with it, each at its place.
    """
    faults = Faults("SP005")
    found = bind_entries(ask, form_of(word), "a question", faults)
    faults.raise_if_any()
    return found


def read_network_question(ask: Mapping) -> NetworkQuestion:
    """Read a question about a network.

    Raises
    ------
    SpecError
        With everything that is wrong with it, each at its place.
    """
    faults = Faults("SP005")
    found = bind(ask, NetworkQuestion, "a question", faults)
    faults.raise_if_any()
    assert found is not None
    return found
