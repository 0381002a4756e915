"""Attribute faults: all that can be wrong with the attributes of a layer, wherever they stand.

A spec, the builder in Python and every importer make layers here. Each adds only where an attribute
stands: at a line and a column, or in the call of a layer with a name.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import NamedTuple

from pydantic import ValidationError

from cnnanalyze.core.binding import complaint
from cnnanalyze.core.diagnostics import quoted, show_value
from cnnanalyze.core.spelling import offered
from cnnanalyze.errors import Fault, Mark
from cnnanalyze.layers.base import Layer


class AttributeFault(NamedTuple):
    """One thing that is wrong with the attributes of a layer."""

    message: str
    attribute: str = ""
    """The attribute whose name or value is meant; nothing for the layer itself."""
    help: str = ""
    code: str = "SP005"

    def at(self, mark: Mark | None, path: str = "") -> Fault:
        """Return the fault at its place; the path names a layer that has no place in a text."""
        message = f"{path}: {self.message}" if path else self.message
        return Fault(message, mark, self.help, code=self.code)


class Beside(NamedTuple):
    """What may be said of a layer besides its attributes."""

    words: tuple[str, ...] = ()
    explain: Callable[[str], str] = str
    """From a word to how it is written."""


NOTHING = Beside()


def unknown_attribute(
    cls: type[Layer], word: str, key: str, beside: Beside = NOTHING
) -> AttributeFault:
    """Return the fault of an attribute that a kind does not have.

    Parameters
    ----------
    cls, word
        The kind, and the word for it that is written.
    key
        The word that is not an attribute.
    beside
        What may be said of a layer besides its attributes.

    Examples
    --------
    >>> from cnnanalyze.layers.linear import Dense
    >>> unknown_attribute(Dense, "fc", "out_features").message
    "'fc' has no attribute 'out_features'; it takes units, bias; did you mean 'units'?"
    """
    from cnnanalyze.layers.synonyms import of_attribute  # noqa: PLC0415 - needed for faults only

    names = tuple(cls.model_fields)
    meant = of_attribute(key, names, beside.words)
    takes = offered("it takes", names, "attributes")
    return AttributeFault(
        f"'{word}' has no attribute '{key}'; {takes}{meant.hint}",
        key,
        beside.explain(meant.beside) if meant.beside else meant.help,
        "SP003",
    )


def bare_value(cls: type[Layer], word: str, said: str) -> AttributeFault | None:
    """Return the fault of a bare value, if the kind takes none; ``said`` is how it is written.

    Examples
    --------
    >>> from cnnanalyze.layers.activation import Relu
    >>> bare_value(Relu, "relu", "3").message
    "'relu' takes no bare value, but 3 is given"
    """
    if cls.principal:
        return None
    return AttributeFault(
        f"'{word}' takes no bare value, but {said} is given",
        help=offered("it takes", tuple(cls.model_fields), "attributes"),
    )


def not_a_flag(word: str, value: object) -> AttributeFault | None:
    """Return the fault of a value that is neither true nor false, of a word like ``frozen``.

    Examples
    --------
    >>> not_a_flag("frozen", 1).message, not_a_flag("frozen", True)
    ("'frozen' must be true or false, not 1", None)
    """
    if type(value) is bool:
        return None
    return AttributeFault(f"'{word}' must be true or false, not {show_value(value)}", word)


def make_layer(
    cls: type[Layer],
    word: str,
    values: Mapping[str, object],
    *,
    unread: Collection[str] = (),
    is_whole: bool = True,
) -> Layer | list[AttributeFault]:
    """Return the layer with these attributes, or all that is wrong with them.

    Parameters
    ----------
    cls, word
        The kind, and the word for it that is written.
    values
        What is given, by names of its attributes.
    unread
        Attributes that are given, too, though nobody knows what they are.
    is_whole
        Whether nothing else is given; a misspelt name may stand for what seems to be missing.

    Examples
    --------
    >>> from cnnanalyze.layers.conv import Conv
    >>> make_layer(Conv, "conv", {"filters": 5, "kernel": 3}).filters
    5
    >>> for fault in make_layer(Conv, "conv", {"kernel": "3x5"}):
    ...     print(fault.message, "|", fault.help)
    'conv' needs 'filters' | filters: number of filters: channels of the output
    kernel must be a whole number of at least 1, or one per axis, not '3x5' | write kernel: [3, 5]
    """
    try:
        return cls.model_validate(values)
    except ValidationError as error:
        errors = error.errors(include_url=False)
    found = []
    missing = [name for e in errors if e["type"] == "missing" and (name := str(e["loc"][0]))]
    if is_whole and (missing := [name for name in missing if name not in unread]):
        texts = (f"{name}: {cls.model_fields[name].description}" for name in missing)
        message = f"'{word}' needs {quoted(missing)}"
        found.append(AttributeFault(message, help="; ".join(texts), code="SP015"))
    for e in errors:
        # How attributes stand to each other is not known while one of them is not.
        is_relation = not e["loc"] or e["type"] == "relation"
        if e["type"] == "missing" or (is_relation and (unread or not is_whole)):
            continue
        from cnnanalyze.layers.synonyms import of_value  # noqa: PLC0415 - few values are wrong

        name = str(e["loc"][0]) if e["loc"] else ""
        found.append(
            AttributeFault(
                f"{name or word} {complaint(e)}",
                name,
                of_value(name, e["input"]),
                e.get("ctx", {}).get("code", "SP005"),
            )
        )
    return found
