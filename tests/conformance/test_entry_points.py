"""Entry points: other packages are asked when a kind is missed, once, and their faults are said."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

import cnnanalyze as cnn
from cnnanalyze.cli import run
from cnnanalyze.errors import PluginError, SpecError
from cnnanalyze.layers.activation import Relu
from cnnanalyze.layers.base import KINDS

SPEC = "{cnn: 1, input: 5x7x3, layers: [relu, acme.twice]}"


@dataclass
class Entry:
    """What importlib.metadata returns for an installed plug-in."""

    name: str = "acme"
    value: str = "acme.layers"
    error: Exception | None = None
    loaded: int = 0

    def load(self) -> Any:
        self.loaded += 1
        if self.error is not None:
            raise self.error

        @cnn.layer("acme.twice")
        class Twice(cnn.Layer):
            """Twice the input."""

            def shape(self, *inputs: cnn.Shape) -> cnn.Shape:
                return inputs[0]

            def cost(self, output: cnn.Shape, *_: cnn.Shape) -> cnn.Cost:
                return cnn.Cost(multiply=output.count)


@pytest.fixture(autouse=True)
def unsearched(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Forget that the plug-ins of this machine have been read."""
    monkeypatch.setattr(KINDS, "_searched", False)
    with KINDS.scoped():
        yield


def install(monkeypatch: pytest.MonkeyPatch, *entries: Entry) -> None:
    def found(*, group: str) -> tuple[Entry, ...]:
        return entries if group == "cnnanalyze.layers" else ()

    monkeypatch.setattr("importlib.metadata.entry_points", found)


def test_plug_in_is_loaded_when_its_kind_is_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    entry = Entry()
    install(monkeypatch, entry)
    assert cnn.loads("{cnn: 1, input: 5x7x3, layers: [relu]}").nodes
    assert entry.loaded == 0
    assert cnn.loads(SPEC)["acme.twice1"].kind == "acme.twice"
    assert cnn.loads(SPEC)["acme.twice1"].kind == "acme.twice"
    assert entry.loaded == 1


def test_plug_ins_are_asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    entry = Entry()
    install(monkeypatch, entry)
    for _ in range(2):
        with pytest.raises(SpecError, match=r"unknown layer kind or block 'acme\.thrice'"):
            cnn.loads(SPEC.replace("twice", "thrice"))
    assert entry.loaded == 1


def test_plug_in_that_cannot_be_loaded_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, Entry(error=ImportError("No module named 'acme_core'")))
    with pytest.raises(PluginError) as caught:
        KINDS.get("acme.twice")
    assert str(caught.value) == (
        "error: the layer kind plug-in 'acme' (acme.layers) cannot be loaded: "
        "No module named 'acme_core'\n"
        "  help: mend or uninstall the package that provides it"
    )


def test_plug_in_that_cannot_be_loaded_is_a_fault_of_the_line(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    install(monkeypatch, Entry(error=ImportError("No module named 'acme_core'")))
    with pytest.raises(SpecError) as caught:
        cnn.loads(SPEC)
    assert (
        "<text>:1:39: error: the layer kind plug-in 'acme' (acme.layers) cannot be loaded"
        in str(caught.value)
    )


def test_plug_in_may_not_take_a_name_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    class Taking(Entry):
        def load(self) -> Any:
            cnn.layer("conv")(type("Conv", (Relu,), {}))

    install(monkeypatch, Taking())
    with pytest.raises(PluginError, match=r"cannot be loaded: .*carries no dot"):
        KINDS.get("acme.twice")


def test_the_list_of_kinds_has_those_of_other_packages(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    install(monkeypatch, Entry())
    monkeypatch.setattr("cnnanalyze.core.registry._is_provided", lambda _: True)
    assert run(["layers"]) == 0
    lines = capsys.readouterr().out.splitlines()
    at = next(i for i, line in enumerate(lines) if line.split()[:1] == ["acme.twice"])
    assert "Twice the input." in lines[at]
    assert [line for line in lines[:at] if line][-1] == "acme"
    assert run(["layers", "acme.twice"]) == 0
    assert "Twice the input." in capsys.readouterr().out
