"""The JSON Schema and the reader: one corpus of valid and invalid specs, and one verdict."""

from __future__ import annotations

import copy
import json
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnanalyze.core.tree import plain
from cnnanalyze.errors import Source
from cnnanalyze.language.build import attempt
from cnnanalyze.language.yaml import read
from tests.fuzz import good
from tests.fuzz.agreement import NAMES, disagreement, own_schema, why_semantic
from tests.fuzz.mutation import change_value
from tests.fuzz.networks import documents
from tests.fuzz.properties import schema
from tests.fuzz.suite import FIXED

pytestmark = pytest.mark.sampled(6)

EVERYTHING = plain(read(Source("everything.yaml", good.SPEC.decode())))
GONE = object()

Place = tuple[str | int, ...]

STRUCTURAL: dict[str, tuple[Place, Any]] = {
    "a key that there is not": (("modle",), "x"),
    "no version": (("cnn",), GONE),
    "another version": (("cnn",), 2),
    "no input": (("input",), GONE),
    "an input of nothing": (("input",), "0x32x3"),
    "an input with five axes": (("input",), "2x2x2x2x2"),
    "an input as a list": (("input",), [32, 32, 3]),
    "an extent that is not a number": (("input", "height"), "tall"),
    "no layers": (("layers",), []),
    "a text that is a list": (("name",), ["a"]),
    "a year with a fraction": (("year",), 1998.5),
    "a parameter that no expression finds": (("params", "2x"), 1),
    "a parameter with the name of a variable": (("params", "in"), 1),
    "a block with the name of a kind": (("blocks", "conv"), ["relu"]),
    "a block with a slash in its name": (("blocks", "a/b"), ["relu"]),
    "a block without layers": (("blocks", "unit", "layers"), GONE),
    "a block with a key that there is not": (("blocks", "unit", "steps"), []),
    "inputs that are no names": (("blocks", "pair", "inputs"), ["a", 3]),
    "defaults of a kind that there is not": (("defaults", "convolve"), {}),
    "defaults for an attribute that there is not": (("defaults", "conv", "pad"), 1),
    "defaults that no layer takes and none could": (("defaults", "elu"), {"alpha": "much"}),
    "a step that is a number": (("layers", 1), 7),
    "a step that is a list": (("layers", 1), ["relu"]),
    "a step without an operation": (("layers", 1), {"as": "x"}),
    "a step with two operations": (("layers", 0, "relu"), None),
    "an attribute that there is not": (("layers", 0, "conv", "kernal"), 3),
    "a setting that is needed and left empty": (("train", "samples"), None),
    "no filters at all": (("layers", 0, "conv", "filters"), 0),
    "filters as a word": (("layers", 0, "conv", "filters"), "many"),
    "filters beyond the bound": (("layers", 0, "conv", "filters"), 10**12 + 1),
    "a negative stride": (("layers", 0, "conv", "stride"), -2),
    "a kernel with an extent of nothing": (("layers", 0, "conv", "kernel"), [3, 0]),
    "padding of three at one axis": (("layers", 0, "conv", "padding"), [[0, 1, 2]]),
    "padding by a word that there is not": (("layers", 0, "conv", "padding"), "full"),
    "padding half per side, half per border": (("layers", 0, "conv", "padding"), [1, [0, 1]]),
    "a flag that is a number": (("layers", 1, "maxpool", "ceil_mode"), 1),
    "a name with a slash": (("layers", 0, "as"), "a/b"),
    "a name without a letter": (("layers", 0, "as"), "12"),
    "a name that is a number": (("layers", 0, "as"), 12),
    "the name of the input": (("layers", 0, "as"), "input"),
    "a name of 101 characters": (("layers", 0, "as"), "x" * 101),
    "a source that is a number": (("layers", 8, "from"), [3]),
    "branches and several sources": (("layers", 4, "from"), ["stem", "joined"]),
    "a condition that is a number": (("layers", 3, "when"), 3),
    "an otherwise without its condition": (("layers", 3, "when"), GONE),
    "fewer repetitions than none": (("layers", 1, "repeat"), -1),
    "more repetitions than steps": (("layers", 1, "repeat"), 100_001),
    "a table without steps": (("layers", 2, "do"), GONE),
    "a table without columns": (("layers", 2, "for"), {}),
    "a table that is repeated": (("layers", 2, "repeat"), 2),
    "weights by a name that there is not": (("layers", 0, "weights"), "sobel-z"),
    "no outputs": (("outputs",), []),
    "a claim of nobody": (("expect", 0, "source"), GONE),
    "a claim of nothing": (("expect", 0, "total"), GONE),
    "a claim of a quantity that there is not": (("expect", 0, "total", "size"), 3),
    "a figure that is none": (("expect", 0, "total", "parameters"), "many"),
    "a shape that is none": (("expect", 1, "layers", "stem", "output"), "large"),
    "a verdict that there is not": (("expect", 1, "verdict"), "bad"),
    "training without samples": (("train", "samples"), GONE),
    "training by an expression": (("train", "batch"), "$width"),
    "an optimizer that there is not": (("train", "optimizer"), "magic"),
    "a budget without a limit": (("budgets", "memory", "at_most"), GONE),
    "a budget that is not a number": (("budgets", "macs"), "few"),
    "a budget of a quantity that there is not": (("budgets", "speed"), 3),
    "a profile that there is not": (("lint", "profile"), "lax"),
    "a severity by an expression": (("lint", "severity", "NA001"), "$act"),
}
"""What can be seen at one place: the reader and the schema refuse it."""

ODD: dict[str, tuple[Place, Any]] = {
    "a text that YAML takes for a number": (("name",), 7),
    "a source that YAML takes for a truth value": (("expect", 0, "source"), True),
    "a branch that is the name of a step": (("layers", 7), {"add": ["one", "two"], "as": "pairs"}),
    "a name of other letters": (("layers", 1, "as"), "漢字"),
    "a section that is left empty": (("set",), None),
    "a setting that is left empty": (("train", "classes"), None),
    "a single rule without a list": (("lint", "ignore"), "CV003"),
    "another step for a table that is left out": (
        ("layers", 4),
        {"for": {"n": [1]}, "do": ["relu"], "when": False, "else": "relu", "as": "joined"},
    ),
    "a shape as somebody printed it": (("expect", 1, "layers", "stem", "output"), "15 × 17 × 7"),
    "an amount of memory": (("budgets", "memory", "at_most"), "20 MB"),
}
"""What the reader accepts, odd as it looks: so do the schema and the schema of the file."""

SEMANTIC: dict[str, tuple[Place, Any]] = {
    "a step that there is not": (("layers", 8, "from"), ["pairs", "nowhere"]),
    "a budget that no network keeps": (("budgets", "macs"), {"at_least": 9, "at_most": "1"}),
    "a step that comes later": (("layers", 5, "from"), "pairs"),
    "a name twice": (("layers", 6, "as"), "one"),
    "channels that do not fit": (("layers", 4, "add", 0, 0, "unit"), 12),
    "a kernel larger than the map": (("layers", 0, "conv", "kernel"), 99),
    "weights of another shape": (("layers", 6, "conv", "filters"), 13),
    "columns of unequal length": (("layers", 2, "for", "f"), [7, 11, 13]),
    "a parameter that there is not": (("layers", 9, "dropout"), "$rat"),
    "no expression": (("layers", 9, "dropout"), "$width +"),
    "an attribute that has no default": (("layers", 5, "conv"), {"kernel": 3}),
    "a block that there is not": (("layers", 7, "pair"), GONE),
    "an argument that the block does not take": (("layers", 3, "gate"), {"ratio": 3}),
    "a span that ends before it starts": (("layers", 9), {"slice": [5, 2]}),
    "a limit below the other": (("layers", 9), {"clip": {"min": 3, "max": 1}}),
    "corners that no neighbour has": (
        ("layers", 9),
        {"resize": {"scale": 2, "method": "nearest", "align_corners": True}},
    ),
    "weights of a layer that holds none": (("layers", 1), {"sigmoid": None, "weights": [1]}),
    "brackets that do not match": (("layers", 9), {"rearrange": "h w c -> (h w"}),
    "a claim of a step that there is not": (("expect", 0, "layers"), {"head": {"macs": 3}}),
    "a claim under a parameter that there is not": (("expect", 1, "set", "depth"), 3),
    "a file to build on": (("extends",), "nowhere.yaml"),
}
"""What needs a look at several places, at numbers or at files: the reader alone refuses it."""

BY_ITSELF = {"a block that there is not", "an argument that the block does not take"}
"""What the schema of the file refuses, since it knows the blocks."""


def changed(place: Place, value: Any) -> str:
    """Return the good spec with another value at a place."""
    document = copy.deepcopy(EVERYTHING)
    holder = document
    for key in place[:-1]:
        holder = holder[key]
    if value is GONE:
        del holder[place[-1]]
    else:
        holder[place[-1]] = value
    if place == ("layers", 7, "pair"):
        holder["pear"] = None
    return json.dumps(document)


def test_the_spec_that_is_changed_is_accepted() -> None:
    text = json.dumps(EVERYTHING)
    assert attempt(Source("text", text)).faults == ()
    assert schema().is_valid(EVERYTHING)


@pytest.mark.parametrize("name", ODD)
def test_what_the_reader_accepts_the_schemas_accept(name: str) -> None:
    text = changed(*ODD[name])
    found = attempt(Source("text", text))
    assert found.faults == ()
    assert not disagreement(text)


@pytest.mark.parametrize("name", STRUCTURAL)
def test_what_is_structural_is_refused_by_both(name: str) -> None:
    text = changed(*STRUCTURAL[name])
    faults = attempt(Source("text", text)).faults
    assert faults
    assert not all(map(why_semantic, faults)), faults[0]
    assert not schema().is_valid(plain(read(Source("text", text))))


@pytest.mark.parametrize("name", SEMANTIC)
def test_what_is_semantic_is_refused_by_the_reader_alone(name: str) -> None:
    text = changed(*SEMANTIC[name])
    data, found = plain(read(Source("text", text))), attempt(Source("text", text))
    assert found.faults
    assert all(map(why_semantic, found.faults)), found.faults
    assert schema().is_valid(data)
    if found.document is not None:
        assert own_schema(found).is_valid(data) is (name not in BY_ITSELF)


def test_a_reason_is_given_for_what_is_semantic() -> None:
    (fault, *_) = attempt(Source("text", changed(*SEMANTIC["a step that there is not"]))).faults
    assert why_semantic(fault) == NAMES


@FIXED
@given(document=documents(), seed=st.integers(0, 2**32))
def test_schema_and_reader_agree_on_changed_networks(document: Any, seed: int) -> None:
    random = Random(seed)  # noqa: S311 - nothing is secret
    text = json.dumps(change_value(random, random.choice((document, document, EVERYTHING))))
    assert not disagreement(text), text
