"""Characters as terminals show them: how many cells they take, and which must not reach one."""

from __future__ import annotations

import re

_CONTROL = (
    "\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f"  # the cursor, colours, bells
    "\\u2028\\u2029\\u061c\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069"  # lines, direction
    "\\u200b\\u2060-\\u2065\\u206a-\\u206f\\ufeff\\ufff9-\\ufffb"  # not to be seen at all
    "\\ud800-\\udfff"  # halves of characters: bytes of a file name that are no text
)
# Patterns of many characters take long to compile, and few runs meet any but narrow ones: "re" does
# it when one is first used, and keeps it.
_IN_A_TEXT = f"[{_CONTROL}]"
_COMMAND = r"^([^\S\n]*):(?=:)|##\["
_NARROW = (
    r"[\x20-\x7e\xa0-\xac\xae-\u02ff\u0370-\u0482\u1d2c-\u1d6a\u2010-\u2027\u2070-\u20cf\u2100-\u22ff"
    r"\u2308-\u230b\u2500-\u25fc\u2713-\u2717]*"
)
"""What surely takes one cell for each character; everything that we print by ourselves does."""


def legible(text: str) -> str:
    r"""Return a text of one line in which no character moves the cursor or turns the direction.

    Examples
    --------
    >>> print(legible("red \x1b[31m\n \u202e"))
    red \x1b[31m\n \u202e
    """
    if _is_narrow(text):
        return text
    return re.sub(_IN_A_TEXT, _escape, text).replace("\t", "\\t").replace("\n", "\\n")


def _is_plain(text: str) -> bool:
    """Whether a text is visible ASCII in one line, as nearly all is, which is quick to tell."""
    return text.isascii() and text.isprintable()


def _is_narrow(text: str) -> bool:
    """Whether each character of a text surely takes one cell, and does nothing else."""
    return _is_plain(text) or re.fullmatch(_NARROW, text) is not None


def harmless(text: str) -> str:
    r"""Return lines of text that do nothing to a terminal, nor to a runner of workflows.

    GitHub Actions takes lines that begin with two colons, and ``##[`` anywhere, as commands.

    Examples
    --------
    >>> print(harmless("one\n::error::two \x07"))
    one
    \x3a:error::two \x07
    """
    safe = text if _is_narrow(text.replace("\n", "")) else re.sub(_IN_A_TEXT, _escape, text)
    if "::" in safe or "##[" in safe:
        return re.sub(_COMMAND, _disarm, safe, flags=re.MULTILINE)
    return safe


def _escape(found: re.Match[str]) -> str:
    return found[0].encode("unicode_escape").decode("ascii")


def _disarm(found: re.Match[str]) -> str:
    return "##\\x5b" if found[0] == "##[" else f"{found[1]}\\x3a"


def capitalized(text: str) -> str:
    """Return words with a capital first letter; a Greek one is a symbol and stays as it is.

    Examples
    --------
    >>> capitalized("peak memory"), capitalized("α-MACs"), capitalized("")
    ('Peak memory', 'α-MACs', '')
    """
    first = text[:1]
    return (first.upper() if first.isascii() else first) + text[1:]


def cells(text: str) -> int:
    """Return how many cells of a terminal a text takes.

    Examples
    --------
    >>> cells("conv1"), cells("畳み込み"), cells("e\u0301")
    (5, 8, 1)
    """
    if _is_narrow(text):
        return len(text)
    from rich.cells import cell_len  # its tables are for few texts

    return cell_len(text)


def pad(text: str, width: int, *, right: bool = False) -> str:
    """Return a text filled up with blanks behind it, or before it if it is to stand at the right.

    Examples
    --------
    >>> pad("畳み", 6), pad("12", 6, right=True)
    ('畳み  ', '    12')
    """
    blanks = " " * max(0, width - cells(text))
    return blanks + text if right else text + blanks


def begin(text: str, width: int) -> str:
    """Return as much of the beginning of a text as a width takes.

    Examples
    --------
    >>> begin("畳み込み", 5)
    '畳み'
    """
    if _is_narrow(text):
        return text[: max(0, width)]
    found = ""
    for cluster in _clusters(text):
        if cells(found + cluster) > width:
            break
        found += cluster
    return found


def end(text: str, width: int) -> str:
    """Return as much of the end of a text as a width takes."""
    if _is_narrow(text):
        return text[len(text) - min(width, len(text)) :] if width > 0 else ""
    found = ""
    for cluster in reversed(_clusters(text)):
        if cells(cluster + found) > width:
            break
        found = cluster + found
    return found


def elide(text: str, width: int) -> str:
    """Shorten a path in its middle: what it begins and what it ends with is what tells it apart.

    Examples
    --------
    >>> elide("a_block_with_a_long_name_first", 23)
    'a_block_…ong_name_first'
    """
    if cells(text) <= width:
        return text
    tail = (width - 1) * 2 // 3
    return f"{begin(text, width - 1 - tail)}…{end(text, tail)}"


def _clusters(text: str) -> list[str]:
    """Return the characters, each with what is set over it or joined to it."""
    found: list[str] = []
    joined = False
    for character in text:
        if found and (joined or not cells(character)):
            found[-1] += character
        else:
            found.append(character)
        joined = character == "\u200d"
    return found


def wrap(
    text: str, width: int, *, first: str = "", rest: str = "", whole: bool = False
) -> list[str]:
    """Return a text in lines of a width, broken between words; a word that is longer is cut.

    Parameters
    ----------
    text
        The text. A no-break space breaks no line.
    width
        The cells of a line.
    first, rest
        What the first line begins with, and each line below it.
    whole
        Whether words stay whole: not broken at hyphens, and longer than a line if they have to be.

    Examples
    --------
    >>> wrap("one two three", 8, first="- ", rest="  ")
    ['- one', '  two', '  three']
    >>> wrap("one 畳み込み", 5), wrap("top-5 errors", 5, whole=True)
    (['one', '畳み', '込み'], ['top-5', 'errors'])
    """
    line = first + text
    is_narrow = _is_narrow(line)
    if is_narrow and len(line) <= width and text.isprintable() and text == text.strip() != "":
        return [line]  # as most do
    if is_narrow and _is_narrow(rest):
        from textwrap import wrap as wrap_narrow  # noqa: PLC0415 - not every command breaks lines

        return wrap_narrow(
            text,
            width,
            initial_indent=first,
            subsequent_indent=rest,
            break_long_words=not whole,
            break_on_hyphens=not whole,
        )
    lines, is_new = [first], True
    for word in _WORD.findall(text):
        left = word
        while left:
            lead = "" if is_new else " "
            room = width - cells(lines[-1] + lead)
            if cells(left) <= room or (is_new and whole and _is_narrow(left)):
                lines[-1] += lead + left
                left, is_new = "", False
            elif not is_new:
                lines.append(rest)
                is_new = True
            else:
                piece = begin(left, room) or _clusters(left)[0]
                lines[-1] += piece
                left = left[len(piece) :]
                lines.append(rest)
    return lines[:-1] if is_new else lines


_WORD = re.compile(r"[^ \t\n\r\f\v]+")
