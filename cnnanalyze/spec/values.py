"""Values as they are written: parameters, the input, and anything that may hold an expression."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cnnanalyze.core.registry import nearest
from cnnanalyze.core.shape import Shape
from cnnanalyze.errors import Mark, SpecError
from cnnanalyze.layers.attributes import LARGEST, say
from cnnanalyze.spec.document import Document
from cnnanalyze.spec.expression import UNKNOWN, interpolate, parse
from cnnanalyze.spec.faults import Faults
from cnnanalyze.spec.shapes import parse_text
from cnnanalyze.spec.tree import Mapping, Scalar, Sequence, Tree, plain


@dataclass(frozen=True, slots=True)
class Input:
    """The network's input: its shape, and its values if the spec gives them."""

    shape: Shape
    mark: Mark
    values: tuple[Any, ...] | None = None


def evaluate(tree: Tree, scope: dict[str, object]) -> object:
    """Return the value of a scalar, a list or a mapping, with its expressions evaluated."""
    if type(tree) is Scalar:
        value = tree.value
        if type(value) is str and "$" in value:
            return parse(value, tree.mark).evaluate(scope)
        return value
    if type(tree) is Sequence:
        items = [evaluate(item, scope) for item in tree.items]
        return UNKNOWN if any(i is UNKNOWN for i in items) else items
    if isinstance(tree, Mapping):
        return {key.text: evaluate(value, scope) for key, value in tree.entries}
    raise TypeError(tree)


def read_parameters(document: Document, given: dict[str, Any], faults: Faults) -> dict[str, object]:
    """Evaluate the top-level parameters, those given from outside first.

    Raises
    ------
    SpecError
        If a given name is not a parameter of the spec.
    """
    names = [key.text for key, _ in document.param_trees]
    for name in (*document.settings, *given):
        if name not in names:
            known = f"; it has {', '.join(names)}" if names else "; it has none"
            raise SpecError(
                f"{document.source.name} has no parameter '{name}'{known}{nearest(name, names)}"
            )
    values: dict[str, object] = {}
    for key, tree in document.param_trees:
        if key.text in given:
            values[key.text] = given[key.text]
        elif key.text in document.settings:
            values[key.text] = document.settings[key.text]
        else:
            values[key.text] = UNKNOWN
            with faults.caught():
                values[key.text] = evaluate(tree, values)
    return values


def read_input(document: Document, scope: dict[str, object], faults: Faults) -> Input | None:
    """Read ``input:``: ``224x224x3``, or a mapping with named extents, perhaps with ``values``."""
    tree = document.tree.get("input")
    if tree is None:
        return None
    before = len(faults)
    values: object = None
    extents: tuple[object, ...] | None = None
    if isinstance(tree, Scalar):
        with faults.caught():
            text = interpolate(tree.text, tree.mark, scope) if "$" in tree.text else tree.text
            extents = parse_text(text)
    elif isinstance(tree, Mapping):
        with faults.caught():
            extents, values = _read_input_mapping(tree, scope, faults)
    elif isinstance(tree, Sequence):
        listed = "x".join(say(plain(i)) for i in tree.items)
        faults.add(
            f"the order of a bare list is a guess: is [{listed.replace('x', ', ')}] height first "
            "or channels first?",
            tree.mark,
            help="write 'input: 224x224x3' (height x width x channels), or a mapping "
            "{height: 224, width: 224, channels: 3}",
        )
        return None
    if len(faults) > before:
        return None
    if extents is None:
        faults.add(
            f"the input must be written as height x width x channels, not {say(plain(tree))}",
            tree.mark,
            help="input: 224x224x3 (an image), 128x9 (a signal) or 784 (a vector)",
        )
        return None
    checked: list[int] = []
    for n in extents:
        if n is UNKNOWN:
            return None
        if type(n) is not int or n < 1 or n > LARGEST:
            faults.add(
                f"every extent of the input must be a whole number of at least 1 and at most "
                f"{LARGEST:,}, not {say(n)}",
                tree.mark,
            )
            return None
        checked.append(n)
    shape = Shape(tuple(checked[:-1]), checked[-1])
    given = None
    if values is not None:
        given = _shape_values(values, shape)
        if given is None:
            faults.add(f"the values of the input do not have its shape {shape}", tree.mark)
            return None
    return Input(shape, tree.mark, given)


_FORMS = (
    ("height", "width", "channels"),
    ("length", "channels"),
    ("features",),
    ("depth", "height", "width", "channels"),
)


def _read_input_mapping(
    tree: Mapping, scope: dict[str, object], faults: Faults
) -> tuple[tuple[object, ...] | None, object]:
    values = evaluate(v, scope) if (v := tree.get("values")) is not None else None
    given = {k.text: evaluate(t, scope) for k, t in tree.entries if k.text != "values"}
    for form in _FORMS:
        if set(given) == set(form):
            return tuple(given[name] for name in form), values
    if not given and values is not None:
        return _extents_of(values), values
    forms = ", ".join("{" + ", ".join(f) + "}" for f in _FORMS)
    faults.add(
        f"the input's mapping has {', '.join(given) or 'nothing'}; it must be one of {forms}",
        tree.mark,
    )
    return None, None


def _extents_of(values: object) -> tuple[int, ...] | None:
    """Return the shape of a matrix or of nested lists; a matrix is an image of one channel."""
    extents = []
    level: object = values
    while isinstance(level, list) and level:
        extents.append(len(level))
        level = level[0]
    if not extents:
        return None
    return (*extents, 1) if len(extents) in {1, 2} else tuple(extents)


def _shape_values(values: object, shape: Shape) -> tuple[Any, ...] | None:
    """Return the values as nested tuples of the shape's extents, or nothing if they differ."""
    wanted = shape.extents

    def build(level: object, axis: int) -> object:
        if axis == len(wanted):
            if type(level) not in {int, float}:
                raise ValueError
            return level
        if wanted[axis] == 1 and axis == len(wanted) - 1 and not isinstance(level, list):
            return (build(level, axis + 1),)
        if not isinstance(level, list) or len(level) != wanted[axis]:
            raise ValueError
        return tuple(build(item, axis + 1) for item in level)

    try:
        built = build(values, 0)
    except ValueError:
        return None
    return built if isinstance(built, tuple) else None
