"""What expressions refuse, and where the carets stand."""

from __future__ import annotations

import inspect
import sys

import pytest
from rich.cells import cell_len

from cnnanalyze.errors import Mark, Source, SpecError
from cnnanalyze.language.expression import parse
from tests.language.expressions import LEAD, mark_of, value_of, written

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
    ("2 * flor(5)", "flor", "'flor' is not a function; did you mean 'floor'?", FUNCTIONS),
    ("__import__('os')", "__import__", "'__import__' is not a function", FUNCTIONS),
    ("$x.channels()", "$x.channels", "'this' is not a function", FUNCTIONS),
    (
        "2 * width",
        "width",
        "'width' is not a value",
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
    ("$width ; 5", "; 5", "this is not an expression", NO_EXPRESSION),
    ("$width *", "$width *", "this is not an expression", NO_EXPRESSION),
    ("$", "$", "this is not an expression", NO_EXPRESSION),
    # Carets stand under characters of several bytes, and of two cells.
    ("'größe' + 5", "'größe' + 5", "cannot add 'größe' and 5", ""),
    ("'日本' == 5 or $q", "$q", "unknown parameter $q", KNOWN),
]


def assert_fault(error: SpecError, text: str, carets: str, message: str, help_text: str) -> None:
    column = len(LEAD) + text.index(carets)
    cells = cell_len(LEAD + text[: text.index(carets)])
    whole = (
        f"net.yaml:2:{column + 1}: error: {message}\n"
        f"  |\n2 | {LEAD}{text}}}\n  | {' ' * cells}{'^' * len(carets)}"
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
            "  help: there are no parameters here"
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


@pytest.mark.parametrize(
    ("text", "carets", "message", "help_text"),
    [
        ("conv$q", "$q", "unknown parameter $q", KNOWN),
        ("conv${q}", "q", "unknown parameter $q", KNOWN),
        ("c${width}_${in + width + qq}", "qq", "unknown parameter $qq", KNOWN),
        ("c${width + in / 0}", "in / 0", "division by zero: 64 divided by 0", ""),
        ("c${$width + $q}", "$q", "unknown parameter $q", KNOWN),
        ("c${width", "${", "'${' without its '}'", "write ${name}"),
        ("c$sizes", "$sizes", "a text cannot contain [3, 5, 11]", "numbers and words can"),
        ("c${x}", "x", "a text cannot contain a step", "numbers and words can"),
        ("c${none}", "none", "a text cannot contain nothing", "numbers and words can"),
        ("c${width *}", "width *", "this is not an expression", NO_EXPRESSION),
        ("c${ }", " ", "empty braces in an expression", "write ${name}"),
    ],
)
def test_faults_in_holes(text: str, carets: str, message: str, help_text: str) -> None:
    with pytest.raises(SpecError) as caught:
        written(text)
    assert_fault(caught.value, text, carets, message, help_text)
