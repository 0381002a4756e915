"""Expressions: what they come to, alone and in the holes of texts."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from cnnanalyze.errors import Fault, Mark, Source, SpecError
from cnnanalyze.language.expression import UNKNOWN, parse
from tests.language.expressions import mark_of, value_of, written

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
