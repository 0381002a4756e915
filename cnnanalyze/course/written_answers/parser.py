"""Number parser: what a student wrote, with every way in which it can be read.

A text may have several readings: ``62.006`` is sixty-two and a little, or sixty-two thousand and
six. All of them are kept, and the one that fits the question counts. Every text is read in time
that grows with its length: runs of spaces are made one before any pattern is tried.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from typing import Any, NamedTuple

from cnnanalyze.course.written_answers.units import PERCENT, scales

LONGEST = 2_000
"""More characters than this are no answer."""
MOST_DIGITS = 40


class Unreadable(ValueError):  # noqa: N818 - it is what the answer is
    """An answer that cannot be understood; the message says why, and what could be written."""


class AnswerTerms(NamedTuple):
    """The tolerance of an answer, and how it is written."""

    tolerance: Fraction = Fraction(0)
    """How far a number may be off, as a share of the right one."""
    is_of_counts: bool = False
    """Whether the tolerance holds for whole numbers, too."""
    decimals: int | None = None
    """The fewest decimals to which a number may be rounded."""
    unit: str = ""
    """The unit of a number that is written without one."""
    width_first: bool = False
    """Whether a shape is written width x height x depth."""
    is_entry: bool = False
    """Whether the number is one of a list, where a small one may be rounded away."""


STRICT = AnswerTerms()

NOISE = Fraction(1, 10**6)
"""What single precision may make of a number, as a share of it."""
COARSEST = Fraction(1, 100)
"""Half the last digit of a rounded number may be this share of it; digits that are not there prove
nothing: 4 is not 3.5, whatever one rounds."""
FEWEST = 2
"""So many decimals are always enough, if anything is left of the number."""
FINEST = Fraction(1, 20_000)
"""Four decimals are enough even if nothing is left."""


class WrittenNumber(NamedTuple):
    """One number as it is written."""

    value: Fraction
    step: Fraction = Fraction(0)
    """The worth of the last digit; nothing if the number is exact: a fraction."""
    percent: bool = False
    remark: str = ""
    decimals: int = 0
    """How many digits stand behind the point."""
    scaled: bool = False
    """Whether a unit multiplies it: M, KiB."""
    bare: bool = False
    """Whether no unit and no word is written behind it."""
    is_doubtful: bool = False
    """Whether its point or comma is more likely to mean something else."""

    def agrees(self, computed: int | Fraction, terms: AnswerTerms = STRICT) -> bool:
        """Whether a computed number could be written like this."""
        right = Fraction(computed)
        off = abs(right - self.value)
        if not off or off <= self._slack(right, terms):
            return True
        if not self.step or off > self.step / 2:
            return False
        if terms.decimals is not None:
            return self.decimals >= terms.decimals
        if self.step / 2 <= max(abs(right) * COARSEST, FINEST):
            return True
        is_left = bool(self.value) or terms.is_entry
        return self.decimals >= FEWEST and not self.scaled and is_left

    def _slack(self, right: Fraction, terms: AnswerTerms) -> Fraction:
        """Return the largest deviation: counts are exact, measured numbers are not."""
        if right.denominator == 1:
            return abs(right) * terms.tolerance if terms.is_of_counts else self._noise()
        return abs(right) * max(terms.tolerance, NOISE)

    def _noise(self) -> Fraction:
        """Return what a computation with floating point may add to a whole number."""
        return NOISE if self.step <= NOISE else Fraction(0)


_EMPTY = frozenset({"", "-", "--", "?", "n/a", "na", "null", "~"})
_SPACES = "_' "
_NUMBER = re.compile(
    r"""(?P<sign>[-+−–])?\ ?
    (?P<digits>[0-9](?:[.,_'\ ]?[0-9])*+[.,]?|[.,][0-9]+)
    (?:[eE](?P<power>[-+]?[0-9]{1,3})(?![0-9])
      |\ ?[·⋅*×x]\ ?10\ ?(?:\^|\*\*)\ ?(?P<tens>[-+−]?[0-9]{1,3})(?![0-9]))?
    \ ?(?P<unit>%|[^0-9%].*)?""",
    re.VERBOSE,
)
_ABOUT = ("~", "≈", "about ", "approx. ", "approx ", "approximately ", "circa ", "ca. ", "ca ")
_NO_NUMBER = "is not a number such as 1,280 or 3.25 or 7/3"
_BETWEEN = re.compile(r" ?[:/∕÷] ?| to ")


def text_of(raw: Any) -> str:  # noqa: ANN401 - whatever a file holds
    """Return an answer as text."""
    if raw is None:
        return ""
    if isinstance(raw, bool):
        return "yes" if raw else "no"
    if isinstance(raw, list | tuple):
        return f"[{', '.join(text_of(r) for r in raw)}]"
    return str(raw).strip()


def truncated(text: str, most: int = 40) -> str:
    """Return the beginning of a text, for a message."""
    return text if len(text) <= most else f"{text[:most]}…"


def single_spaced(text: str) -> str:
    """Return a text with single spaces, so that no pattern meets a run of them."""
    return " ".join(text.split())


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


def bounded(raw: Any, what: str) -> str:  # noqa: ANN401
    """Return an answer as text of single spaces, unless it is longer than any answer."""
    text = text_of(raw)
    if len(text) > LONGEST:
        raise Unreadable(f"{len(text):,} characters are too long for {what}")
    return single_spaced(text)


def result_of(text: str) -> str:
    """Return what stands behind the sign of equality, if one answer is given.

    Examples
    --------
    >>> result_of("n = 4"), result_of("28·28 = 784"), result_of("f=2, s=2"), result_of("=1+1")
    ('4', '784', 'f=2, s=2', '=1+1')
    """
    lead, sign, last = text.rpartition("=")
    is_one = "=" not in lead or not set(lead) & set(",;")
    return last.strip() if sign and is_one and lead.strip(" =") and last.strip() else text


def number_readings(raw: Any, unit: str = "") -> tuple[WrittenNumber, ...]:  # noqa: ANN401
    """Return all readings of one number.

    Parameters
    ----------
    raw
        What was written.
    unit
        What is counted: ``B`` for bytes, ``%`` for a share.

    Raises
    ------
    Unreadable
        If it is none.

    Examples
    --------
    >>> (
    ...     [int(f.value) for f in number_readings("1,44,50,688")],
    ...     [str(f.value) for f in number_readings("62.006")],
    ... )
    ([14450688], ['31003/500', '62006'])
    >>> (
    ...     number_readings("7/3")[0].value,
    ...     number_readings("138M")[0].step,
    ...     number_readings("74.3 %")[0].percent,
    ... )
    (Fraction(7, 3), Fraction(1000000, 1), True)
    >>> (
    ...     str(number_readings("2.3333 (7/3)")[0].value),
    ...     int(number_readings("131,072 B", "B")[0].value),
    ... )
    ('7/3', 131072)
    """
    text = bounded(raw, "a number")
    whole = text
    if text.lower().lstrip("+-.") in {"nan", "inf", "infinity"}:
        raise Unreadable(f"'{text}' is not a number")
    text = _raised(result_of(text).removeprefix("=").lstrip())
    if text[:1] + text[-1:] in {"()", "[]"} and not set(text[1:-1]) & set("()[]"):
        text = text[1:-1].strip()
    if text.endswith(")") and text.find("(") > 0:
        return _explained(text, unit, whole)
    return _simple(text, unit, whole)


def _raised(text: str) -> str:
    """Write the power of ``10⁻²`` as ``10^-2``."""
    return _POWER.sub(lambda found: f"^{found[0].translate(_LEVEL)}", text)


_HIGH = "⁺⁻⁰¹²³⁴⁵⁶⁷⁸⁹"
_LEVEL = str.maketrans(_HIGH, "+-0123456789")
_POWER = re.compile(f"(?<=10)[{_HIGH}]{{1,4}}")


def _explained(text: str, unit: str, whole: str) -> tuple[WrittenNumber, ...]:
    """Read a number with another in brackets behind it, ``2.3333 (7/3)``: the same more exactly."""
    head, _, tail = text.partition("(")
    inner = tail[:-1].strip()
    found = _simple(head.strip(), unit, whole)
    if not any(c.isdecimal() for c in inner):
        return tuple(
            f._replace(remark=f"what '({truncated(inner)})' says was not looked at") for f in found
        )
    exactly = _simple(inner, unit, whole)
    both = tuple(
        more for more in exactly if any(abs(f.value - more.value) <= f.step / 2 for f in found)
    )
    if not both:
        raise Unreadable(f"'{truncated(whole)}' gives two numbers that differ")
    return both


def _simple(text: str, unit: str, whole: str) -> tuple[WrittenNumber, ...]:
    for word in _ABOUT:
        if text.lower().startswith(word):
            text = text[len(word) :].strip()
            break
    if text[:1] in {"x", "×"}:
        text = text[1:].strip()
    if (between := _BETWEEN.search(text)) is not None:
        return _quotient(text[: between.start()], text[between.end() :], whole)
    found = _NUMBER.fullmatch(text)
    if found is None:
        raise Unreadable(f"'{truncated(whole)}' {_NO_NUMBER}")
    words = (found["unit"] or "").strip()
    percent = words == PERCENT or words.lower() in {"percent", "per cent"}
    known = scales("" if percent else words, unit)
    if known is None:
        raise Unreadable(f"what '{truncated(words)}' means in '{truncated(whole)}' is not known")
    power = int((found["power"] or found["tens"] or "0").replace("−", "-"))
    if abs(power) > MOST_DIGITS:
        raise Unreadable(f"'{truncated(whole)}' is out of bounds")
    sign = -1 if found["sign"] in {"-", "−", "–"} else 1
    ten = Fraction(10) ** power
    return tuple(
        WrittenNumber(
            sign * value * scale.factor * ten,
            step * scale.factor * ten,
            percent,
            scale.remark,
            max(0, decimals - power),
            scale.factor != 1,
            bare=not words,
            is_doubtful=place > 0,
        )
        for place, (value, step, decimals) in enumerate(
            dict.fromkeys(_readings(found["digits"], whole))
        )
        for scale in known
    )


def _quotient(above: str, below: str, whole: str) -> tuple[WrittenNumber, ...]:
    """Read a fraction or a ratio: ``7/3``, ``2 1/3``, ``8.41 : 1``, ``1 to 4``."""
    if _BETWEEN.search(below):
        raise Unreadable(f"'{truncated(whole)}' {_NO_NUMBER}")
    lead, _, last = above.rpartition(" ")
    is_mixed = lead.lstrip("+-−").isdecimal() and last.isdecimal() and below.isdecimal()
    if is_mixed:
        above = last
    tops, bottoms = (
        [f for f in _simple(part, "", whole) if not f.percent and not f.scaled]
        for part in (above, below)
    )
    if not tops or not bottoms:
        raise Unreadable(f"'{truncated(whole)}' {_NO_NUMBER}")
    found: list[WrittenNumber] = []
    for a in tops:
        for b in bottoms:
            if not b.value:
                raise Unreadable(f"'{truncated(whole)}' divides by nothing")
            exact = a.step >= 1 and b.step >= 1
            step = Fraction(0) if exact else (a.step * (a.step < 1)) / abs(b.value)
            step += Fraction(0) if exact else b.step * (b.step < 1) * abs(a.value) / b.value**2
            number = a.value / b.value
            if is_mixed:
                number = int(lead.replace("−", "-")) + (-number if lead[0] in "-−" else number)
            found.append(WrittenNumber(number, step, decimals=a.decimals, bare=True))
    return tuple(found)


def _readings(digits: str, whole: str) -> Iterator[tuple[Fraction, Fraction, int]]:
    """Yield value, worth of the last digit and decimals, for every reading of points and commas."""
    digits = digits.rstrip(".,")
    for mark in _SPACES:
        if mark in digits:
            point = min((n for n in (digits.find("."), digits.find(",")) if n >= 0), default=None)
            if set(_SPACES) & set(digits) != {mark} or not _groups(digits[:point], mark):
                raise Unreadable(
                    f"'{truncated(whole)}' is more than one number, and one was asked for"
                )
            digits = digits.replace(mark, "")
    if sum(c.isdecimal() for c in digits) > MOST_DIGITS:
        raise Unreadable(f"a number may have at most {MOST_DIGITS} digits")
    marks = [c for c in digits if c in ".,"]
    if not marks:
        yield _whole(digits)
        return
    last = marks[-1]
    if marks.count(last) == 1 and not (len(set(marks)) == 1 and len(marks) > 1):
        head, _, tail = digits.rpartition(last)
        head = head.replace(",", "").replace(".", "")
        groups = _groups(digits, last)
        if last == "." or len(set(marks)) > 1 or not groups:
            yield _decimal(head, tail)
            if groups and len(set(marks)) == 1:
                yield _whole(digits.replace(last, ""))
            return
        yield _whole(digits.replace(last, ""))
        yield _decimal(head, tail)
        return
    if len(set(marks)) == 1 and _groups(digits, last):
        yield _whole(digits.replace(last, ""))
        return
    raise Unreadable(f"the points and commas of '{truncated(whole)}' cannot be understood")


def _whole(digits: str) -> tuple[Fraction, Fraction, int]:
    return Fraction(int(digits)), Fraction(1), 0


def _decimal(head: str, tail: str) -> tuple[Fraction, Fraction, int]:
    step = Fraction(1, 10 ** len(tail))
    return int((head or "0") + tail) * step, step, len(tail)


def _groups(text: str, mark: str) -> bool:
    """Whether a mark separates thousands, or lakhs and crores: the last group has three digits."""
    first, *groups = text.split(mark)
    if not first or not groups or len(first) > _GROUP or first == "0" or len(groups[-1]) != _GROUP:
        return False
    return all(len(g) in {2, _GROUP} for g in groups[:-1])


_GROUP = 3
