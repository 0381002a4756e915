"""Facts: what a lecture says in numbers, each with the question whose answer it claims to be.

A file of them ends in ``.facts``. A fact is a few words of our own, the lines of the lecture where
it stands, what is ``printed``, and what to ``ask`` so that the package finds the number itself::

    lecture: 1
    id: "000"
    name: Arabic deck after Andrew Ng
    facts:
      - id: "156"
        lines: 544
        topic: parameters
        says: six 5x5 filters on an RGB image
        ask: {spec: lecture_000_why_convolutions, quantity: parameters}
        printed: 156
        verdict: wrong
        cause: error
        reason: the three channels of the input are forgotten
        right: 456
        slip:
          words: counted for an input of one channel
          ask: {input: 32x32x1, layers: [{conv: {filters: 6, kernel: 5}}], quantity: parameters}

What cannot be recomputed says so under ``unchecked``.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from cnnanalyze.core.diagnostics import Faults, said
from cnnanalyze.core.registry import nearest
from cnnanalyze.core.tree import Mapping, Scalar, Tree, plain
from cnnanalyze.core.versions import VERSIONS
from cnnanalyze.errors import Mark
from cnnanalyze.language.list_file import read_listing
from cnnanalyze.language.mapping import Keys

ENDING = ".facts"
VERSION = VERSIONS["facts"]
VERDICTS = ("holds", "wrong")
CAUSES = {
    "error": "an error of the lecture",
    "wording": "the wording misleads",
    "garbled": "garbled when the text was taken from the slides",
    "source": "wrong in the table that the slide copies",
    "outdated": "true when it was printed",
}
"""Why something printed is not right."""

_FILE = ("lecture", "id", "name", "source", "values", "facts")
_FACT = (
    "id", "lines", "topic", "says", "ask", "at", "printed", "verdict", "cause", "reason", "right",
    "slip", "unchecked", "note", "within",
)  # fmt: skip
_SLIP = ("words", "ask", "at")


class OtherQuestion(NamedTuple):
    """Another question: its answer is what was printed."""

    words: str
    """What was done instead: a clause without a verb of its own."""
    ask: Mapping
    at: tuple[int, ...]


class Fact(NamedTuple):
    """One thing that a lecture says."""

    id: str
    """The lecture and a name of its own: ``000-156``."""
    lines: str
    topic: str
    says: str
    ask: Mapping | None
    """The question; nothing if there is none that the package could answer."""
    at: tuple[int, ...]
    """Where in the answer the number stands, counted from 1: row and column of a map."""
    printed: Tree | None
    verdict: str
    cause: str
    reason: str
    right: Tree | None
    slip: OtherQuestion | None
    within: float
    """How far a printed figure may be off, as a share; 0 where its last digit says so."""
    unchecked: str
    """Why it is not recomputed."""
    note: str
    mark: Mark


class Lecture(NamedTuple):
    """One lecture with its facts."""

    id: str
    name: str
    source: str
    facts: tuple[Fact, ...]
    folder: Path
    """Where specs are looked for: here, and one folder up."""


def read_lecture(path: Path) -> Lecture:
    """Read a file of facts.

    Raises
    ------
    SpecError
        With every fault of the file, each at its place.
    """
    faults = Faults()
    tree, listed = read_listing(path, _FILE, VERSION, "a file of facts", faults)
    # What is unknown is noted already.
    keys = Keys(tree, "a file of facts", (*_FILE, *tree.keys()), faults)
    name, title, source = keys.text("id"), keys.text("name"), keys.text("source")
    if not name:
        faults.add("a file of facts must give the 'id' of its lecture", tree.mark)
    facts = [_read_fact(item, name, faults) for item in listed.items]
    _refuse_twice([f for f in facts if f is not None], faults)
    faults.raise_if_any()
    return Lecture(
        name,
        title,
        source,
        tuple(f for f in facts if f is not None),
        path.parent,
    )


def _read_fact(item: Tree, lecture: str, faults: Faults) -> Fact | None:
    if not isinstance(item, Mapping):
        faults.add(f"a fact must be a mapping, not {said(item)}", item.mark)
        return None
    keys = Keys(item, "a fact", _FACT, faults)
    for word in ("id", "lines", "topic", "says"):
        if not keys.text(word):
            faults.add(f"a fact needs '{word}'", item.mark)
    ask, printed, unchecked = keys.get("ask"), keys.get("printed"), keys.text("unchecked")
    if (ask is None) == (not unchecked):
        faults.add(
            "a fact has either 'ask', the question that gives its number, or 'unchecked', "
            "the reason why there is none",
            item.mark,
        )
    if ask is not None and not isinstance(ask, Mapping):
        faults.add(f"'ask' must be a mapping, not {said(ask)}", ask.mark)
        ask = None
    if ask is not None and printed is None:
        faults.add("a fact that is recomputed needs what is 'printed'", item.mark)
    verdict = keys.text("verdict") or "holds"
    _refuse_word(verdict, VERDICTS, "verdict", item, faults)
    found = Fact(
        f"{lecture}-{keys.text('id')}",
        keys.text("lines"),
        keys.text("topic"),
        keys.text("says"),
        ask,
        _place(keys.get("at"), faults) if not unchecked else (),
        printed,
        verdict,
        "",
        "",
        None,
        None,
        _share(keys.get("within"), faults) if not unchecked else 0,
        unchecked,
        keys.text("note"),
        item.mark,
    )
    if verdict == "wrong":
        found = _read_wrong(keys, found, faults)
    elif unchecked:
        keys.read("printed")
    keys.finish("where nothing is checked" if unchecked else "where the fact holds")
    return found


def _read_wrong(keys: Keys, fact: Fact, faults: Faults) -> Fact:
    """Read why a fact is wrong, and what is right."""
    cause, reason, right = keys.text("cause"), keys.text("reason"), keys.get("right")
    _refuse_word(cause, tuple(CAUSES), "cause", keys.tree, faults)
    if not (reason and right is not None):
        faults.add("a fact that is wrong needs its 'reason' and what is 'right'", fact.mark)
    slip = _read_slip(keys.get("slip"), faults)
    return fact._replace(cause=cause, reason=reason, right=right, slip=slip)


def _read_slip(tree: Tree | None, faults: Faults) -> OtherQuestion | None:
    if tree is None:
        return None
    if not isinstance(tree, Mapping):
        faults.add(f"'slip' must be a mapping with 'words' and 'ask', not {said(tree)}", tree.mark)
        return None
    keys = Keys(tree, "a slip", _SLIP, faults)
    words, ask = keys.text("words"), keys.get("ask")
    if not words or not isinstance(ask, Mapping):
        faults.add("a slip needs its 'words' and the question that it answers, 'ask'", tree.mark)
        return None
    return OtherQuestion(words, ask, _place(keys.get("at"), faults))


def _share(tree: Tree | None, faults: Faults) -> float:
    if tree is None:
        return 0
    if not isinstance(tree, Scalar) or not isinstance(tree.value, float) or not 0 < tree.value < 1:
        faults.add(f"'within' must be a share such as 0.01, not {said(tree)}", tree.mark)
        return 0
    return tree.value


def _place(tree: Tree | None, faults: Faults) -> tuple[int, ...]:
    if tree is None:
        return ()
    given = plain(tree)
    if not isinstance(given, list) or not all(type(n) is int and n > 0 for n in given):
        faults.add(f"'at' must be a row and a column, counted from 1, not {said(tree)}", tree.mark)
        return ()
    return tuple(given)


def _refuse_word(
    word: str, known: tuple[str, ...], key: str, item: Mapping, faults: Faults
) -> None:
    if word not in known:
        tree = item.get(key)
        given = f", not {said(tree)}" if tree is not None else ""
        faults.add(
            f"'{key}' must be one of {', '.join(known)}{given}{nearest(word, known)}",
            tree.mark if tree is not None else item.mark,
        )


def _refuse_twice(facts: list[Fact], faults: Faults) -> None:
    seen: dict[str, Fact] = {}
    for fact in facts:
        if fact.id in seen:
            faults.add(
                f"'{fact.id}' is there already, in line {seen[fact.id].mark.line}", fact.mark
            )
        seen[fact.id] = fact
