"""Edits: how the text of a spec says at one step what a model has there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from collections.abc import Mapping as Values
from collections.abc import Sequence as Many
from typing import Any, NamedTuple

from cnnanalyze.comparison.conformance.normal_form import borders
from cnnanalyze.comparison.conformance.result import Departure
from cnnanalyze.core.tree import Mapping, Scalar, Sequence, Tree, scalars
from cnnanalyze.errors import Mark, Source
from cnnanalyze.graph.node import Node
from cnnanalyze.language.step import Row, Written, has_expression, rows_of, written_of
from cnnanalyze.language.writer import flow
from cnnanalyze.layers.base import KINDS
from cnnanalyze.linting.finding import Edit


def edits(step: Many[Departure], source: Source) -> dict[Departure, tuple[Edit, ...]]:
    """Return how the text could say what the model has; what has no edit cannot be said.

    Parameters
    ----------
    step
        All departures of the layers that one step of the spec describes.
    source
        The text of the spec.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> text = "{cnn: 1, input: 9x9x4, layers: [{conv: {filters: 8, kernel: 3}}]}"
    >>> spec, model = cnn.loads(text), cnn.loads(text.replace("kernel: 3", "kernel: 5, stride: 2"))
    >>> found = [*cnn.check(spec, model)]
    >>> for (edit,) in edits(found, spec.document.source).values():
    ...     print(edit.column, edit.text)
    61 5
    62 , stride: 2
    """
    node = step[0].in_spec
    written = None if node is None else written_of(node)
    if node is None or written is None or written.key.mark.source.name != source.name:
        return {}
    found: dict[Departure, tuple[Edit, ...]] = {}
    for departure in step:
        edit = _other_word(written, departure.there) if departure.aspect == "kind" else None
        if edit is not None:
            found[departure] = (edit,)
    values = _values(step, node)
    if isinstance(written.arguments, Mapping):
        changes = _in_mapping(source, written.arguments, values)
    else:
        changes = _by_principal(source, written.arguments, node.layer.principal, values)
    given = _given(step, written, source)
    changes = {name: edit for name, edit in changes.items() if name not in given.attributes}
    found |= given.edits
    left = dict.fromkeys(changes.values())
    for departure in step:
        edit = changes.get(departure.attribute)
        if edit is not None:
            # One edit may say several things: it is told with the first of them.
            found[departure] = (edit,) if edit in left else ()
            left.pop(edit, None)
    return found


def why_left(departure: Departure) -> str:
    """Return why a departure is left as it is, with the place to edit; nothing if there is none.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> text = "{cnn: 1, input: 9x9x4, layers: [{conv: {filters: 2 * $in, kernel: 3}}]}"
    >>> spec, model = cnn.loads(text), cnn.loads(text.replace("2 * $in", "7"))
    >>> why_left(*cnn.check(spec, model))
    "it is computed, at <text>:1:50: '2 * $in'"
    """
    node = departure.in_spec
    written = None if node is None else written_of(node)
    if node is None or written is None or departure.aspect != "attribute":
        return ""
    said = [*_said(node, written, departure.attribute)]
    tree = said[-1] if said else None
    if tree is not None and has_expression(tree):
        text = f": '{tree.text}'" if isinstance(tree, Scalar) else ""
        return f"it is computed, at {tree.mark}{text}"
    place = written.key.mark if tree is None else tree.mark
    return f"something else would change with it: edit {place} by hand"


class _Given(NamedTuple):
    """What can be said where blocks are called, as the steps in them pass it on."""

    edits: dict[Departure, tuple[Edit, ...]]
    attributes: frozenset[str]


_NAME = re.compile(r"\$([A-Za-z_]\w*)")


def _given(step: Many[Departure], written: Written, source: Source) -> _Given:
    """Return the edits of values that blocks are given, and the attributes that are passed on."""
    wanted: dict[Mark, dict[Departure, str]] = {}
    attributes = set[str]()
    for departure in step:
        node = departure.in_spec
        if node is None or departure.aspect != "attribute":
            continue
        said = [*_said(node, written, departure.attribute)]
        if not said or not has_expression(said[0]):
            continue
        attributes.add(departure.attribute)
        value = _values([departure], node).get(departure.attribute)
        mark = None if has_expression(said[-1]) else _extent(source, said[-1])
        if mark is not None and value is not None:
            wanted.setdefault(mark, {})[departure] = flow(value)
    found: dict[Departure, tuple[Edit, ...]] = {}
    for mark, departures in wanted.items():
        texts = set(departures.values())
        if len(texts) == 1:  # several instances that a repeat makes want the same
            first, *others = departures
            found |= {first: (_over(mark, texts.pop()),)} | dict.fromkeys(others, ())
    return _Given(found, frozenset(attributes))


def _argument(arguments: object, name: str, principal: str) -> Tree | None:
    """Return what is written for one of the arguments of a step; a bare value is the first."""
    if isinstance(arguments, Mapping):
        return arguments.get(name)
    return arguments if name == principal and isinstance(arguments, Scalar) else None


def _said(node: Node, written: Written, attribute: str) -> Iterator[Tree]:
    """Yield what a step says of an attribute, and what is said where that comes from.

    A name alone is that of a column, whose rows the step is laid out for, or of a value that the
    block is given; there another name may stand. Whatever is computed is the last.
    """
    tree = _argument(written.arguments, attribute, node.layer.principal)
    rows: list[object] = [*rows_of(node)]
    calls = [*node.chain]
    places: list[int] = []
    while tree is not None:
        while places and isinstance(tree, Sequence) and places[-1] < len(tree.items):
            tree = tree.items[places.pop()]
        if not places:
            yield tree
        name = _NAME.fullmatch(tree.text) if isinstance(tree, Scalar) else None
        if name is None:
            return
        tree = _column(rows, places, name[1])
        if tree is None and calls:
            call = calls.pop()
            tree = _argument(call.written, name[1], next(iter(call.values), ""))
            rows = [*call.rows]


def _column(rows: list[object], places: list[int], name: str) -> Tree | None:
    """Return the column of this name of the nearest table, and note the place in it."""
    while rows:
        row = rows.pop()
        assert isinstance(row, Row)
        if (column := row.columns.get(name)) is not None:
            places.append(row.place)
            return column
    return None


def _values(step: Many[Departure], node: Node) -> dict[str, Any]:
    """Return the values that attributes have to get, as specs say them."""
    known = type(node.layer).model_fields
    values = {
        d.attribute: _plain(d.there)
        for d in step
        if d.aspect == "attribute" and d.attribute in known
    }
    if "kernel" in values and node.attributes.get("stride", 0) is None:
        # It was as long as the kernel, and stays as it is.
        values.setdefault("stride", _plain(node.attributes["kernel"]))
    for departure in step:
        if departure.attribute == "padding":
            values["padding"] = _padding(node, departure, values)
    return {name: value for name, value in values.items() if value is not None}


def _plain(value: object) -> Any:  # noqa: ANN401 - the values of attributes
    """Return a feature as specs say it: one number for all axes if they are equal."""
    if isinstance(value, tuple):
        many = [_plain(one) for one in value]
        return many[0] if all(one == many[0] for one in many) else many
    return value


def _padding(node: Node, departure: Departure, values: Values[str, Any]) -> Any:  # noqa: ANN401
    """Return a padding by which the windows read just those zeros.

    What the layer of the model says is tried first: zeros that no window reads may be among it.
    """
    wanted = departure.there
    if not isinstance(wanted, tuple) or not all(isinstance(side, tuple) for side in wanted):
        return None
    attributes = {**node.attributes, **values}
    said = departure.in_model.attributes.get("padding") if departure.in_model else None
    before = [side[0] for side in wanted]
    sides = [[before, max(behind, 0)] for before, behind in wanted]
    for choice in (said, _plain(tuple(before)), sides):
        if choice is not None:
            try:
                layer = type(node.layer)(**{**attributes, "padding": choice})
                if borders(layer, node.input_shapes) == wanted:
                    return choice
            except ValueError:  # it does not fit
                continue
    return None


def _other_word(written: Written, word: object) -> Edit | None:
    """Return the edit that names another kind, where nothing else is said of the step."""
    bare = written.arguments is None or (
        isinstance(written.arguments, Scalar) and written.arguments.value is None
    )
    if not bare or word not in KINDS.words():
        return None
    return _over(written.key.mark, str(word))


def _in_mapping(source: Source, written: Mapping, values: Values[str, Any]) -> dict[str, Edit]:
    """Return the edits of a step that says its attributes by name; new ones come last."""
    found: dict[str, Edit] = {}
    added: dict[str, str] = {}
    for name, value in values.items():
        tree = written.get(name)
        if tree is None:
            added[name] = f"{name}: {flow(value)}"
        elif not has_expression(tree) and (mark := _extent(source, tree)) is not None:
            found[name] = _over(mark, flow(value))
    if added and written.entries:
        key, last = written.entries[-1]
        if (mark := _extent(source, last)) is not None:
            column = mark.column + mark.length
            is_flow = source.lines[written.mark.line - 1][written.mark.column - 1] == "{"
            between = ", " if is_flow else "\n" + " " * (key.mark.column - 1)
            text = "".join(between + one for one in added.values())
            edit = Edit(mark.line, column, mark.line, column, text)
            found |= dict.fromkeys(added, edit)
    return found


def _by_principal(
    source: Source, written: Tree | None, principal: str, values: Values[str, Any]
) -> dict[str, Edit]:
    """Return the edit of a step that says the value of its principal attribute alone."""
    if written is None or not principal or not values or has_expression(written):
        return {}
    if (mark := _extent(source, written)) is None:
        return {}
    column = mark.column - 1
    first = source.lines[mark.line - 1][column : column + mark.length]
    if principal in values:
        first = flow(values[principal])
    more = [f"{name}: {flow(value)}" for name, value in values.items() if name != principal]
    text = f"{{{', '.join([f'{principal}: {first}', *more])}}}" if more else first
    return dict.fromkeys(values, _over(mark, text))


def _extent(source: Source, value: Tree) -> Mark | None:
    """Return the stretch of a value, if it is a word or a list on one line."""
    mark = value.mark
    if mark.source.name != source.name or isinstance(value, Mapping):
        return None
    if isinstance(value, Scalar):
        is_on_one_line = value.value is not None and mark.length >= len(value.text) > 0
        return mark if is_on_one_line else None
    line = source.lines[mark.line - 1]
    if line[mark.column - 1] != "[" or any(word.mark.line != mark.line for word in scalars(value)):
        return None
    depth = 0
    for end, letter in enumerate(line[mark.column - 1 :], 1):
        depth += (letter == "[") - (letter == "]")
        if depth == 0:
            return Mark(mark.source, mark.line, mark.column, end)
    return None


def _over(mark: Mark, text: str) -> Edit:
    return Edit(mark.line, mark.column, mark.line, mark.column + mark.length, text)
