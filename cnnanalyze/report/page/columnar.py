"""Rows as columns: what many rows share is written once, so that data of a page stay small.

A column is

* a list, one value for each row;
* ``{"all": value}``, the same for every row;
* ``{"of": column, "at": [...]}``: for each row the place of its value among distinct ones, -1 where
  the row has none;
* ``{"keys": {...}}``: the values are objects, with a column for each of their keys;
* ``{"paths": [...], "ends": [...]}``: texts, each as the number of letters that it begins with in
  common with the one before, and the place of the rest among distinct ones.

Of rows, the keys that differ between rows that are alike otherwise have a column each, and what is
left of the rows is one column of objects, ``alike``. What names another row, as ``inputs`` does, is
how many rows before that one is. The script of every page reads this (``rowsOf`` in ``script.js``).
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from itertools import takewhile
from typing import Any

Column = list[Any] | dict[str, Any]
_ABSENT = object()


def columns_of(
    rows: Sequence[Mapping[str, Any]],
    own: Collection[str] = (),
    name: str = "id",
    sources: str = "inputs",
) -> dict[str, Any]:
    """Return rows as columns.

    Parameters
    ----------
    rows
        Plain data.
    own
        The keys of what differs between rows that are alike otherwise; the others are written once
        for all rows that are alike.
    name
        The key of the name of a row.
    sources
        The key of a list of names of earlier rows, or of something else.

    Examples
    --------
    >>> rows = [{"id": "a/b", "inputs": ["x"], "n": 5}, {"id": "a/c", "inputs": ["a/b"], "n": 5}]
    >>> columns = columns_of(rows)
    >>> columns["keys"]["id"], columns["keys"]["inputs"], columns["alike"]
    ({'paths': [0, 0, 2, 1], 'ends': ['a/b', 'c']}, [['x'], [1]], {'all': {'n': 5}})
    """
    place = {row[name]: i for i, row in enumerate(rows)}
    apart = {name, sources, *own}
    keys = _keys_of([{key: row[key] for key in row if key in apart} for row in rows])
    keys[name] = _paths([row[name] for row in rows])
    before = ([i - place[s] if s in place else s for s in r[sources]] for i, r in enumerate(rows))
    keys[sources] = _column([*before])
    alike = _column([{key: row[key] for key in row if key not in apart} for row in rows])
    return {"rows": len(rows), "keys": keys, "alike": alike}


OF_PLACE = ("live_activations", "receptive_field", "receptive_fields")
"""What differs between layers that are alike, because of where they stand."""


def result_by_columns(result: Mapping[str, Any]) -> dict[str, Any]:
    """Return a result whose layers are columns.

    Examples
    --------
    >>> result_by_columns({"name": "n", "layers": [{"id": "a", "inputs": ["x"]}]})["layers"]["rows"]
    1
    """
    return {**result, "layers": columns_of(result["layers"], OF_PLACE)}


def _keys_of(rows: Sequence[Mapping[str, Any]]) -> dict[str, Column]:
    names = dict.fromkeys(key for row in rows for key in row)
    return {key: _column([row.get(key, _ABSENT) for row in rows]) for key in names}


def _column(values: list[Any]) -> Column:
    texts = [None if v is _ABSENT else json.dumps(v) for v in values]
    first: dict[str, Any] = {}
    for text, value in zip(texts, values, strict=True):
        if text is not None:
            first.setdefault(text, value)
    has_all = None not in texts
    if has_all and len(first) == 1:
        return {"all": values[0]}
    if has_all and 2 * len(first) > len(values):
        return _distinct(values)
    number = {text: i for i, text in enumerate(first)}
    places = [-1 if text is None else number[text] for text in texts]
    return {"of": _distinct([*first.values()]), "at": places}


def _distinct(values: list[Any]) -> Column:
    if len(values) > 1 and all(isinstance(value, Mapping) for value in values):
        return {"keys": _keys_of(values)}
    return values


def _paths(texts: Sequence[str]) -> dict[str, Any]:
    places: list[int] = []
    ends: dict[str, int] = {}
    before = ""
    for text in texts:
        pairs = zip(before, text, strict=False)
        shared = "".join(a for a, _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
        # Scripts count letters beyond the basic plane twice.
        letters = len(shared.encode("utf-16-le")) // 2
        places += [letters, ends.setdefault(text[len(shared) :], len(ends))]
        before = text
    return {"paths": places, "ends": list(ends)}
