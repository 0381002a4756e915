"""``zoo`` and ``layers``: the lists."""

from __future__ import annotations

import csv
import json
from io import StringIO
from typing import Any

import cnnanalyze as cnn
from cnnanalyze.layers.base import KINDS


def test_the_zoo_lists_every_spec_with_its_figures(run: Any) -> None:
    rows = list(csv.DictReader(StringIO(run("zoo", "--format", "csv").out)))
    assert sorted(row["zoo"] for row in rows) == sorted(cnn.zoo())
    by_name = {row["zoo"]: row for row in rows}
    assert by_name["vgg16"]["parameters"] == "138357544"
    assert by_name["vgg16"]["macs"] == "15470264320"
    families = [row["family"] for row in rows]
    assert all(families.count(f) == len(_run_of(families, f)) for f in families)


def _run_of(families: list[str], family: str) -> list[str]:
    first = families.index(family)
    end = first
    while end < len(families) and families[end] == family:
        end += 1
    return families[first:end]


def test_one_family_can_be_asked_for(run: Any) -> None:
    data = json.loads(run("zoo", "--family", "vgg", "--format", "json").out)
    assert {n["family"] for n in data["networks"]} == {"VGG"}


def test_an_unknown_family_is_met_with_the_nearest(run: Any) -> None:
    outcome = run("zoo", "--family", "vg")
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err.startswith("error: the zoo has no family 'vg'; did you mean 'vgg'?\n")


def test_layers_lists_every_kind(run: Any) -> None:
    outcome = run("layers")
    assert outcome.code == 0
    words = outcome.out.split()
    assert all(cls.kind in words for cls in KINDS)
    data = json.loads(run("layers", "--format", "json").out)
    assert sorted(k["kind"] for k in data["kinds"]) == KINDS.names()


def test_one_kind_shows_printed_and_computed_figures(run: Any) -> None:
    outcome = run("layers", "convolution")
    assert "parameters: printed 608, computed 608" in outcome.out
    assert run("layers", "conv", "--format", "markdown").out.startswith("# conv\n")


def test_the_version(run: Any) -> None:
    assert run("--version").out == f"cnnanalyze {cnn.__version__}\n"
