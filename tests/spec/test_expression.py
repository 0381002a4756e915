"""Expressions: what they come to, what they refuse, and where the carets stand."""

from __future__ import annotations

import inspect
import sys
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from cnnanalyze.errors import Fault, Mark, Source, SpecError
from cnnanalyze.spec.expression import UNKNOWN, interpolate, parse

SCOPE: dict[str, object] = {
    "in": 64,
    "width": 7,
    "ratio": 2.5,
    "act": "relu",
    "sizes": [3, 5, 11],
    "off": False,
    "none": None,
    "x": SimpleNamespace(attributes={"channels": 13, "size": [17, 19]}),
    "lost": UNKNOWN,
}
LEAD = "  - conv: {filters: "


def mark_of(text: str) -> Mark:
    """Return the mark of a text that stands in the middle of a line."""
    source = Source("net.yaml", f"cnn: 1\n{LEAD}{text}}}")
    return Mark(source, 2, len(LEAD) + 1, len(text))


def value_of(text: str) -> Any:
    return parse(text, mark_of(text)).evaluate(SCOPE)


def written(text: str) -> str:
    return interpolate(text, mark_of(text), SCOPE)


# --- values --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("$width", 7),
        ("  $width ", 7),
        ("$width + 1", 8),
        ("-$width", -7),
        ("+$width", 7),
        ("2 ** 10", 1024),
        ("7 // 2", 3),
        ("-7 // 2", -4),
        ("-7 % 3", 2),
        ("2 + 3 * 4", 14),
        ("(2 + 3) * 4", 20),
        ("-2 ** 2", -4),
        ("3 if $off else 5", 5),
        ("$act == 'relu'", True),
        ('$act != "relu"', False),
        ("1 < 2 < 3", True),
        ("1 < 3 > 5", False),
        ("not $off and $width >= 7", True),
        ("$off or $width", 7),
        ("5 in $sizes", True),
        ("$sizes", [3, 5, 11]),
        ("$sizes[1]", 5),
        ("$sizes[-1]", 11),
        ("[$width, 2 * 3]", [7, 6]),
        ("$sizes + [2]", [3, 5, 11, 2]),
        ("[5] * 3", [5, 5, 5]),
        ("$x.channels * 2", 26),
        ("$x.size[0]", 17),
        ("min($width, 5)", 5),
        ("max($sizes)", 11),
        ("ceil($ratio)", 3),
        ("floor($ratio)", 2),
        ("round(3.7)", 4),
        ("abs(-5)", 5),
        ("sqrt(49)", 7.0),
        ("len($sizes)", 3),
        ("sum($sizes)", 19),
        ("range(2, 5)", [2, 3, 4]),
        ("true and not false", True),
        # Branches that are not taken are not evaluated.
        ("5 if true else $nowhere", 5),
        ("true or $nowhere", True),
        ("false and $nowhere", False),
    ],
)
def test_value(text: str, value: object) -> None:
    found = value_of(text)
    assert (found, type(found)) == (value, type(value))


def test_division_stays_whole_where_it_can() -> None:
    found = [value_of(text) for text in ("$in / 2", "$width / 2", "$in / 2.0", "10 ** 30 / 10")]
    assert found == [32, 3.5, 32.0, 10**29]
    assert [type(value) for value in found] == [int, float, float, int]


@pytest.mark.parametrize(
    ("width", "channels"),
    [
        # The stem and the stages of EfficientNet-B2 to B7, as published implementations list them
        # (the out_channels of torchvision.models.efficientnet_b2, ...); B0 times the width.
        (1.1, [32, 16, 24, 48, 88, 120, 208, 352]),
        (1.2, [40, 24, 32, 48, 96, 136, 232, 384]),
        (1.4, [48, 24, 32, 56, 112, 160, 272, 448]),
        (1.6, [48, 24, 40, 64, 128, 176, 304, 512]),
        (1.8, [56, 32, 40, 72, 144, 200, 344, 576]),
        (2.0, [64, 32, 48, 80, 160, 224, 384, 640]),
    ],
)
def test_make_divisible_gives_the_channels_of_efficientnet(
    width: float, channels: list[int]
) -> None:
    b0 = [32, 16, 24, 40, 80, 112, 192, 320]
    assert [value_of(f"make_divisible({c} * {width})") for c in b0] == channels
    assert [value_of(f"make_divisible({c} * {width}, divisor=8)") for c in b0] == channels


@given(value=st.integers(1, 5_000), divisor=st.sampled_from([1, 2, 4, 8, 16, 32]))
def test_make_divisible_laws(value: int, divisor: int) -> None:
    found = value_of(f"make_divisible({value}, {divisor})")
    assert found % divisor == 0
    assert found >= divisor
    assert 10 * found >= 9 * value
    assert found - value <= divisor


def test_names_of_an_expression() -> None:
    assert parse("$a * $b + min($a, $x.c, 'd')", mark_of("")).names == {"a", "b", "x"}
    assert parse("5", mark_of("")).names == frozenset()


# --- the same as Python --------------------------------------------------------------------------

NUMBERS: dict[str, object] = {"a": 7, "b": -3, "c": 0, "d": 12}

arithmetic = st.recursive(
    st.integers(0, 12).map(str) | st.sampled_from([f"${name}" for name in NUMBERS]),
    lambda inner: (
        st.builds(
            "{}{}{}".format, inner, st.sampled_from([" + ", "-", " * ", "/", "//", " % "]), inner
        )
        | st.builds("({})".format, inner)
        | st.builds("-{}".format, inner)
        | st.builds("({}) ** {}".format, inner, st.integers(0, 2))
        | st.builds("{}({}, {})".format, st.sampled_from(["min", "max"]), inner, inner)
        | st.builds("abs({})".format, inner)
    ),
    max_leaves=5,
)
compared = st.builds(
    "{} {} {}".format, arithmetic, st.sampled_from(["<", "<=", "==", "!=", ">", ">="]), arithmetic
)
decided = st.builds("{} if {} else {}".format, arithmetic, compared, arithmetic) | st.builds(
    "{} {} {}".format, compared, st.sampled_from(["and", "or", "and not"]), compared
)


@given(text=arithmetic | compared | decided)
def test_same_as_python(text: str) -> None:
    """Python's own evaluation of a text that was generated here is the oracle."""
    expected: object
    try:
        expected = eval(text.replace("$", ""), {}, dict(NUMBERS))  # noqa: S307 - our own text
    except ZeroDivisionError:
        with pytest.raises(SpecError, match="division by zero"):
            parse(text, mark_of(text)).evaluate(NUMBERS)
        return
    # Beyond this Python's quotient is rounded, while ours is still exact.
    assume(abs(expected) < 2**53)  # type: ignore[arg-type]  # a number or a truth value
    assert parse(text, mark_of(text)).evaluate(NUMBERS) == expected


# --- what cannot be computed because of an earlier fault -----------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        *("$lost", "$lost + 1", "'a' + $lost", "$lost / 0", "-$lost", "not $lost", "$lost < 5"),
        *("$lost and $nowhere", "5 if $lost else $nowhere", "$lost.channels", "$lost[5]"),
        *("$sizes[$lost]", "[5, $lost]", "min($lost, 'a')", "make_divisible($lost)", "5 in $lost"),
    ],
)
def test_unknown_stays_unknown(text: str) -> None:
    assert value_of(text) is UNKNOWN


def test_unknown_names_itself() -> None:
    assert repr(UNKNOWN) == "UNKNOWN"


# --- faults --------------------------------------------------------------------------------------

KNOWN = "known here: $in, $width, $ratio, $act, $sizes, $off, $none, $x, $lost"
FUNCTIONS = (
    "functions: min, max, ceil, floor, round, abs, sqrt, log2, int, len, sum, range, make_divisible"
)
LANGUAGE = (
    "an expression has numbers, $names, + - * / // % **, comparisons, and, or, not, "
    "a if c else b, lists, and functions such as min and max"
)
NO_EXPRESSION = "write it as in '$width * 4' or '$in // 2 + 1'"
FAULTS = [
    # text, the characters that the carets underline, message, help
    ("2 * $widht", "$widht", "unknown parameter $widht; did you mean 'width'?", KNOWN),
    ("2 * $q + 1", "$q", "unknown parameter $q", KNOWN),
    (
        "1 + $x.chanels",
        "$x.chanels",
        "a step has no '.chanels'; did you mean 'channels'?",
        "it has channels, size",
    ),
    ("$width.c", "$width.c", "7 has no attributes", "only steps have: $x.channels"),
    (
        "$x.__class__",
        "$x.__class__",
        "a step has no '.__class__'",
        "it has channels, size",
    ),
    ("2 * flor(5)", "flor", "'flor' is no function; did you mean 'floor'?", FUNCTIONS),
    ("__import__('os')", "__import__", "'__import__' is no function", FUNCTIONS),
    ("$x.channels()", "$x.channels", "'this' is no function", FUNCTIONS),
    (
        "2 * width",
        "width",
        "'width' is no value",
        "write $width for a parameter, or 'width' in quotes for a text",
    ),
    ("1 + ($act + 3)", "$act + 3", "cannot add 'relu' and 3", ""),
    ("$act - 3", "$act - 3", "cannot subtract 'relu' and 3", ""),
    ("2 * $none", "2 * $none", "cannot multiply 2 and nothing", ""),
    ("$off + 1", "$off + 1", "cannot add false and 1", ""),
    ("1 + -$act", "-$act", "cannot negate 'relu'", ""),
    ("1 < $act", "1 < $act", "cannot compare 1 with 'relu'", ""),
    ("2 + $in / 0", "$in / 0", "division by zero: 64 divided by 0", ""),
    ("$in // ($width - 7)", "$in // ($width - 7)", "division by zero: 64 divided by 0", ""),
    ("$in % 0", "$in % 0", "division by zero: 64 divided by 0", ""),
    (
        "1 + $sizes[3]",
        "$sizes[3]",
        "there is no element 3 in a list of 3",
        "elements are numbered from 0 to 2",
    ),
    ("$act[0]", "$act[0]", "cannot take element 0 of 'relu'", ""),
    ("$sizes['a']", "$sizes['a']", "cannot take element 'a' of [3, 5, 11]", ""),
    (
        "$sizes[0:1]",
        "$sizes[0:1]",
        "slices are not part of the language",
        "take one element: $a[0]",
    ),
    ("1 + sqrt(-5)", "sqrt(-5)", "cannot compute sqrt(-5)", ""),
    ("len(5)", "len(5)", "cannot compute len(5)", ""),
    ("min('a', 5)", "min('a', 5)", "cannot compute min('a', 5)", ""),
    ("make_divisible(5, 0)", "make_divisible(5, 0)", "cannot compute make_divisible(5, 0)", ""),
    ("abs(5, 7)", "abs(5, 7)", "'abs' takes 1 arguments, not 2", ""),
    ("min(5, key=7)", "min(5, key=7)", "'min' takes no named arguments", ""),
    ("2 ** 101", "2 ** 101", "an exponent may be at most 100, not 101", ""),
    ("10 ** 31", "10 ** 31", "a number may be at most 1e+30", ""),
    ("1 + 10 ** 20 * 10 ** 11", "10 ** 20 * 10 ** 11", "a number may be at most 1e+30", ""),
    (f"1 + {10**31}", f"{10**31}", "a number may be at most 1e+30", ""),
    ("$sizes * 1000", "$sizes * 1000", "a list may have at most 1,000 elements", ""),
    ("1 + (lambda: 5)", "lambda: 5", "this is not part of the language", LANGUAGE),
    ("[a for a in $sizes]", "[a for a in $sizes]", "this is not part of the language", LANGUAGE),
    ("1 + (a := 5)", "a := 5", "this is not part of the language", LANGUAGE),
    ("{1: 2}", "{1: 2}", "this is not part of the language", LANGUAGE),
    ("min(*$sizes)", "*$sizes", "this is not part of the language", LANGUAGE),
    ("f'{5}'", "f'{5}'", "this is not part of the language", LANGUAGE),
    ("1 + ~5", "~5", "this operator is not part of the language", ""),
    ("1 + (5 & 3)", "5 & 3", "this operator is not part of the language", ""),
    ("$act is 5", "$act is 5", "this comparison is not part of the language", ""),
    ("1 + 2j", "2j", "a value must be a number, a text, true or false", ""),
    ("...", "...", "a value must be a number, a text, true or false", ""),
    ("$width ; 5", "; 5", "this is no expression", NO_EXPRESSION),
    ("$width *", "$width *", "this is no expression", NO_EXPRESSION),
    ("$", "$", "this is no expression", NO_EXPRESSION),
    # Characters of several bytes move no caret.
    ("'größe' + 5", "'größe' + 5", "cannot add 'größe' and 5", ""),
    ("'日本' == 5 or $q", "$q", "unknown parameter $q", KNOWN),
]


def assert_fault(error: SpecError, text: str, carets: str, message: str, help_text: str) -> None:
    column = len(LEAD) + text.index(carets)
    whole = (
        f"net.yaml:2:{column + 1}: error: {message}\n"
        f"  |\n2 | {LEAD}{text}}}\n  | {' ' * column}{'^' * len(carets)}"
    )
    assert str(error) == whole + (f"\n  help: {help_text}" if help_text else "")


@pytest.mark.parametrize(("text", "carets", "message", "help_text"), FAULTS)
def test_the_whole_message(text: str, carets: str, message: str, help_text: str) -> None:
    with pytest.raises(SpecError) as caught:
        value_of(text)
    assert_fault(caught.value, text, carets, message, help_text)


def test_every_use_of_a_text_has_a_place_of_its_own() -> None:
    """Texts are parsed once; the places are those of each use."""
    source = Source("net.yaml", "a: $q\nb: $q")
    for line in (1, 2):
        with pytest.raises(SpecError) as caught:
            parse("$q", Mark(source, line, 4, 2)).evaluate({})
        assert str(caught.value) == (
            f"net.yaml:{line}:4: error: unknown parameter $q\n"
            f"  |\n{line} | {'ab'[line - 1]}: $q\n  |    ^^\n"
            "  help: nothing is known here"
        )


def refusal(text: str) -> str:
    with pytest.raises(SpecError) as caught:
        value_of(text)
    return caught.value.message


def test_the_length_is_bounded() -> None:
    assert value_of("5" + " " * 999) == 5
    assert refusal("5" + " " * 1_000) == "the expression is longer than 1,000 characters, the bound"


@pytest.mark.parametrize("text", ["1" + "+1" * 499, "-" * 900 + "1"])
def test_the_depth_is_bounded(text: str) -> None:
    assert refusal(text) == "the expression is nested too deeply"


def test_the_depth_is_bounded_wherever_it_is_evaluated() -> None:
    """What can be parsed may still be too deep for what is left of the stack."""
    text = "not " * 240 + "5"
    expression = parse(text, mark_of(text))
    assert expression.evaluate({}) is True

    def evaluate_below(frames: int) -> object:
        return evaluate_below(frames - 1) if frames else expression.evaluate({})

    left = sys.getrecursionlimit() - len(inspect.stack(0))
    with pytest.raises(SpecError, match="the expression is nested too deeply"):
        evaluate_below(left - 150)


# --- texts with holes ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("conv", "conv"),
        ("conv$width", "conv7"),
        ("conv${width}", "conv7"),
        ("conv${width}_${in + 1}", "conv7_65"),
        ("conv${$width + 1}", "conv8"),
        ("${x.channels}x${x.size[1]}", "13x19"),
        ("${make_divisible(in + 1, divisor=16)}", "64"),
        ("${'a width' if width == 7 else act}", "a width"),
        ('${"width"}', "width"),
        ("$act-${ratio}", "relu-2.5"),
        ("${not off}", "true"),
        ("${in}", "64"),
        ("${5 in sizes}", "true"),
        ("${width not in [in, 2 * in]}", "true"),
        ("${min(in, width)}", "7"),
        # A plain reference ends with the name.
        ("$width.5", "7.5"),
        # A dollar that begins nothing is a dollar.
        ("5$ and $$width", "5$ and $7"),
        ("conv$lost", "convunknown"),
    ],
)
def test_holes_are_filled(text: str, value: str) -> None:
    assert written(text) == value


@pytest.mark.parametrize(
    ("text", "carets", "message", "help_text"),
    [
        ("conv$q", "$q", "unknown parameter $q", KNOWN),
        ("conv${q}", "q", "unknown parameter $q", KNOWN),
        ("c${width}_${in + width + qq}", "qq", "unknown parameter $qq", KNOWN),
        ("c${width + in / 0}", "in / 0", "division by zero: 64 divided by 0", ""),
        ("c${$width + $q}", "$q", "unknown parameter $q", KNOWN),
        ("c${width", "${", "'${' without its '}'", "write ${name}"),
        ("c$sizes", "$sizes", "a text cannot hold [3, 5, 11]", "numbers and words can"),
        ("c${x}", "x", "a text cannot hold a step", "numbers and words can"),
        ("c${none}", "none", "a text cannot hold nothing", "numbers and words can"),
        ("c${width *}", "width *", "this is no expression", NO_EXPRESSION),
        ("c${ }", " ", "nothing stands between the braces", "write ${name}"),
    ],
)
def test_faults_in_holes(text: str, carets: str, message: str, help_text: str) -> None:
    with pytest.raises(SpecError) as caught:
        written(text)
    assert_fault(caught.value, text, carets, message, help_text)


# --- anything else -------------------------------------------------------------------------------

expression_like = st.lists(
    st.sampled_from(
        [
            *("$width", "$act", "$sizes", "$x", "$lost", "$off", "$none", "$", "width", "${", "}"),
            *("0", "1", "2.5", "1e9", "'a'", "[", "]", "(", ")", ",", ".channels", "min(", "len("),
            *(" + ", "-", " * ", "/", "//", " % ", " and ", " or ", " not ", " if ", " else "),
            *(" < ", " == ", " in ", " is ", " lambda ", ":", "=", "\n", "\0", "é", "日"),
        ]
    ),
    max_size=12,
).map("".join)


@given(text=expression_like | st.text())
def test_nothing_but_our_own_error_escapes(text: str) -> None:
    faults: list[Fault] = []
    for evaluate in (value_of, written):
        try:
            evaluate(text)
        except SpecError as error:
            faults += error.faults
    assert all(fault.mark is not None and fault.mark.line == 2 for fault in faults)


def test_rounding_to_a_billion_places_is_refused() -> None:
    with pytest.raises(SpecError, match=r"cannot compute round\(5, -1000000000\)"):
        parse("round(5, -1000000000)", Mark(Source("here", ""), 1, 1)).evaluate({})


def test_lists_do_not_double_for_ever() -> None:
    mark = Mark(Source("here", ""), 1, 1)
    with pytest.raises(SpecError, match="a list may have at most 1,000 elements"):
        parse("$a + $a", mark).evaluate({"a": [0] * 501})
    with pytest.raises(SpecError, match="a list may have at most 1,000 elements"):
        parse("$a * 1000000000", mark).evaluate({"a": [0, 1]})


def test_a_number_without_end_is_refused() -> None:
    with pytest.raises(SpecError, match=r"a number may be at most 1e\+30"):
        parse("$x + 1e400", Mark(Source("here", ""), 1, 1))


def test_a_dollar_in_quotes_stays_a_dollar() -> None:
    assert parse("'$x'", Mark(Source("here", ""), 1, 1)).evaluate({}) == "$x"
