"""The input: its forms, its values, and the parameters that it may depend on."""

from __future__ import annotations

import pytest

import cnnanalyze as cnn
from cnnanalyze.core.shape import Shape


def load(written: str, more: str = "", **settings: object) -> cnn.Spec:
    return cnn.loads(
        f"cnn: 1\ninput: {written}\n{more}layers: [relu]\n", name="net", settings=settings
    )


def refusal(written: str, more: str = "", **settings: object) -> str:
    with pytest.raises(cnn.SpecError) as caught:
        load(written, more, **settings)
    return str(caught.value)


FORMS = (
    "'input' must be one of {height, width, channels}, {length, channels}, {features}, "
    "{depth, height, width, channels} or {values}, "
)


@pytest.mark.parametrize(
    ("written", "shape"),
    [
        ("224x223x3", Shape((224, 223), 3)),
        ("224 x 223 x 3", Shape((224, 223), 3)),
        ("224×223×3", Shape((224, 223), 3)),
        ("128x9", Shape((128,), 9)),
        ("784", Shape((), 784)),
        ("7x11x13x2", Shape((7, 11, 13), 2)),
        ("{height: 224, width: 223, channels: 3}", Shape((224, 223), 3)),
        ("{channels: 3, width: 223, height: 224}", Shape((224, 223), 3)),
        ("{length: 128, channels: 9}", Shape((128,), 9)),
        ("{features: 784}", Shape((), 784)),
        ("{depth: 7, height: 11, width: 13, channels: 2}", Shape((7, 11, 13), 2)),
        ("1000000x1000000x3", Shape((10**6, 10**6), 3)),
    ],
)
def test_forms(written: str, shape: Shape) -> None:
    net = load(written)
    assert net.input == shape
    assert net.values is None


def test_an_input_of_parameters() -> None:
    params = "params: {size: 31, c: 3}\n"
    assert load("${size}x${size + 6}x$c", params).input == Shape((31, 37), 3)
    assert load("${size}x${size + 6}x$c", params, size=11).input == Shape((11, 17), 3)
    mapping = "{height: $size, width: 2 * $size, channels: $c}"
    assert load(mapping, params).input == Shape((31, 62), 3)


@pytest.mark.parametrize(
    ("written", "shape", "values"),
    [
        (
            "{values: [[1, 2, 3], [4, 5, 6]]}",
            Shape((2, 3), 1),
            (((1,), (2,), (3,)), ((4,), (5,), (6,))),
        ),
        ("{values: [1, 2, 5]}", Shape((3,), 1), ((1,), (2,), (5,))),
        ("{values: [[[1, 2], [3, 4]]]}", Shape((1, 2), 2), (((1, 2), (3, 4)),)),
        ("{features: 3, values: [1, 2.5, -3]}", Shape((), 3), (1, 2.5, -3)),
        ("{height: 1, width: 2, channels: 1, values: [[1, 2]]}", Shape((1, 2), 1), (((1,), (2,)),)),
        ("{length: 2, channels: 2, values: [[1, 2], [3, 4]]}", Shape((2,), 2), ((1, 2), (3, 4))),
        ("{features: 1, values: 7}", Shape((), 1), (7,)),
    ],
)
def test_values(written: str, shape: Shape, values: object) -> None:
    net = load(written)
    assert (net.input, net.values) == (shape, values)


def test_a_bare_list_is_refused_with_an_explanation() -> None:
    assert refusal("[3, 31, 37]") == (
        "net:2:8: error: ambiguous order of the bare list [3, 31, 37]: "
        "height first, or channels first as in PyTorch?\n"
        "  |\n"
        "2 | input: [3, 31, 37]\n"
        "  |        ^\n"
        "  help: write 'input: 3x31x37' (height x width x channels), or 'input: 31x37x3' if the "
        "channels came first, or a mapping {height: 224, width: 224, channels: 3}"
    )


@pytest.mark.parametrize(
    ("written", "said"),
    [("[null, 31, 3]", "the bare list [null, 31, 3]:"), ("[31, ~, 3]", "list [31, null, 3]:")],
)
def test_a_null_in_a_bare_list_is_quoted_as_null(written: str, said: str) -> None:
    assert said in refusal(written)


HOW = "  help: input: 224x224x3 (an image), 128x9 (a signal) or 784 (a vector)"


@pytest.mark.parametrize(
    ("written", "message", "place"),
    [
        ("31 by 37", "the input must be written as height x width x channels, not '31 by 37'", 8),
        ("-5x5x1", "the input must be written as height x width x channels, not '-5x5x1'", 8),
        ("5x5x", "the input must be written as height x width x channels, not '5x5x'", 8),
        ("2x3x4x5x6", "the input must be written as height x width x channels, not '2x3x4x5x6'", 8),
        ("''", "the input must be written as height x width x channels, not nothing", 8),
        ("2.5", "the input must be written as height x width x channels, not '2.5'", 8),
        (
            "5x0x1",
            (
                "every extent of the input must be a whole number of at least 1 and at most "
                "1,000,000,000,000, not 0"
            ),
            8,
        ),
        (
            "5x10000000000000x1",
            (
                "every extent of the input must be a whole number of at least 1 and at most "
                "1,000,000,000,000, not 10000000000000"
            ),
            8,
        ),
        (
            "{height: 5, width: five, channels: 1}",
            (
                "every extent of the input must be a whole number of at least 1 and at most "
                "1,000,000,000,000, not 'five'"
            ),
            8,
        ),
    ],
)
def test_no_inputs(written: str, message: str, place: int) -> None:
    lines = refusal(written).splitlines()
    assert lines[0] == f"net:2:{place}: error: {message}"
    assert lines[-1] == HOW


@pytest.mark.parametrize(
    ("written", "place", "message"),
    [
        (
            "{height: 5, widht: 5, channels: 1}",
            20,
            (
                "'input' has no 'widht'; it takes depth, height, width, length, channels, "
                "features, values; did you mean 'width'?"
            ),
        ),
        ("{height: 5, width: 5}", 8, f"{FORMS}not {{height, width}}"),
        ("{height: 5, length: 5, channels: 1}", 8, f"{FORMS}not {{height, length, channels}}"),
        ("{}", 8, f"{FORMS}not {{}}"),
    ],
)
def test_extents_that_make_no_input(written: str, place: int, message: str) -> None:
    lines = refusal(written).splitlines()
    assert lines[0] == f"net:2:{place}: error: {message}"
    if message.startswith(FORMS):
        help_ = "  help: {height: 224, width: 224, channels: 3}, or 224x224x3 for short"
        assert lines[-1] == help_


def test_an_input_with_nothing_behind_it_is_missing() -> None:
    assert refusal("").splitlines()[0] == "net:1:1: error: a spec needs 'input' or 'inputs'"


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("{values: [[1, 2], [3]]}", "2x2x1: a list of 1 instead of one of 2"),
        ("{features: 3, values: [1, 2]}", "3: a list of 2 instead of one of 3"),
        ("{features: 2, values: [1, two]}", "2: 'two' is not a number"),
        ("{features: 2, values: [1, .nan]}", "2: nan is not a number"),
        ("{features: 2, values: [1, true]}", "2: true is not a number"),
        ("{length: 2, channels: 2, values: [1, 2]}", "2x2: 1 instead of a list of 2"),
        ("{height: 2, width: 2, channels: 2, values: 3}", "2x2x2: 3 instead of a list of 2"),
    ],
)
def test_values_that_do_not_fit(written: str, reason: str) -> None:
    message = refusal(written).splitlines()[0].partition("error: ")[2]
    assert message == f"the values of the input do not have its shape {reason}"


@pytest.mark.parametrize("written", ["[]", "3", "{a: 1}", "[[[[[1]]]]]"])
def test_values_that_are_none(written: str) -> None:
    assert "the values of the input must be rows of numbers" in refusal(f"{{values: {written}}}")


# --- parameters ----------------------------------------------------------------------------------


def test_parameters_may_depend_on_those_before() -> None:
    net = load("784", "params: {a: 3, b: $a * 2, c: [$a, $b], d: word}\n")
    assert dict(net.parameters) == {"a": 3, "b": 6, "c": [3, 6], "d": "word"}
    net = load("784", "params: {a: 3, b: $a * 2, c: [$a, $b]}\n", a=5)
    assert dict(net.parameters) == {"a": 5, "b": 10, "c": [5, 10]}
    assert net.settings == (("a", 5),)


def test_unknown_parameters_are_all_named() -> None:
    assert refusal("784", "params: {width: 3}\n", widht=5, bias=7) == (
        "error: net has no parameter 'widht'; it has width; did you mean 'width'?\n"
        "\n"
        "error: net has no parameter 'bias'; it has width"
    )
    assert refusal("784", width=5) == "error: net has no parameter 'width'; it has no parameters"


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (10**13, "a number above the bound"),
        pytest.param(10**6000, "a number above the bound", id="6000 digits"),
        (float("nan"), "nan"),
        (float("inf"), "inf"),
        ({"a": 1}, "dict"),
        (object(), "object"),
        ([1, {2}], "set"),
    ],
)
def test_settings_that_no_spec_could_hold(value: object, said: str) -> None:
    message = refusal("784", "params: {width: 3}\n", width=value).splitlines()[0]
    assert message == (
        "error: parameter 'width' must be a number, a word, true, false or a list of them, "
        f"not {said}"
    )


def test_settings_are_taken_as_plain_values() -> None:
    net = load("784", "params: {a: 1, b: 1, c: 1}\n", a=(2, 3), b=None, c="$a")
    assert dict(net.parameters) == {"a": [2, 3], "b": None, "c": "$a"}
