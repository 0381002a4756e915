"""Text metrics: the width of texts, shortening them, and escaping them for XML."""

from __future__ import annotations

from functools import lru_cache
from unicodedata import category, east_asian_width

WIDTHS = {
    **dict.fromkeys("iljI.,:;'|!", 0.32),
    **dict.fromkeys("ftr()[]{}/ -·", 0.4),
    **dict.fromkeys("abcdeghknopqsuvxyz", 0.62),
    **dict.fromkeys("0123456789", 0.64),
    **dict.fromkeys("mwMW%@", 0.99),
    **dict.fromkeys("×+=<>~−…→", 0.84),
    " ": 0.32,
}
"""Widths in ems, as in the widest of the fonts that browsers and converters fall back on."""
CAPITAL, WIDE = 0.74, 1.3
LONGEST = 28
"""Longer names are shortened in their middle."""


@lru_cache(maxsize=4096)
def text_width(text: str, size: float) -> float:
    """Return the largest width of a text in a sans-serif font of that size.

    Examples
    --------
    >>> text_width("conv", 10) < text_width("3×3 conv", 10) < text_width("3×3 conv", 12)
    True
    """
    return round(size * sum(map(_ems, text)), 2)


def _ems(character: str) -> float:
    known = WIDTHS.get(character)
    if known is not None:
        return known
    if character.isascii() or east_asian_width(character) not in "WF":
        return CAPITAL if category(character)[0] != "M" else 0.0
    return WIDE


def shorten(text: str, most: int = LONGEST) -> str:
    r"""Return a text of at most a number of characters, on one line.

    Examples
    --------
    >>> shorten("a" * 10_000 + "z", 9), shorten("two\nlines"), shorten("\u202eabc")
    ('aaaa…aaaz', 'two lines', 'abc')
    """
    # Invisible characters, and those that change the direction of writing, affect what follows.
    shown = "".join(c for c in text if category(c) not in {"Cf", "Cs", "Co", "Cn"})
    shown = " ".join("".join(" " if category(c)[0] in "CZ" else c for c in shown).split())
    if len(shown) <= most:
        return shown
    tail = most // 2
    return f"{shown[: most - 1 - tail]}…{shown[len(shown) - tail :]}"


ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;"})


def escape(text: str) -> str:
    r"""Escape a text for the content and the attributes of XML.

    Examples
    --------
    >>> escape('<a href="x">\x00')
    '&lt;a href=&quot;x&quot;&gt;�'
    """
    if text.isascii() and text.isprintable():
        return text.translate(ENTITIES)
    return "".join(c if _is_xml(c) else "\ufffd" for c in text).translate(ENTITIES)


def _is_xml(character: str) -> bool:
    """Whether XML 1.0 may hold a character."""
    if character < " ":
        return character in "\t\n\r"
    return category(character) != "Cs" and character not in "\ufffe\uffff"


def number(value: float) -> str:
    """Return a coordinate with at most one decimal place.

    Examples
    --------
    >>> number(3.0), number(2.349), number(-0.01)
    ('3', '2.3', '0')
    """
    tenths = round(value * 10)
    whole, part = divmod(abs(tenths), 10)
    sign = "-" if tenths < 0 else ""
    return f"{sign}{whole}.{part}" if part else f"{sign}{whole}"


def magnitude(count: int) -> str:
    """Return a count to three digits, with the letter of its thousands.

    Examples
    --------
    >>> magnitude(25557032), magnitude(4089184256), magnitude(999), magnitude(999_999)
    ('25.6 M', '4.09 G', '999', '1 M')
    """
    value, letters = float(count), ["", " k", " M", " G", " T", " P"]
    while value >= 999.5 and len(letters) > 1:  # noqa: PLR2004 - what three digits can show
        value /= 1000
        letters.pop(0)
    return f"{value:.3g}{letters[0]}"
