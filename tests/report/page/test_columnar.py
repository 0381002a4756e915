"""Rows as columns: nothing is lost, and what is shared is written once."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import cnnanalyze as cnn
from cnnanalyze.report.json import to_dict
from cnnanalyze.report.options import Options
from cnnanalyze.report.page.columnar import OF_PLACE, columns_of

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.text(max_size=2),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from("xyz"), inner),
    max_leaves=4,
)
ROWS = st.lists(st.dictionaries(st.sampled_from("pqr"), VALUES), max_size=9)
MISSING = object()


def values_of(column: Any, count: int) -> list[Any]:
    """Read a column as ``script.js`` does."""
    if isinstance(column, list):
        return column
    if "all" in column:
        return [column["all"]] * count
    if "keys" in column:
        return objects_of(column["keys"], count)
    if "paths" in column:
        found = [""]
        for shared, end in zip(column["paths"][::2], column["paths"][1::2], strict=True):
            found.append(found[-1][:shared] + column["ends"][end])
        return found[1:]
    distinct = values_of(column["of"], 1 + max(column["at"], default=-1))
    return [MISSING if i < 0 else distinct[i] for i in column["at"]]


def objects_of(keys: dict[str, Any], count: int) -> list[dict[str, Any]]:
    columns = {key: values_of(column, count) for key, column in keys.items()}
    return [{k: c[i] for k, c in columns.items() if c[i] is not MISSING} for i in range(count)]


def rows_of(data: Any) -> list[dict[str, Any]]:
    alike = values_of(data["alike"], data["rows"])
    own = objects_of(data["keys"], data["rows"])
    found = [{**shared, **row} for shared, row in zip(alike, own, strict=True)]
    for i, row in enumerate(found):
        row["inputs"] = [found[i - s]["id"] if isinstance(s, int) else s for s in row["inputs"]]
    return found


@given(ROWS, st.data())
def test_rows_come_back(rows: list[dict[str, Any]], data: st.DataObject) -> None:
    named: list[dict[str, Any]] = []
    for i, row in enumerate(rows):
        sources = data.draw(
            st.lists(st.sampled_from(["image", *(r["id"] for r in named)]), max_size=2)
        )
        named.append({**row, "id": f"a/{i % 3}/{i}", "inputs": sources})
    own = data.draw(st.sets(st.sampled_from("pqr")))
    written = json.loads(json.dumps(columns_of(named, own)))
    assert json.dumps(rows_of(written), sort_keys=True) == json.dumps(named, sort_keys=True)


@pytest.mark.parametrize(("name", "part"), [("resnet50", 6), ("unet", 2), ("lenet5", 1)])
def test_layers_come_back_from_a_part_of_the_room(name: str, part: int) -> None:
    result = to_dict(cnn.analyze(f"zoo:{name}").analysis, Options())
    layers = json.loads(json.dumps(result["layers"]))
    written = json.dumps(columns_of(layers, OF_PLACE))
    assert rows_of(json.loads(written)) == layers
    assert part * len(written) < len(json.dumps(layers))
