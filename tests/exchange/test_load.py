"""Loading: what is wrong with a file of another form is told at its place."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import cnnanalyze as cnn
from cnnanalyze.errors import PluginError
from cnnanalyze.exchange.front_end import FRONT_ENDS


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "input 31 37 3\nconv filters=8 kernel=33\n",
            (
                "net.tiny:2:16: error: conv1: kernel extent 33 does not fit into height 31: "
                "33 > 31\n"
                "  |\n"
                "2 | conv filters=8 kernel=33\n"
                "  |                ^^^^^^^^^\n"
                "  help: use 'padding: same', a smaller kernel or a larger input"
            ),
        ),
        (
            "input 31 37 3\nconv filters=8 kernal=3\n",
            (
                "net.tiny:2:16: error: conv1: 'conv' has no attribute 'kernal'; it takes kernel, "
                "stride, padding, dilation, bias, filters, groups, weight_standardized, gain; "
                "did you mean 'kernel'?\n"
                "  |\n"
                "2 | conv filters=8 kernal=3\n"
                "  |                ^^^^^^^^\n"
                "\n"
                "net.tiny:2:1: error: conv1: 'conv' needs 'kernel'\n"
                "  |\n"
                "2 | conv filters=8 kernal=3\n"
                "  | ^^^^\n"
                "  help: kernel: size of the kernel, for all axes or per axis"
            ),
        ),
        (
            "input 31 37 3\nconv filters=-8 kernel=3\n",
            (
                "net.tiny:2:6: error: conv1: filters must be a whole number of at least 1, not -8\n"
                "  |\n"
                "2 | conv filters=-8 kernel=3\n"
                "  |      ^^^^^^^^^^"
            ),
        ),
        (
            "input 31 37 3\n  rulu\n",
            (
                "net.tiny:2:3: error: there is no layer kind 'rulu'; did you mean 'relu'?\n"
                "  |\n"
                "2 |   rulu\n"
                "  |   ^^^^\n"
                "  help: 'cnnanalyze layers' lists them"
            ),
        ),
        (
            "input 31 0 3\n",
            (
                "net.tiny:1:1: error: every extent of an input must be a whole number of at least "
                "1 and at most 1,000,000,000,000, not 0\n"
                "  |\n"
                "1 | input 31 0 3\n"
                "  | ^^^^^"
            ),
        ),
        (
            "input 31 37 x\n",
            (
                "net.tiny:1:13: error: 'x' is no whole number\n"
                "  |\n"
                "1 | input 31 37 x\n"
                "  |             ^\n"
                "  help: write digits, such as 3"
            ),
        ),
        (
            "input 31 37 3\n",
            ("error: net.tiny: net has no layers"),
        ),
    ],
)
def test_faults_are_told_at_their_places(
    text: str, said: str, model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model.write_text(text)
    monkeypatch.chdir(model.parent)
    with pytest.raises(cnn.SpecError) as caught:
        cnn.load("net.tiny")
    assert str(caught.value) == said


def test_file_that_is_missing_is_told_as_for_specs(model: Path) -> None:
    with pytest.raises(cnn.UsageError) as caught:
        cnn.load(model.parent / "other.tiny")
    assert caught.value.message == f"there is no file {model.parent / 'other.tiny'}"


def test_settings_are_refused(model: Path) -> None:
    with pytest.raises(cnn.UsageError) as caught:
        cnn.load(model, settings={"width": 2})
    (fault,) = caught.value.faults
    assert fault.message == f"{model} is no spec, so it has no parameter 'width'"
    assert fault.help == (
        "'cnnanalyze.dumps' writes its network as a spec, where parameters can be added"
    )


def crash(path: Path) -> cnn.Network:
    raise KeyError(path.suffix)


def give_something_else(path: Path) -> cnn.Network:
    return {"name": path.stem}  # type: ignore[return-value] # that is what is tested


@pytest.mark.parametrize(
    ("read", "said"),
    [
        (crash, "the front end tests.exchange.test_load.crash failed: KeyError: '.broken'"),
        (
            give_something_else,
            (
                "the front end tests.exchange.test_load.give_something_else gave dict, which is no "
                "network"
            ),
        ),
    ],
)
def test_front_end_that_fails_is_named(
    read: Callable[[Path], cnn.Network], said: str, tmp_path: Path
) -> None:
    path = tmp_path / "net.broken"
    path.write_text("")
    with FRONT_ENDS.scoped():
        cnn.front_end(".broken")(read)
        with pytest.raises(PluginError) as caught:
            cnn.load(path)
    assert caught.value.message == f"{path} cannot be read: {said}"


def test_findings_and_nodes_know_their_places(model: Path) -> None:
    node = cnn.load(model)["conv2"]
    assert (str(node.mark), str(node.place("kernel"))) == (f"{model}:5:1", f"{model}:5:17")
