"""What is given to the Python functions: each either works as expected or says what is wrong."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import cnnanalyze as cnn

TEXT = "{cnn: 1, name: tiny, input: 7x5x3, layers: [{conv: {filters: 2, kernel: 3}}, bn, relu]}"


@pytest.fixture
def report() -> cnn.Report:
    return cnn.analyze(cnn.loads(TEXT))


def refusal(call: Callable[[], object]) -> tuple[str, str]:
    """Return the message of a fault and what it advises."""
    with pytest.raises(cnn.CnnError) as caught:
        call()
    (fault,) = caught.value.faults
    return fault.message, fault.help


# --- layers of a report ---------------------------------------------------------------------------


def test_a_layer_is_found_by_its_place(report: cnn.Report) -> None:
    assert report[0] is report["conv1"]
    assert report[-1] is report["relu1"]
    assert report.network[1].kind == "batchnorm"
    assert report.analysis[2] is report["relu1"]


def test_a_report_knows_whether_it_has_a_layer(report: cnn.Report) -> None:
    assert "conv1" in report
    assert "conv2" not in report
    assert report["conv1"] in report
    assert cnn.analyze(cnn.loads(TEXT))["conv1"] not in report
    assert 0 not in report
    assert report.network.nodes[0] in report.network
    assert "conv1" in report.network


def test_a_place_behind_the_last_layer(report: cnn.Report) -> None:
    for place in (3, -4):
        assert refusal(lambda place=place: report[place]) == (  # type: ignore[misc]
            f"tiny has 3 layers, so there is none at place {place}",
            "places begin at 0; -1 is the last layer",
        )


@pytest.mark.parametrize("what", [None, 1.5, True, ("conv1",)])
def test_what_is_neither_an_id_nor_a_place(report: cnn.Report, what: object) -> None:
    assert refusal(lambda: report[what]) == (  # type: ignore[index]
        f"a layer is looked up by its id or its index, not by {what!r}",
        "the ids are those of the table; list(network) has all layers",
    )


def test_an_unknown_id_is_met_with_the_nearest(report: cnn.Report) -> None:
    message, _ = refusal(lambda: report["conv"])
    assert message == "tiny has no layer 'conv'; did you mean 'conv1'?"


# --- networks -------------------------------------------------------------------------------------

TAKING = {
    "analyze": cnn.analyze,
    "verify": cnn.verify,
    "explain": cnn.explain,
    "lint": cnn.lint,
    "load": cnn.load,
}


@pytest.mark.parametrize("name", TAKING)
def test_a_dict_is_no_network(name: str) -> None:
    assert refusal(lambda: TAKING[name]({"cnn": 1})) == (  # type: ignore[operator]
        "a network is a Network, a file or 'zoo:NAME', not a dict",
        "YAML reads JSON: cnnanalyze.loads(json.dumps(spec))",
    )


@pytest.mark.parametrize("name", TAKING)
def test_a_report_is_no_network(name: str, report: cnn.Report) -> None:
    assert refusal(lambda: TAKING[name](report)) == (  # type: ignore[operator]
        "a network is a Network, a file or 'zoo:NAME', not a Report",
        "its network is report.network",
    )


@pytest.mark.parametrize(
    ("given", "said"), [(None, "None"), (5, "an int"), (b"net.yaml", "a bytes"), ([], "a list")]
)
def test_what_is_no_name_of_a_file(given: object, said: str) -> None:
    assert refusal(lambda: cnn.analyze(given)) == (  # type: ignore[arg-type]
        f"a network is a Network, a file or 'zoo:NAME', not {said}",
        "name a file, such as 'net.yaml'",
    )


@pytest.mark.parametrize("text", [TEXT, "cnn: 1\ninput: 7x5x3\nlayers: [relu]", "# mine\ncnn: 1"])
def test_a_text_is_not_taken_for_the_name_of_a_file(text: str) -> None:
    assert refusal(lambda: cnn.analyze(text)) == (
        "this is the text of a spec, not the name of a file",
        "cnnanalyze.loads(text) reads a text",
    )


def test_loads_takes_a_text(tmp_path: Path) -> None:
    assert refusal(lambda: cnn.loads({"cnn": 1})) == (  # type: ignore[arg-type]
        "the text of a spec is a str, not a dict",
        "YAML reads JSON: cnnanalyze.loads(json.dumps(spec))",
    )
    assert refusal(lambda: cnn.loads(tmp_path)) == (  # type: ignore[arg-type]
        f"the text of a spec is a str, not a {type(tmp_path).__name__}",
        "cnnanalyze.load(path) reads a file",
    )


# --- settings -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "call", [cnn.analyze, cnn.lint, cnn.verify, cnn.explain], ids=lambda f: f.__name__
)
def test_settings_beside_a_network_are_not_ignored(call: Callable[..., object]) -> None:
    network = cnn.load("zoo:mobilenet_v1")
    assert refusal(lambda: call(network, settings={"width": 0.5})) == (
        "MobileNet v1 is read already, so 'width' cannot be set any more",
        "set it where the spec is read: cnnanalyze.load(path, settings={'width': ...})",
    )


def test_settings_are_set() -> None:
    half = {"width": 0.5}
    assert cnn.analyze("zoo:mobilenet_v1", settings=half).total.parameters == 1_331_592
    assert cnn.explain("zoo:mobilenet_v1", settings=half).value == 1_331_592
    assert cnn.load("zoo:mobilenet_v1", settings=half).settings == (("width", 0.5),)
    small = "{cnn: 1, input: 5x5x1, params: {n: 2}, layers: [{conv: {filters: $n, kernel: 3}}]}"
    assert cnn.loads(small, settings={"n": 7}).nodes[0].output.channels == 7
    with pytest.raises(cnn.SpecError, match="has no parameter 'width'"):
        cnn.verify("zoo:lenet5", settings=half)
    (finding,) = cnn.lint("zoo:lenet5", settings=half, select="SP")
    assert "has no parameter 'width'" in finding.message


def test_misspelt_settings_beside_a_network_are_not_ignored() -> None:
    network = cnn.load("zoo:mobilenet_v1")
    message, advice = refusal(lambda: cnn.analyze(network, settings={"widht": 0.5}))
    assert message == (
        "MobileNet v1 is read already, so 'widht' cannot be set any more; did you mean 'width'?"
    )
    assert advice.startswith("it has width, resolution, activation, last_stride; set")
    bare = cnn.loads("{cnn: 1, input: 5x5x1, layers: [relu]}")
    assert refusal(lambda: cnn.analyze(bare, settings={"width": 0.5}))[1] == "it has no parameters"


def test_settings_are_a_mapping_from_names() -> None:
    advice = "for example settings={'width': 0.5}"
    assert refusal(lambda: cnn.load("zoo:lenet5", settings=[3])) == (  # type: ignore[arg-type]
        "settings are a mapping from names to values, not a list",
        advice,
    )
    assert refusal(lambda: cnn.load("zoo:lenet5", settings={3: 5})) == (  # type: ignore[dict-item]
        "settings have names, not 3",
        advice,
    )


def test_a_network_made_without_a_spec_has_nothing_to_set() -> None:
    network = cnn.loads("{cnn: 1, name: tiny, input: 5x5x1, layers: [relu]}").network
    assert refusal(lambda: cnn.analyze(network, settings={"width": 0.5})) == (
        "tiny was made without a spec, so it has no 'width' to set",
        "build it again with the other value",
    )


def test_codes_and_columns_may_stand_in_one_text(report: cnn.Report) -> None:
    by_text = cnn.lint("zoo:lenet5", select="RF,NA", profile="strict").findings
    by_list = cnn.lint("zoo:lenet5", select=["RF", "NA"], profile="strict").findings
    assert by_text == by_list
    assert report.render("csv", columns="name, field") == report.render(
        "csv", columns=("name", "field")
    )


def test_where_a_file_is_needed_a_network_is_refused_as_one(report: cnn.Report) -> None:
    message, hint = refusal(lambda: cnn.gallery(report.network))  # type: ignore[arg-type]
    assert (
        message == "a file or 'zoo:NAME' is needed here, and tiny is a network that is read already"
    )
    assert hint == "cnnanalyze.dumps(network) is what a file of it would hold"


def test_one_layer_is_one_layer_to_look_at() -> None:
    report = cnn.analyze(cnn.loads("{cnn: 1, input: 5x5x1, layers: [relu]}"))
    assert repr(report).startswith("<Report of <text>: 1 layer, 0 parameters")
    assert repr(report.analysis).startswith("<Analysis of <text>: 1 layer, ")


# --- other arguments ------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "least"), [("limit", 1), ("operations", 1), ("lines", 3)])
@pytest.mark.parametrize("value", ["5", -1, 0, 1.5, True])
def test_bounds_are_whole_numbers(report: cnn.Report, name: str, least: int, value: object) -> None:
    assert refusal(lambda: cnn.verify(report.network, **{name: value})) == (  # type: ignore[arg-type]
        f"'{name}' is a whole number from {least} on, not {value!r}",
        "",
    )


def test_lines_are_as_many_in_python_as_the_command_takes_at_least(report: cnn.Report) -> None:
    assert refusal(lambda: cnn.verify(report.network, lines=2))[0] == (
        "'lines' is a whole number from 3 on, not 2"
    )
    assert dict(cnn.verify(report.network, lines=3).compared)["receptive field"]


def test_a_layer_to_explain_may_be_given_by_its_place(report: cnn.Report) -> None:
    assert cnn.explain(report.network, 0).value == cnn.explain(report.network, "conv1").value
    message, _ = refusal(lambda: cnn.explain(report.network, 7))
    assert message == "tiny has 3 layers, so there is none at place 7"
    message, _ = refusal(lambda: cnn.explain(report.network, "conv1", None))  # type: ignore[arg-type]
    assert message == "'conv1' has no quantity 'None' to explain"


def test_sheets_and_answers_are_files() -> None:
    hint = "name a file, such as 'net.yaml'"
    for call in (lambda: cnn.solve({}), lambda: cnn.grade({}, {})):  # type: ignore[arg-type]
        assert refusal(call) == ("a sheet is a file or 'zoo:NAME', not a dict", hint)
    assert refusal(lambda: cnn.grade("zoo:first_course", 5)) == (  # type: ignore[arg-type]
        "answers are files or mappings, not an int",
        hint,
    )
