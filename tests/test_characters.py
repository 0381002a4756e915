"""Characters: none that a terminal obeys is left, and every width is that of a terminal."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rich.cells import cell_len

from cnnanalyze.characters import begin, cells, elide, end, harmless, legible, pad, wrap
from cnnanalyze.errors import Fault, Mark, Source

BIDI = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


@given(st.text())
@example("\x1b]0;pwn\x07\x1b[31mred\u202e\u200b | a\n::error::pwn")
@example("\udcff")
def test_no_character_of_a_line_moves_the_cursor_or_turns_the_direction(text: str) -> None:
    shown = legible(text)
    assert not any(unicodedata.category(c) in {"Cc", "Cs", "Zl", "Zp"} for c in shown)
    assert not set(shown) & set(BIDI)
    shown.encode()


@given(st.text())
@example("a\n::error::x\n \t::warning::y##[error]z")
@example(":::")
def test_no_line_is_a_command_of_a_workflow(text: str) -> None:
    shown = harmless(text)
    assert not any(line.lstrip().startswith("::") for line in shown.splitlines())
    assert "##[" not in shown
    assert shown.count("\n") == text.count("\n")


@given(st.text(alphabet=st.characters(codec="latin-1", exclude_categories=["Cc", "Cf"])))
@example("─ × ✓ ⌊ → Σ")
def test_what_is_harmless_stays_as_it_is(text: str) -> None:
    assert legible(text) == text


@given(st.text())
@example("畳み込み")
@example("e\u0301👨‍👩‍👧⌚✅⌛")
@example("".join(map(chr, range(0x20, 0x2FF))))
def test_widths_are_those_of_rich(text: str) -> None:
    assert cells(legible(text)) == cell_len(legible(text))


@pytest.mark.parametrize("start", range(0x20, 0x3000, 0x100))
def test_what_is_taken_for_narrow_is_narrow(start: int) -> None:
    for number in range(start, start + 0x100):
        assert cells(legible(chr(number))) == cell_len(legible(chr(number)))


@given(st.text(alphabet="ab 畳み込\u0301", max_size=40), st.integers(1, 30))
def test_cut_and_filled_texts_have_the_width_that_was_asked_for(text: str, width: int) -> None:
    assert cells(begin(text, width)) <= width
    assert cells(end(text, width)) <= width
    assert cells(elide(text, width)) <= width
    assert cells(pad(text, width)) == max(width, cells(text))
    assert text.startswith(begin(text, width))
    assert text.endswith(end(text, width))


@given(st.lists(st.text(alphabet="abc畳み", min_size=1, max_size=12)), st.integers(8, 30))
def test_a_broken_text_says_the_same_in_lines_that_fit(words: list[str], width: int) -> None:
    lines = wrap(" ".join(words), width, first="- ", rest="  ")
    assert all(cells(line) <= width for line in lines)
    assert "".join(line[2:] for line in lines).replace(" ", "") == "".join(words)


def test_a_caret_stands_under_a_word_behind_wide_characters() -> None:
    source = Source("net.yaml", "名: 畳み込み, knel: 3")
    fault = Fault("no such word", Mark(source, 1, 10, 4))
    _, line, carets = str(fault).splitlines()[1:4]
    assert line == "1 | 名: 畳み込み, knel: 3"
    assert carets == "  | " + " " * 14 + "^^^^"
    assert cell_len(line[: line.index("knel")]) == carets.index("^")


def test_a_message_quotes_words_with_their_control_characters_escaped() -> None:
    source = Source("::error::a\x1b[2Jb.yaml", "\x07bell: \u202ex")
    fault = Fault("no 'red\x1b[31m\n::error::x' here", Mark(source, 1, 1, 5), "not \x9b")
    assert str(fault) == (
        "::error::a\\x1b[2Jb.yaml:1:1: error: no 'red\\x1b[31m\\n::error::x' here\n"
        "  |\n"
        "1 | \\x07bell: \\u202ex\n"
        "  | ^^^^^^^^\n"
        "  help: not \\x9b"
    )


@pytest.mark.parametrize("word", ["", "畳"])
def test_a_no_break_space_breaks_no_line(word: str) -> None:
    assert wrap(f"{word} a\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}1 b", 5)[-2:] == [
        "a\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}1",
        "b",
    ]


@pytest.mark.parametrize("word", ["", "畳み込み "])
def test_words_that_stay_whole_are_neither_cut_nor_broken_at_hyphens(word: str) -> None:
    lines = wrap(f"{word}a depth-wise-convolution layer", 8, whole=True)
    assert lines[-3:] == ["a", "depth-wise-convolution", "layer"]
    assert all(cells(line) <= 8 for line in lines if "-" not in line)
