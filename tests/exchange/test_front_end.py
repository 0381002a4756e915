"""Front ends: found by the ending of a file, their faults told as those of the file."""

from __future__ import annotations

import re
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import pytest

import cnnanalyze as cnn
from cnnanalyze.errors import PluginError
from cnnanalyze.exchange.front_end import FRONT_ENDS, MODULES, find
from cnnanalyze.language.writer import write
from cnnanalyze.testing import check_front_end
from tests.architecture.source import PACKAGE
from tests.exchange import tiny
from tests.exchange.conftest import SAMPLE
from tests.plug_ins import install, run_beside

SAMPLES = Path(__file__).parent / "samples"
PLUG_IN = ("frontends", "tiny", "acme_tiny")


def test_front_end_is_found_by_the_ending(model: Path) -> None:
    assert find(model) is tiny.read
    assert find("NET.TINY") is tiny.read
    assert find("net.tiny.yaml") is None
    assert find("tiny") is None


def test_endings_may_have_two_parts() -> None:
    with FRONT_ENDS.scoped():
        cnn.front_end(".net.txt")(tiny.read)
        assert find("some.NET.txt") is tiny.read
        assert find("net.txt") is None
        assert find("a.net") is None


def test_json_of_keras_is_told_from_specs(tmp_path: Path) -> None:
    model, spec, none = (tmp_path / name for name in ("model.json", "spec.json", "none.json"))
    model.write_text('{"module": "keras", "class_name": "Sequential", "config": {}}')
    spec.write_text('{"cnn": 1, "input": "5x5x1", "layers": ["relu"]}')
    assert find(model) is find("model.keras.json") is not None
    assert (find(spec), find(none), find(tmp_path / ".json")) == (None, None, None)
    assert [node.kind for node in cnn.load(spec)] == ["relu"]


def test_files_of_a_front_end_are_networks(model: Path) -> None:
    b = cnn.NetworkBuilder("net")
    x = b.relu(b.conv(b.input(31, 37, 3), filters=8, kernel=3))
    x = b.relu(b.conv(b.maxpool(x, 2), filters=11, kernel=5, padding=2))
    expected = b.build(outputs=b.dense(b.flatten(x), 10))
    assert cnn.load(model).network == expected
    assert cnn.analyze(str(model)).total == cnn.analyze(expected).total
    assert cnn.verify(model).is_balanced


def test_conformance_suite_accepts_a_front_end(model: Path) -> None:
    check_front_end(model)


def test_front_ends_that_come_along_have_samples_and_pass_the_conformance_suite() -> None:
    endings = " ".join(MODULES.values()).split()
    samples = {ending: sorted(SAMPLES.glob(f"*{ending}")) for ending in endings}
    lacking = [ending for ending, found in samples.items() if not found]
    assert lacking == [], f"tests/exchange/samples/ has no small file that ends in {lacking}"
    for sample in (one for found in samples.values() for one in found):
        if sample.suffix != ".tflite" or find_spec("tflite") is not None:  # an extra
            check_front_end(sample)


def test_every_front_end_of_this_package_is_in_the_table() -> None:
    room = PACKAGE / "exchange"
    decorated = {
        ".".join(path.relative_to(room).with_suffix("").parts)
        for path in room.rglob("*.py")
        if path.stem != "front_end" and DECORATED.search(path.read_text("utf-8"))
    }
    assert decorated == set(MODULES), "MODULES in cnnanalyze/exchange/front_end.py lacks some"


DECORATED = re.compile(r"^@(?:\w+\.)*front_end\(", re.MULTILINE)


@pytest.mark.parametrize("module", MODULES)
def test_every_front_end_of_this_package_has_tests_of_its_messages(module: str) -> None:
    name = module.partition(".")[0]
    here = Path(__file__).parent
    found = [*here.glob(f"test_{name}.py"), *here.glob(f"{name}/test_*.py")]
    assert found, f"tests/exchange/test_{name}.py is missing"


@pytest.mark.parametrize("ending", " ".join(MODULES.values()).split())
def test_every_front_end_of_this_package_is_in_the_guide(ending: str) -> None:
    guide = (PACKAGE.parent / "docs" / "guides" / "import.md").read_text("utf-8")
    rows = [line.split("|")[1] for line in guide.splitlines() if line.startswith("| `.")]
    said = f"the table of docs/guides/import.md does not name {ending}"
    assert any(f"`{ending}`" in row for row in rows), said


def problems(read: Callable[[Path], cnn.Network], path: Path) -> str:
    """Return what the conformance suite says of a front end."""
    with FRONT_ENDS.scoped():
        cnn.front_end(".sizes")(read)
        with pytest.raises(AssertionError) as caught:
            check_front_end(path)
    return str(caught.value)


def perceptron(sizes: list[int], name: str = "net") -> cnn.Network:
    b = cnn.NetworkBuilder(name)
    x = b.input(sizes[0])
    for n in sizes[1:]:
        x = b.dense(x, n)
    return b.build(outputs=x)


@pytest.fixture
def sizes(tmp_path: Path) -> Path:
    path = tmp_path / "net.sizes"
    path.write_text("7 5 3")
    return path


def test_conformance_suite_names_what_a_front_end_does_not_answer(sizes: Path) -> None:
    said = problems(lambda path: perceptron([int(n) for n in path.read_text().split()]), sizes)
    assert "the front end for .sizes fails on b'': IndexError: list index out of range" in said
    assert "fails on b'nan 5 3': ValueError" in said or "fails on b'1e999 5 3'" in said


def test_conformance_suite_names_a_front_end_that_is_not_registered(sizes: Path) -> None:
    with pytest.raises(AssertionError, match=r"the front end for \.sizes is not registered"):
        check_front_end(sizes)


def test_conformance_suite_names_a_network_that_changes(sizes: Path) -> None:
    numbers = iter(range(1, 1_000))
    said = problems(lambda _: perceptron([7, next(numbers)]), sizes)
    assert "the front end for .sizes reads another network every time" in said


def test_conformance_suite_writes_networks_of_several_inputs(
    sizes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    b = cnn.NetworkBuilder("net")
    two = b.build(outputs=b.subtract(b.input(7, name="left"), b.input(7, name="right")))
    swapped = write(two).replace("[left, right]", "[right, left]")
    monkeypatch.setattr("cnnanalyze.testing.write", lambda _: swapped)
    assert problems(lambda _: two, sizes) == (
        "the front end for .sizes gives a network that is another one when it is written and read "
        "again"
    )


@pytest.mark.parametrize(
    ("ending", "said"),
    [
        ("tiny", "cannot read files that end in 'tiny'"),
        (".Tiny", "cannot read files that end in '.Tiny'"),
        (".yaml", "cannot have '.yaml': such files are specs"),
    ],
)
def test_endings_that_cannot_be_had_are_refused(ending: str, said: str) -> None:
    with pytest.raises(PluginError) as caught:
        cnn.front_end(ending)(tiny.read)
    assert caught.value.message == f"the front end read of tests.exchange.tiny {said}"


@pytest.mark.usefixtures("model")
def test_ending_that_is_taken_is_refused() -> None:
    with pytest.raises(PluginError) as caught:
        cnn.front_end(".tiny")(perceptron)
    (fault,) = caught.value.faults
    assert fault.message == "front end '.tiny' is registered already, by tests.exchange.tiny"
    assert fault.help == "choose another ending"


def test_front_end_of_an_installed_package_is_found(tmp_path: Path) -> None:
    text = Path(tiny.__file__).read_text("utf-8")
    text = text.replace("def read", '@cnn.front_end(".tiny")\ndef read')
    install(tmp_path, *PLUG_IN, text)
    (tmp_path / "net.tiny").write_text(SAMPLE)
    done = run_beside(tmp_path, "summary", "net.tiny", "--columns", "name,parameters", "-f", "csv")
    assert done.stdout.splitlines()[1:3] == ["conv1,224", "relu1,0"]
    assert (done.returncode, done.stderr) == (0, "")


def test_package_that_cannot_be_loaded_is_named(tmp_path: Path) -> None:
    install(tmp_path, *PLUG_IN, "raise RuntimeError('out of order')")
    done = run_beside(tmp_path, "summary", "net.tiny")
    assert done.returncode == 2
    assert done.stderr == (
        "error: the front end plug-in 'tiny' (acme_tiny) cannot be loaded: out of order\n"
        "  help: mend or uninstall the package that provides it\n"
    )
