"""Values as they are written: parameters, and anything that may hold an expression."""

from __future__ import annotations

from collections.abc import Mapping as Lookup
from math import isfinite
from typing import Any

from cnnanalyze.core.diagnostics import Faults, say
from cnnanalyze.core.registry import nearest
from cnnanalyze.core.spelling import offered
from cnnanalyze.core.tree import Scalar, Sequence, Tree
from cnnanalyze.errors import Fault, Mark, SpecError
from cnnanalyze.language.document import Document
from cnnanalyze.language.expression import UNKNOWN, parse
from cnnanalyze.language.expression_limits import ELEMENTS, MOST_ELEMENTS, weigh
from cnnanalyze.language.symbols import symbols_of
from cnnanalyze.language.variables import Variables
from cnnanalyze.layers.attributes import LARGEST


def evaluate(tree: Tree, scope: Lookup[str, object]) -> object:
    """Return the value of a scalar, a list or a mapping, with its expressions evaluated."""
    if type(tree) is Scalar:
        value = tree.value
        if type(value) is str and "$" in value:
            found = parse(value, tree.mark).evaluate(scope)
            if type(found) is list and not weigh(found):  # whoever gets it goes through it
                raise _too_many(tree.mark)
            return found
        return value
    if isinstance(tree, Scalar):
        return tree.value
    if not ELEMENTS.spend(len(tree.items if isinstance(tree, Sequence) else tree.entries)):
        raise _too_many(tree.mark)
    if isinstance(tree, Sequence):
        items = [evaluate(item, scope) for item in tree.items]
        return UNKNOWN if any(i is UNKNOWN for i in items) else items
    entries = {key.text: evaluate(value, scope) for key, value in tree.entries}
    return UNKNOWN if any(v is UNKNOWN for v in entries.values()) else entries


def _too_many(mark: Mark) -> SpecError:
    return SpecError(
        Fault(
            f"the lists of the spec have more than {MOST_ELEMENTS:,} elements "
            "where they are used, the bound",
            mark,
            help="make them shorter, or use them less often",
            code="SP012",
        )
    )


def read_parameters(document: Document, given: dict[str, Any], faults: Faults) -> dict[str, object]:
    """Evaluate the top-level parameters in their order; those given from outside are taken as such.

    A name that is no parameter of the spec is a fault.
    """
    symbols = symbols_of(document.tree.get("input"))
    names = (*(key.text for key, _ in document.param_trees), *symbols)
    known = frozenset(names)
    marks: dict[str, Mark | None] = {name: mark for name, (_, mark) in document.settings.items()}
    for name in (*document.settings, *given):
        if name not in known:
            has = offered("it has", names, "parameters")
            faults.add(
                f"{document.source.name} has no parameter '{name}'; {has}{nearest(name, names)}",
                None if name in given else marks[name],
                code="SP003",
            )
    values: dict[str, object] = {name: _size(name, given.get(name), faults) for name in symbols}
    visible = Variables(values)
    for key, tree in document.param_trees:
        name = key.text
        values[name] = UNKNOWN
        if name in given:
            values[name] = _checked(name, given[name], faults)
        elif name in document.settings:
            values[name] = document.settings[name][0]
        else:
            with faults.caught():
                values[name] = evaluate(tree, visible)
    return values


def _size(name: str, value: object, faults: Faults) -> object:
    """Return the size that is given for a symbol of the input."""
    if type(value) is int and 1 <= value <= LARGEST:
        return value
    faults.add(
        f"the size '{name}' of the input must be a whole number of at least 1 and at most "
        f"{LARGEST:,}, not {say(value)}",
        None,
        help=f"for example --set {name}=224",
        code="SP016",
    )
    return UNKNOWN


def _checked(name: str, value: object, faults: Faults) -> object:
    """Return a parameter's value from outside as a spec could hold it."""
    if isinstance(value, list | tuple):
        return [_checked(name, item, faults) for item in value]
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, int) and abs(value) <= LARGEST:
        return value
    if isinstance(value, float) and isfinite(value):
        return value
    said = "a number above the bound" if isinstance(value, int) else say(value)
    faults.add(
        f"parameter '{name}' must be a number, a word, true, false or a list of them, "
        f"not {said if isinstance(value, int | float) else type(value).__name__}",
        None,
        help=f"whole numbers may be at most {LARGEST:,}" if isinstance(value, int) else "",
        code="SP005",
    )
    return UNKNOWN
