"""``import``: networks of other programs as specs that are read again."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import pytest

import cnnanalyze as cnn
from tests.conftest import Run
from tests.exchange.keras.models import layer, model, start, tensor

SAMPLES = Path(__file__).parent.parent / "exchange" / "samples"


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with files of other programs."""
    for path in SAMPLES.iterdir():
        shutil.copy(path, tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("flat", [False, True])
@pytest.mark.parametrize("name", sorted(path.name for path in SAMPLES.iterdir()))
def test_spec_is_the_network_of_the_file(name: str, flat: bool, place: Path, run: Run) -> None:
    outcome = run("import", name, *(["--flat"] if flat else []), "-o", "net.yaml")
    assert (outcome.code, outcome.out) == (0, "")
    there, here = cnn.analyze(place / name), cnn.analyze(place / "net.yaml")
    assert there.total == here.total
    if flat:
        assert cnn.load(place / "net.yaml").nodes == cnn.load(place / name).nodes


@pytest.mark.usefixtures("place")
def test_spec_of_an_onnx_file_is_what_people_write(run: Run) -> None:
    assert run("import", "small.onnx").out == (
        "cnn: 1\n"
        "name: small\n"
        "input: 10x14x3\n"
        "layers:\n"
        "  - conv: {filters: 5, kernel: 3, padding: 1}\n"
        "  - relu\n"
        "  - maxpool: 2\n"
        "  - add: [[], [{conv: {filters: 5, kernel: 1, bias: false}}]]\n"
        "  - {dense: 7, as: head}\n"
    )


@pytest.mark.usefixtures("place")
def test_other_sizes_and_a_part_of_the_network(run: Run) -> None:
    whole = run("import", "small.keras", "--input", "input_layer=17x7x3", "--flat").out
    assert "input: 17x7x3\n" in whole
    part = run("import", "small.keras", "--output", "sum", "--flat").out
    assert part.splitlines()[-1].strip().startswith("- {add")
    small = run("import", "small.cfg", "--input", "input=17x7")
    assert "input: 17x7x3\n" in small.out


@pytest.mark.usefixtures("place")
@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            ("small.keras", "--input", "x"),
            "error: --input takes NAME=SHAPE, not 'x'\n  help: for example --input x=3x224x224\n",
        ),
        (
            ("small.keras", "--input", "x=0x5"),
            (
                "error: --input takes NAME=SHAPE, not 'x=0x5'\n"
                "  help: for example --input x=3x224x224\n"
            ),
        ),
        (
            ("small.keras", "--input", "x=5x5x3"),
            "error: small.keras: there is no input 'x'; the inputs are 'input_layer'\n",
        ),
        (
            ("small.keras", "--output", "x"),
            (
                "error: small.keras: there is no layer 'x' in the model 'small'\n"
                "  help: its last ones are 'sum', 'gap', 'dense'\n"
            ),
        ),
        (
            ("small.cfg", "--output", "x"),
            (
                "error: small.cfg cannot be read for other outputs\n"
                "  help: the front end cnnanalyze.exchange.darknet.read reads such files as they "
                "are\n"
            ),
        ),
        (
            ("small.keras", "-o", "net.json"),
            (
                "error: this command writes no .json file: 'net.json'\n"
                "  help: the name can end in .yaml\n"
            ),
        ),
        (("nowhere.onnx",), "error: there is no file nowhere.onnx\n"),
    ],
)
def test_what_is_refused(words: tuple[str, ...], said: str, run: Run) -> None:
    outcome = run("import", *words)
    assert (outcome.code, outcome.out, outcome.err) == (2, "", said)


def test_what_the_network_does_not_show_is_noted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Run
) -> None:
    monkeypatch.chdir(tmp_path)
    code = layer("Lambda", "code", "x")
    last = layer("ReLU", "relu", tensor("code", (13, 11, 7)))
    Path("net.keras.json").write_text(json.dumps(model(start(), code, last)))
    outcome = run("import", "net.keras.json", "-o", "net.yaml")
    note = "layer 'code' (Lambda) is opaque: code is not run"
    assert (outcome.code, outcome.err) == (0, f"note: net.keras.json: {note}\n")
    assert Path("net.yaml").read_text().startswith(f"# {note}\ncnn: 1\n")


@pytest.mark.usefixtures("place")
def test_findings_name_the_nodes_of_the_file(run: Run) -> None:
    outcome = run("lint", "small.onnx", "--select", "PC001")
    assert outcome.out.startswith(
        "small.onnx:7:1: info[PC001] fc-dominates: this dense layer on a map of 5x7x5 holds 88 % "
        "of the parameters\n"
        "  |\n"
        "7 | node '/head/Gemm' (Gemm)\n"
    )


@pytest.mark.usefixtures("place")
def test_functions_of_python_read_files_whatever_they_are_called(place: Path) -> None:
    for name in ("small.onnx", "small.keras", "small.cfg"):
        shutil.copy(name, place / f"{name}.bin")
    assert cnn.from_onnx("small.onnx.bin") == cnn.load("small.onnx")
    assert cnn.from_keras("small.keras.bin") == cnn.load("small.keras")
    net = cnn.from_darknet("small.cfg.bin", inputs={"input": (29, 33)})
    assert net.nodes == cnn.load("small.cfg").nodes
    half = cnn.from_onnx(Path("small.onnx"), outputs=["b"])
    assert [node.kind for node in half] == ["conv", "relu"]


# --- code -----------------------------------------------------------------------------------------


def test_code_is_run_only_if_that_is_asked_for(place: Path, run: Run) -> None:
    (place / "nets.py").write_text("raise SystemExit('run')\n")
    outcome = run("import", "nets:small")
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err == (
        "error: nets:small is code, and to import it is to run it\n"
        "  help: add --run-code if you trust it; a file such as model.onnx needs none of that\n"
    )


@pytest.mark.parametrize(
    ("text", "options", "said"),
    [
        ("small = 3", (), "nets:small gives no module: TypeError: 'int' object is not callable"),
        ("def small(): return 3", (), "nets:small gives int, which is no PyTorch module"),
        ("", (), "nets:small gives no module: AttributeError: module 'nets' has no attribute"),
        (
            "",
            ("--output", "x"),
            "--output and --shape name values of a file, and a module has none",
        ),
    ],
)
def test_code_that_makes_no_module_is_refused(
    text: str, options: tuple[str, ...], said: str, place: Path, run: Run
) -> None:
    sys.modules.pop("nets", None)
    (place / "nets.py").write_text(text)
    outcome = run("import", "nets:small", "--run-code", *options)
    sys.modules.pop("nets", None)
    assert outcome.code == 2
    assert f"error: {said}" in outcome.err
