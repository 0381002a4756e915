"""The reference of the layer kinds: complete, computed live."""

from __future__ import annotations

import re
from collections import Counter

import pytest

import cnnanalyze.layers
from cnnanalyze.cli import run
from cnnanalyze.language.vocabulary import words_of
from cnnanalyze.layers.base import KINDS
from cnnanalyze.report import layer_reference
from cnnanalyze.report.writers import render

ALL = list(KINDS)


@pytest.mark.parametrize("cls", ALL, ids=lambda c: c.kind)
def test_every_kind_is_explained(cls: layer_reference.Kind) -> None:
    text = render(layer_reference.explained(cls))
    assert cls.kind in text
    assert "``" not in text
    for name, info in cls.model_fields.items():
        assert name in text
        assert info.description, f"{cls.kind}.{name} has no description"
        assert words_of(info) not in {"", "anything"}
    lines = render(layer_reference.contents()).splitlines()
    assert sum(line.startswith(f"{cls.kind} ") for line in lines) == 1
    assert layer_reference.family_of(cls) in layer_reference.TITLES


@pytest.mark.parametrize("cls", ALL, ids=lambda c: c.kind)
def test_the_data_hold_what_the_class_says(cls: layer_reference.Kind) -> None:
    data = layer_reference.to_dict(cls)
    assert data["kind"] == cls.kind
    assert [a["name"] for a in data["attributes"]] == list(cls.model_fields)
    for example, shown in zip(cls.examples, data["examples"], strict=True):
        assert shown["computed"]["output"] == example.output
        if example.parameters is not None:
            assert shown["computed"]["parameters"] == example.parameters


def test_an_alias_finds_its_kind() -> None:
    assert cnnanalyze.layers is not None
    assert layer_reference.find("fc").kind == "dense"


@pytest.mark.parametrize(
    "command", ["layers", "rule", "layers conv", "layers resize", "rule CV003"]
)
@pytest.mark.parametrize("columns", [40, 80])
def test_references_fit_the_columns_of_the_terminal(
    command: str, columns: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    assert run(command.split()) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line for line in lines if len(line) > columns and not line.startswith("    ")] == []
    monkeypatch.delenv("COLUMNS")
    run(command.split())
    whole = capsys.readouterr().out
    # Columns of text are broken each by itself, or become lines, whose first says no heading.
    assert words(whole) - words("attribute layer") <= words("\n".join(lines))


def words(text: str) -> Counter[str]:
    """Return the words of a text, however its lines are broken."""
    return Counter(re.findall(r"\w+", text))
