"""Parameters: what the parameters of a spec are at many points at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from cnnanalyze.core.tree import Scalar, Sequence, Tree
from cnnanalyze.errors import Fault, SpecError
from cnnanalyze.language.dependence import Dependence
from cnnanalyze.language.document import Document
from cnnanalyze.language.expression import evaluate
from cnnanalyze.language.spec import Spec
from cnnanalyze.language.symbols import symbols_of
from cnnanalyze.sweeping.columns import Column, derive
from cnnanalyze.sweeping.parameter_name import ParameterName

Value = object
"""One value that all points have, a :class:`Column`, or :class:`ElementColumns`."""


class ElementColumns(NamedTuple):
    """A list of which elements differ from point to point."""

    elements: tuple[Value, ...]
    """For each element the value that all points have, or a column."""

    def whole(self, count: int) -> Column:
        """Return the lists themselves as a column."""
        columns = {str(k): e for k, e in enumerate(self.elements) if isinstance(e, Column)}

        def put(values: dict[str, Any]) -> list[Any]:
            return [values.get(str(k), element) for k, element in enumerate(self.elements)]

        return derive(columns, count, put)


class Parameters:
    """The parameters of a spec at some points.

    Parameters
    ----------
    document
        The spec.
    given
        Values that all points have.
    varied
        Columns by name, or by name and element as in ``repeats[2]``, whose first is 0.
    count
        How many points there are.
    dependence
        What the texts of the spec depend on.
    """

    def __init__(
        self,
        document: Document,
        given: Mapping[str, Any],
        varied: Mapping[str, Column],
        count: int,
        dependence: Dependence,
    ) -> None:
        self.count = count
        self._dependence = dependence
        self.values: dict[str, Value] = {
            name: varied.get(name, given.get(name)) for name in symbols_of(document.going_in)
        }
        for key, tree in document.param_trees:
            name = key.text
            value: Value
            if name in varied:
                value = varied[name]
            elif name in given:
                value = given[name]
            elif name in document.settings:
                value = document.settings[name][0]
            else:
                value = self.evaluate(tree, self.values)
            self.values[name] = _with_elements(name, value, varied)

    def evaluate(self, tree: Tree, values: Mapping[str, Value]) -> Value:
        """Return what is written; where it cannot be evaluated, a :class:`Fault` instead."""
        if isinstance(tree, Scalar) and (not isinstance(tree.value, str) or "$" not in tree.value):
            return tree.value
        read = self._dependence.reads(tree)
        columns = self.columns(read, values)
        fixed = {name: v for name, v in values.items() if name in read and name not in columns}

        def work(at: dict[str, Any]) -> object:
            try:
                return evaluate(tree, {**fixed, **at})
            except SpecError as error:
                return error.faults[0]

        return derive(columns, self.count, work) if columns else work({})

    def columns(self, names: Iterable[str], values: Mapping[str, Value]) -> dict[str, Column]:
        """Return the columns among some names, lists put together."""
        found: dict[str, Column] = {}
        for name in names:
            value = values.get(name)
            if isinstance(value, Column):
                found[name] = value
            elif isinstance(value, ElementColumns):
                found[name] = value.whole(self.count)
        return found

    def elements(self, tree: Tree, values: Mapping[str, Value]) -> list[Value] | None:
        """Return the elements of a list that is written; nothing if points differ in their number.

        Nothing comes back where something cannot be evaluated, either.
        """
        if isinstance(tree, Sequence):
            found = [self.evaluate(item, values) for item in tree.items]
            return None if any(map(has_fault, found)) else found
        if isinstance(tree, Scalar) and tree.text.startswith("$"):
            named = values.get(tree.text.removeprefix("$"))
            if isinstance(named, ElementColumns):
                return list(named.elements)
        value = self.evaluate(tree, values)
        if isinstance(value, list):
            return list(value)
        if not isinstance(value, Column) or not all(isinstance(one, list) for one in value.values):
            return None
        lengths = {len(one) for one in value.values}
        if len(lengths) != 1:
            return None

        def element(at: dict[str, Any], place: int) -> object:
            return at["list"][place]

        return [
            derive({"list": value}, self.count, lambda at, place=k: element(at, place))  # type: ignore[misc]
            for k in range(lengths.pop())
        ]


def has_fault(value: Value) -> bool:
    """Whether something cannot be evaluated at some point."""
    if isinstance(value, Column):
        return any(isinstance(one, Fault) for one in value.values)
    return isinstance(value, Fault)


def _with_elements(name: str, value: Value, varied: Mapping[str, Column]) -> Value:
    """Return a list with the elements that are varied."""
    columns = {
        read.place: column
        for key, column in varied.items()
        if (read := ParameterName.read(key)).is_element and read.base == name
    }
    if not columns:
        return value
    assert isinstance(value, list | tuple)
    return ElementColumns(tuple(columns.get(str(k), item) for k, item in enumerate(value)))


def joined(spec: Spec, given: Mapping[str, Any], settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a point sets of a spec, elements in their lists.

    What is no parameter of it helps others to be worked out, and is left out.

    Parameters
    ----------
    spec
        The network.
    given
        Values of parameters that all points have.
    settings
        The values of one point.
    """
    base = {**dict.fromkeys(spec.assumed), **dict(spec.parameters)}
    found = dict(given)
    for key, value in settings.items():
        name = ParameterName.read(key)
        if name.base not in base:
            continue
        if name.is_element:
            items = list(found.get(name.base, base[name.base]))
            place = name.number(len(items))
            assert place is not None  # a plan is checked
            items[place] = value
            found[name.base] = items
        else:
            found[name.base] = value
    return found
