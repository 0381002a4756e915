"""Given answers: what a student wrote, read as a number, a shape, a list, yes or no.

A text may have several readings: ``62.006`` is sixty-two and a little, or sixty-two thousand and
six. All of them are kept, and the one that fits the question counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from itertools import product
from typing import Any, NamedTuple

LONGEST = 2_000
"""More characters than this are no answer."""
MOST_DIGITS = 40
MOST_READINGS = 64
"""Of a list, if every entry can be read in several ways."""


class Unreadable(ValueError):  # noqa: N818 - it is what the answer is
    """An answer that cannot be understood; the message says why, and what could be written."""


class Figure(NamedTuple):
    """One number as it is written."""

    value: Fraction
    step: Fraction = Fraction(0)
    """The worth of the last digit; nothing if the number is exact: a whole one, or a fraction."""
    percent: bool = False
    remark: str = ""

    def agrees(self, computed: int | Fraction) -> bool:
        """Whether a computed number could be written like this."""
        off = abs(Fraction(computed) - self.value)
        if not off:
            return True
        if not self.step or off > self.step / 2:
            return False
        # Digits that are not there prove nothing: 4 is not 3.5, whatever one rounds.
        return self.step / 2 <= max(abs(Fraction(computed)) * COARSEST, FINEST)


COARSEST = Fraction(1, 100)
FINEST = Fraction(1, 20_000)
"""Four decimals are always enough."""

_EMPTY = frozenset({"", "-", "--", "?", "n/a", "na", "null", "~"})
_NOTHING = frozenset({"none", "no", "nothing", "impossible", "does not exist", "not possible"})
_YES = frozenset({"yes", "y", "true", "ja", "oui", "it fits", "fits", "right"})
_NO = frozenset({"no", "n", "false", "nein", "non", "does not fit", "doesn't fit", "wrong"})
_UNITS = {
    "": 1,
    "k": 10**3,
    "thousand": 10**3,
    "thousands": 10**3,
    "m": 10**6,
    "mio": 10**6,
    "million": 10**6,
    "millions": 10**6,
    "g": 10**9,
    "b": 10**9,
    "billion": 10**9,
    "t": 10**12,
    "kb": 10**3,
    "mb": 10**6,
    "gb": 10**9,
    "kib": 2**10,
    "mib": 2**20,
    "gib": 2**30,
    "gmac": 10**9,
    "gmacs": 10**9,
    "mmac": 10**6,
    "mmacs": 10**6,
    "gflop": 10**9,
    "gflops": 10**9,
    "mflop": 10**6,
    "mflops": 10**6,
    "lakh": 10**5,
    "crore": 10**7,
}
_WORDS = """
params param parameters parameter weights weight biases bias macs mac flops flop multiplications
multiply-adds mult-adds additions operations activations values px pixel pixels bytes byte layers
layer iterations iteration updates update steps examples images samples channels filters units
rows columns zeros times x fewer convolutions
"""
_PLAIN_UNITS = frozenset(_WORDS.split())
_NUMBER = re.compile(
    r"""(?P<about>[~≈]|about|ca\.?|approx\.?)?\s*
    (?P<sign>[-+−–]?)\s*
    (?P<digits>[0-9][0-9.,_'\u00a0\u2009\u202f ]*|[.,][0-9]+)
    (?:[eE](?P<power>[-+]?[0-9]{1,3})|\s*[·*×x]\s*10\s*\^\s*(?P<tens>[-+]?[0-9]{1,3}))?
    \s*(?P<unit>%|[A-Za-z][A-Za-z \-/]*)?""",
    re.VERBOSE,
)
_OVER = re.compile(r"(?P<whole>[-+−]?[0-9]+\s+)?(?P<above>[-+−]?[0-9]+)\s*/\s*(?P<below>[0-9]+)")
_SPACES = "_'\u00a0\u2009\u202f "


def text_of(raw: Any) -> str:  # noqa: ANN401 - whatever a file holds
    """Return an answer as text."""
    if raw is None:
        return ""
    if isinstance(raw, bool):
        return "yes" if raw else "no"
    if isinstance(raw, list | tuple):
        return f"[{', '.join(text_of(r) for r in raw)}]"
    return str(raw).strip()


def is_empty(raw: Any) -> bool:  # noqa: ANN401
    """Whether nothing was answered.

    Examples
    --------
    >>> is_empty(" "), is_empty(None), is_empty([]), is_empty("0")
    (True, True, True, False)
    """
    if isinstance(raw, list | tuple):
        return not raw
    return text_of(raw).lower() in _EMPTY


def figures(raw: Any) -> tuple[Figure, ...]:  # noqa: ANN401
    """Return all readings of one number.

    Raises
    ------
    Unreadable
        If it is none.

    Examples
    --------
    >>> [int(f.value) for f in figures("1,44,50,688")], [str(f.value) for f in figures("62.006")]
    ([14450688], ['31003/500', '62006'])
    >>> figures("7/3")[0].value, figures("138M")[0].step, figures("74.3 %")[0].percent
    (Fraction(7, 3), Fraction(1000000, 1), True)
    """
    text = text_of(raw)
    if len(text) > LONGEST:
        raise Unreadable(f"{len(text):,} characters are too long for a number")
    if text.lower().lstrip("+-.") in {"nan", "inf", "infinity"}:
        raise Unreadable(f"'{text}' is no number")
    if over := _OVER.fullmatch(text):
        return (_fraction(over),)
    found = _NUMBER.fullmatch(text)
    if found is None:
        raise Unreadable(f"'{_cut(text)}' is no number such as 1,280 or 3.25 or 7/3")
    factor, remark = _unit((found["unit"] or "").strip())
    power = int(found["power"] or found["tens"] or 0)
    if abs(power) > MOST_DIGITS:
        raise Unreadable(f"'{_cut(text)}' is out of bounds")
    sign = -1 if found["sign"] in {"-", "−", "–"} else 1
    readings = tuple(_readings(found["digits"].strip(), text))
    return tuple(
        Figure(
            sign * value * factor * Fraction(10) ** power,
            Fraction(step) * factor * Fraction(10) ** power
            if step < 1 or factor > 1 or power
            else Fraction(1),
            found["unit"] == "%",
            remark,
        )
        for value, step in dict.fromkeys(readings)
    )


def _cut(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


_SHOWN = 40


def _fraction(over: re.Match[str]) -> Figure:
    below = int(over["below"])
    if not below:
        raise Unreadable(f"'{over[0]}' divides by nothing")
    above = int(over["above"].replace("−", "-"))
    whole = int((over["whole"] or "0").replace("−", "-"))
    part = Fraction(above, below)
    return Figure(whole + (-part if whole < 0 else part))


def _unit(word: str) -> tuple[int, str]:
    if word == "%":
        return 1, ""
    lead, _, rest = word.lower().partition(" ")
    if lead in _PLAIN_UNITS:
        return 1, ""
    if lead in _UNITS:
        if rest and not set(rest.split()) <= _PLAIN_UNITS:
            return _UNITS[lead], f"what '{rest}' means was not looked at"
        return _UNITS[lead], ""
    return 1, f"the word '{word}' was not looked at"


def _readings(digits: str, text: str) -> Iterator[tuple[Fraction, Fraction]]:
    """Yield value and worth of the last digit, for every way to read points and commas."""
    plain = "".join(c for c in digits if c not in _SPACES)
    if sum(c.isdecimal() for c in plain) > MOST_DIGITS:
        raise Unreadable(f"a number may have at most {MOST_DIGITS} digits")
    marks = [c for c in plain if c in ".,"]
    if not marks:
        yield Fraction(int(plain)), Fraction(1)
        return
    last = marks[-1]
    if marks.count(last) == 1 and not (len(set(marks)) == 1 and len(marks) > 1):
        head, _, tail = plain.rpartition(last)
        head = head.replace(",", "").replace(".", "")
        if last == "." or len(set(marks)) > 1 or not _groups(plain, last):
            yield _decimal(head, tail)
            if _groups(plain, last) and len(set(marks)) == 1:
                yield Fraction(int(plain.replace(last, ""))), Fraction(1)
            return
        yield Fraction(int(plain.replace(last, ""))), Fraction(1)
        yield _decimal(head, tail)
        return
    if len(set(marks)) == 1 and _groups(plain, last):
        yield Fraction(int(plain.replace(last, ""))), Fraction(1)
        return
    raise Unreadable(f"the points and commas of '{_cut(text)}' cannot be understood")


def _decimal(head: str, tail: str) -> tuple[Fraction, Fraction]:
    step = Fraction(1, 10 ** len(tail))
    return int((head or "0") + tail) * step, step


def _groups(text: str, mark: str) -> bool:
    """Whether a mark separates thousands, or lakhs and crores: the last group has three digits."""
    first, *groups = text.split(mark)
    if not first or len(first) > _GROUP or first == "0" or len(groups[-1]) != _GROUP:
        return False
    return all(len(g) in {2, _GROUP} for g in groups[:-1])


_GROUP = 3


def choice(raw: Any) -> bool:  # noqa: ANN401
    """Return yes or no.

    Examples
    --------
    >>> choice("does not fit"), choice("Yes")
    (False, True)
    """
    text = text_of(raw).lower().rstrip(".!")
    if text in _YES:
        return True
    if text in _NO:
        return False
    raise Unreadable(f"'{_cut(text_of(raw))}' is neither yes nor no")


def is_nothing(raw: Any, also: tuple[str, ...] = ()) -> bool:  # noqa: ANN401
    """Whether the answer says that there is none."""
    text = text_of(raw).lower().rstrip(".!")
    return text in _NOTHING or text in also


def extents(raw: Any) -> tuple[tuple[Figure, ...], ...]:  # noqa: ANN401
    """Return the readings of a shape: ``28x28x6``, ``(28, 28, 6)``, ``28 * 28 * 6``.

    Examples
    --------
    >>> [int(f.value) for f in extents("28×28×6")[0]], [int(f.value) for f in extents([4, 4])[0]]
    ([28, 28, 6], [4, 4])
    """
    if isinstance(raw, list | tuple):
        return _every([figures(r) for r in raw])
    text = text_of(raw).strip("()[]{} ")
    text = re.sub(r"^none\s*,\s*", "", text, flags=re.IGNORECASE)
    split = re.split(r"\s*[x×X*·]\s*|\s+by\s+", text)
    if len(split) == 1:
        split = re.split(r"\s*[,;]\s*|\s+", text)
    if not all(re.fullmatch(r"[-+]?[0-9][0-9,._']*", s) for s in split):
        raise Unreadable(f"'{_cut(text_of(raw))}' is no shape such as 28x28x6")
    return _every([figures(s) for s in split])


def _every(readings: list[tuple[Figure, ...]]) -> tuple[tuple[Figure, ...], ...]:
    found: list[tuple[Figure, ...]] = []
    for one in product(*readings):
        found.append(one)
        if len(found) == MOST_READINGS:
            break
    return tuple(found)


def entries(raw: Any) -> tuple[Any, ...]:  # noqa: ANN401
    """Return the entries of a list, of a row or of a matrix, not yet read themselves.

    Examples
    --------
    >>> entries("5, 6, 14"), entries("[[1, 2], [3, 4]]"), entries("1 2; 3 4")
    (('5', '6', '14'), (('1', '2'), ('3', '4')), (('1', '2'), ('3', '4')))
    """
    if isinstance(raw, list | tuple):
        return tuple(
            entries(r)
            if isinstance(r, list | tuple)
            else entries(r)
            if _is_row(r) and len(raw) > 1
            else text_of(r)
            for r in raw
        )
    text = text_of(raw)
    if len(text) > LONGEST:
        raise Unreadable(f"{len(text):,} characters are too long for a list")
    if text.count("(") > 1:
        square = text.replace("(", "[").replace(")", "]")
        text = square if square.startswith("[[") else f"[{square}]"
    if text.startswith("["):
        return _bracketed(text)
    text = text.strip("() ")
    if "\n" in text or ";" in text:
        rows = [r for r in re.split(r"\s*[;\n]\s*", text) if r]
        inner = [entries(r) for r in rows]
        if all(len(r) == 1 for r in inner):
            return tuple(r[0] for r in inner)
        if any(re.search(r"[\s\[]", r.strip()) or r.count(",") for r in rows):
            shapes = [re.fullmatch(r"[0-9]+(,[0-9]{3})+", r.strip()) for r in rows]
            if any(shapes) and all(s or len(i) == 1 for s, i in zip(shapes, inner, strict=True)):
                return tuple(rows)  # thousands, between semicolons
        return tuple(inner)
    if re.search(r",\s", text):
        pieces = re.split(r"\s*,\s+", text)
        return tuple(p for piece in pieces for p in _thousands(piece) if p)
    return tuple(p for p in re.split(r"\s*,\s*" if "," in text else r"\s+", text) if p)


def _thousands(piece: str) -> list[str]:
    """Keep the groups of a number together between commas with spaces."""
    is_number = re.fullmatch(r"[-+]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?", piece)
    return [piece] if is_number else re.split(r"\s*,\s*", piece)


def _is_row(raw: Any) -> bool:  # noqa: ANN401
    return isinstance(raw, str) and " " in raw.strip() and not re.search(r"[a-zA-Z]", raw)


def _bracketed(text: str) -> tuple[Any, ...]:
    """Read nested square brackets; nothing of it is ever evaluated."""
    stack: list[list[Any]] = []
    word = ""
    top: list[Any] | None = None
    for character in text:
        if top is not None:
            if not character.isspace():
                raise Unreadable(f"behind the last bracket of '{_cut(text)}' stands something else")
        elif character == "[":
            if len(stack) > _DEEPEST:
                raise Unreadable("the brackets are nested too deep")
            stack.append([])
        elif character in ",]":
            if word.strip():
                stack[-1].append(word.strip())
            word = ""
            if character == "]":
                done = stack.pop()
                if stack:
                    stack[-1].append(tuple(done))
                else:
                    top = done
        else:
            word += character
    if top is None:
        raise Unreadable(f"a bracket of '{_cut(text)}' is not closed")
    return tuple(top)


_DEEPEST = 4
