"""Loading: what is wrong with a file of another form is told at its place."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

import cnnanalyze as cnn
from cnnanalyze.errors import PluginError
from cnnanalyze.exchange.front_end import FRONT_ENDS
from cnnanalyze.exchange.load import load
from cnnanalyze.exchange.recipes import RECIPES
from cnnanalyze.language.spec import spec_of
from tests.conftest import Run
from tests.exchange import tiny


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
                "  |                ^^^^^^^^"
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
                "net.tiny:1:13: error: 'x' is not a whole number\n"
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
    assert fault.message == f"{model} is not a spec, so it has no parameter 'width'"
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


def test_other_inputs_and_outputs_are_asked_of_front_ends_that_know_them(tmp_path: Path) -> None:
    asked: list[object] = []

    def read(
        path: Path,
        *,
        inputs: Mapping[str, Sequence[int]] | None = None,
        outputs: Sequence[str] = (),
    ) -> cnn.Network:
        asked.append((path.name, inputs, outputs))
        b = cnn.NetworkBuilder("net")
        return b.build(outputs=b.relu(b.input(*(inputs or {"x": (7, 3)})["x"])))

    path = tmp_path / "net.sized"
    path.write_text("")
    with FRONT_ENDS.scoped():
        cnn.front_end(".sized")(read)
        assert str(load(path).input) == "7x3"
        assert str(load(path, inputs={"x": (11, 5)}, outputs=["y"]).input) == "11x5"
    assert asked == [("net.sized", None, ()), ("net.sized", {"x": (11, 5)}, ["y"])]


def test_front_end_that_reads_files_as_they_are_says_so(model: Path) -> None:
    for word, given in (("inputs", {"x": (1,)}), ("outputs", ["y"])):
        with pytest.raises(cnn.UsageError) as caught:
            load(model, **{word: given})  # type: ignore[arg-type] # one of two words
        (fault,) = caught.value.faults
        assert fault.message == f"{model} cannot be read for other {word}"
        assert fault.help == "the front end tests.exchange.tiny.read reads such files as they are"


def test_specs_have_the_inputs_that_they_say(tmp_path: Path) -> None:
    with pytest.raises(cnn.UsageError) as caught:
        load(tmp_path / "net.yaml", inputs={"x": (1,)})
    (fault,) = caught.value.faults
    assert fault.message == (
        f"{tmp_path / 'net.yaml'} is a spec, whose inputs and outputs are those that it says"
    )
    assert fault.help == "only of files of other programs others can be asked for"


def test_notes_of_a_front_end_are_told(
    model: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read(path: Path) -> cnn.Network:
        return replace(spec_of(tiny.read(path)), notes=("it is quantised",))

    monkeypatch.chdir(model.parent)
    with FRONT_ENDS.scoped():
        cnn.front_end(".noted")(read)
        model.rename("net.noted")
        assert cnn.load("net.noted").notes == ("it is quantised",)
        outcome = run("summary", "net.noted")
    assert (outcome.code, outcome.err) == (0, "note: net.noted: it is quantised\n")


@pytest.mark.parametrize("ending", RECIPES)
def test_files_that_are_not_read_have_a_recipe(ending: str, tmp_path: Path) -> None:
    path = tmp_path / f"model{ending}"
    path.write_bytes(b"\x80\x04cos\nsystem\n")
    with pytest.raises(cnn.UsageError) as caught:
        cnn.load(path)
    (fault,) = caught.value.faults
    why, how = RECIPES[ending]
    assert (fault.message, fault.help) == (f"{path} is not read: {why}", how)


def test_code_is_refused_with_the_way_by_import(run: Run) -> None:
    outcome = run("summary", "nets:small")
    assert outcome.code == 2
    assert outcome.err == (
        "error: nets:small is not read: it is code, and to read it is to run it\n"
        "  help: if you trust it, 'cnnanalyze import nets:small --run-code -o net.yaml' makes a "
        "spec\n"
    )


def test_pickles_are_refused_with_the_way_by_onnx() -> None:
    with pytest.raises(cnn.UsageError) as caught:
        cnn.load("resnet50.pth")
    assert str(caught.value) == (
        "error: resnet50.pth is not read: it is a pickle of Python, and to open one is to run it\n"
        "  help: in a script of your own: torch.onnx.export(model, (example,), 'model.onnx', "
        "dynamo=True); the ONNX file is read"
    )
