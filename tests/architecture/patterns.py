"""Regular expressions of the project, and how many steps they take on long repetitive texts.

Python's ``re`` counts no steps, so a small matcher of our own goes through the parsed pattern as
``re`` does, backtracking included. The texts are made of the pattern itself: what stands in it, and
what its repetitions repeat, over and over again, with an end that does not fit.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from importlib import import_module
from itertools import islice
from math import inf
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

from tests.architecture.source import PACKAGE, modules, parsed

PARSER: Any = re._parser  # type: ignore[attr-defined]
CODES: Any = re._constants  # type: ignore[attr-defined]

AT_START = {"match", "fullmatch"}
"""The functions that look at one place of a text; all others look everywhere."""
CALLS = {"compile", "search", "match", "fullmatch", "sub", "subn", "split", "findall", "finditer"}
HOLE = "x"
"""What stands for what only a run could put into a pattern."""


class Found(NamedTuple):
    """A pattern of the code."""

    where: str
    text: str
    flags: int
    how: str
    """``search`` anywhere in a text, ``match`` at its start, or ``fullmatch``."""


def patterns() -> list[Found]:
    """Return every pattern that the package hands to ``re``."""
    found: dict[Found, None] = {}
    for path in modules(PACKAGE):
        tree = parsed(path)
        if "re" not in {
            a.name for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names
        }:
            continue
        module = _imported(path)
        uses = _uses(tree)
        name_of = path.relative_to(PACKAGE).as_posix()
        known = set()
        for name, value in vars(module).items():
            for pattern in _compiled(value):
                how = _hardest(uses.get(name, set()))
                found[Found(f"{name_of}:{name}", pattern.pattern, pattern.flags, how)] = None
                known.add(pattern.pattern)
        for node in ast.walk(tree):
            if (call := _call_of(node)) is not None:
                here = _of_call(call, module, f"{name_of}:{call.lineno}")
                if here is not None and here.text not in known:
                    found[here] = None
    return list(found)


def _hardest(verbs: set[str]) -> str:
    """Return which of the uses of a pattern takes most steps."""
    if not verbs or not verbs <= AT_START:
        return "search"
    return "fullmatch" if "fullmatch" in verbs else "match"


def _imported(path: Path) -> ModuleType:
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return import_module(".".join(p for p in parts if p != "__init__"))


def _call_of(node: ast.AST) -> ast.Call | None:
    if (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == "re"
        and node.func.attr in CALLS
        and node.args
    ):
        return node
    return None


def _uses(tree: ast.AST) -> dict[str, set[str]]:
    """Return by which methods each name of a module is used."""
    uses: dict[str, set[str]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            uses.setdefault(node.value.id, set()).add(node.attr)
    return uses


def _of_call(call: ast.Call, module: ModuleType, where: str) -> Found | None:
    assert isinstance(call.func, ast.Attribute)
    verb = call.func.attr
    written = [k.value for k in call.keywords if k.arg == "flags"]
    if verb == "compile":
        written += call.args[1:]
    flags = sum(int(eval(ast.unparse(flag), vars(module))) for flag in written)  # noqa: S307
    text = _text(call.args[0], module)
    return None if text is None else Found(where, text, flags, _hardest({verb}))


def _text(node: ast.expr, module: ModuleType) -> str | None:
    """Return a pattern as it is written; what is put into it at run time is a letter here."""
    if isinstance(node, ast.JoinedStr):
        parts = [
            str(part.value) if isinstance(part, ast.Constant) else _hole(part, module)
            for part in node.values
        ]
        return "".join(parts)
    try:
        value = eval(ast.unparse(node), vars(module))  # noqa: S307 - our own code
    except NameError:
        return None  # compiled from a table, which is found among the values of the module
    return str(value.pattern if isinstance(value, re.Pattern) else value)


def _hole(part: ast.expr, module: ModuleType) -> str:
    assert isinstance(part, ast.FormattedValue)
    try:
        return str(eval(ast.unparse(part.value), vars(module)))  # noqa: S307 - our own code
    except (NameError, AttributeError):
        return HOLE


def _compiled(value: object) -> Iterator[re.Pattern[str]]:
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, dict):
        for inner in (*value, *value.values()):
            yield from _compiled(inner)
    elif isinstance(value, tuple | list | set | frozenset):
        for inner in value:
            yield from _compiled(inner)


# --- counting steps -------------------------------------------------------------------------------


class TooManyStepsError(Exception):
    """More steps than anybody waits for."""


FEW = 3
"""How often a bounded repetition repeats here at most, lest it be taken for an unbounded one."""
UNBOUNDED = 1_000
"""From how many times on a repetition is as good as unbounded."""


class Matcher:
    """Goes through a pattern as ``re`` does, and counts how often a character is looked at."""

    def __init__(self, text: str, flags: int = 0) -> None:
        self.tree = PARSER.parse(text, flags)
        self.flags = flags | self.tree.state.flags
        self.steps = 0
        self.subject = ""
        self.groups: dict[int, tuple[int, int]] = {}

    def count(self, subject: str, how: str) -> int:
        """Return how many steps it takes to look at a text, or to find everything in it."""
        self.subject, self.steps = subject, 0
        at = 0
        while at <= len(subject):
            self.groups.clear()
            ends = self.sequence(list(self.tree), at)
            if how == "fullmatch":
                any(end == len(subject) for end in ends)
                break
            end: int | None = next(ends, None)
            if how == "match":
                break
            self.step()
            at = at + 1 if end is None or end == at else end
        return self.steps

    def step(self) -> None:
        self.steps += 1
        if self.steps > STEPS * (len(self.subject) + 1):
            raise TooManyStepsError

    def sequence(self, nodes: list[Any], at: int) -> Iterator[int]:
        """Yield the places at which these parts of a pattern may end, in the order of ``re``."""
        if not nodes:
            yield at
            return
        (code, value), rest = nodes[0], nodes[1:]
        for end in self.node(code, value, at):
            yield from self.sequence(rest, end)

    def node(self, code: Any, value: Any, at: int) -> Iterator[int]:
        name = str(code)
        match name:
            case "LITERAL" | "NOT_LITERAL" | "ANY" | "IN":
                self.step()
                if at < len(self.subject) and self.fits(name, value, self.subject[at]):
                    yield at + 1
            case "BRANCH":
                for branch in value[1]:
                    yield from self.sequence(list(branch), at)
            case "SUBPATTERN":
                for end in self.sequence(list(value[3]), at):
                    if value[0] is not None:
                        self.groups[value[0]] = (at, end)
                    yield end
            case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
                yield from self.repetition(name, value, at)
            case "ATOMIC_GROUP":
                yield from islice(self.sequence(list(value), at), 1)
            case "AT" | "ASSERT" | "ASSERT_NOT":
                holds = self.stands(str(value), at) if name == "AT" else self.looks(value, at)
                if holds is (name != "ASSERT_NOT"):
                    yield at
            case "GROUPREF":
                start, end = self.groups.get(value, (0, 0))
                said = self.subject[start:end]
                self.steps += len(said)
                if self.subject.startswith(said, at):
                    yield at + len(said)
            case _:
                raise NotImplementedError(name)

    def repetition(self, name: str, value: Any, at: int) -> Iterator[int]:
        low, high, body = int(value[0]), int(value[1]), list(value[2])
        high = min(high, max(low, FEW)) if high < UNBOUNDED else len(self.subject) + 1
        found = self.repeat(body, min(low, FEW), high, at, lazy=name == "MIN_REPEAT")
        return islice(found, 1) if name == "POSSESSIVE_REPEAT" else found

    def repeat(self, body: list[Any], low: int, high: int, at: int, *, lazy: bool) -> Iterator[int]:
        """Yield the ends of a repetition, the longest first, or the shortest for a lazy one."""
        if len(body) == 1 and str(body[0][0]) in {"LITERAL", "NOT_LITERAL", "ANY", "IN"}:
            end = at
            while (
                end - at < high and next(self.node(body[0][0], body[0][1], end), None) is not None
            ):
                end += 1
            places = range(at + low, end + 1)
            yield from places if lazy else reversed(places)
            return
        if lazy and low <= 0:
            yield at
        if high > 0:
            for end in self.sequence(body, at):
                if end > at:
                    yield from self.repeat(body, low - 1, high - 1, end, lazy=lazy)
                elif low > 0:
                    yield end
        if not lazy and low <= 0:
            yield at

    def looks(self, value: Any, at: int) -> bool:
        direction, body = value
        if direction > 0:
            return next(self.sequence(list(body), at), None) is not None
        wide = body.getwidth()[0]
        return at >= wide and at in self.sequence(list(body), at - wide)

    def stands(self, where: str, at: int) -> bool:
        subject = self.subject
        is_word = [
            0 <= i < len(subject) and (subject[i].isalnum() or subject[i] == "_")
            for i in (at - 1, at)
        ]
        match where:
            case "AT_BEGINNING" if self.flags & re.MULTILINE:
                return at == 0 or subject[at - 1] == "\n"
            case "AT_BEGINNING" | "AT_BEGINNING_STRING":
                return at == 0
            case "AT_END" if self.flags & re.MULTILINE:
                return at == len(subject) or subject[at] == "\n"
            case "AT_END":
                return at == len(subject) or (at == len(subject) - 1 and subject[at] == "\n")
            case "AT_END_STRING":
                return at == len(subject)
            case "AT_BOUNDARY":
                return is_word[0] != is_word[1]
            case _:
                return is_word[0] == is_word[1]

    def fits(self, name: str, value: Any, character: str) -> bool:
        """Whether one part of a pattern takes a character; ``re`` itself tells of classes."""
        if name == "LITERAL":
            same = chr(value) == character
            return same or bool(
                self.flags & re.IGNORECASE and chr(value).lower() == character.lower()
            )
        if name == "NOT_LITERAL":
            return bool(chr(value) != character)
        if name == "ANY":
            return character != "\n" or bool(self.flags & re.DOTALL)
        return any(map(self.is_in, value, [character] * len(value))) is (
            str(value[0][0]) != "NEGATE"
        )

    def is_in(self, item: tuple[Any, Any], character: str) -> bool:
        code, value = str(item[0]), item[1]
        if code == "LITERAL":
            return bool(chr(value) == character)
        if code == "RANGE":
            return bool(value[0] <= ord(character) <= value[1])
        if code == "CATEGORY":
            return re.fullmatch(_CLASSES[str(value)], character) is not None
        return False


_CLASSES = {
    "CATEGORY_DIGIT": r"\d",
    "CATEGORY_NOT_DIGIT": r"\D",
    "CATEGORY_SPACE": r"\s",
    "CATEGORY_NOT_SPACE": r"\S",
    "CATEGORY_WORD": r"\w",
    "CATEGORY_NOT_WORD": r"\W",
}


# --- texts that are hard --------------------------------------------------------------------------

PROBES = " \n\ta0x_-+.,:;'\"\\/*=#<>()[]{}|`$~^%&@!é×"
ENDS = ("", "\x00", "!", "\n\x00")


def hard_texts(text: str, flags: int, length: int) -> Iterator[str]:
    """Yield long texts made of what a pattern takes, which in the end it does not take."""
    matcher = Matcher(text, flags)
    starts: dict[str, None] = {"": None}
    pumps: dict[str, None] = {}
    _walk(matcher, list(matcher.tree), "", starts, pumps)
    for start in starts:
        for pump in pumps:
            for end in ENDS:
                yield start + pump * length + end


def _walk(
    matcher: Matcher, nodes: list[Any], before: str, starts: dict[str, None], pumps: dict[str, None]
) -> str:
    """Note what stands before each repetition and what it repeats; return a sample of it all."""
    here = before
    for code, value in nodes:
        name = str(code)
        if name in {"MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"}:
            low, high, body = value
            sample = _walk(matcher, list(body), here, starts, pumps)[len(here) :]
            if int(high) >= UNBOUNDED:
                starts[here] = None
                pumps[sample] = None
                pumps.update(dict.fromkeys(_alternatives(matcher, list(body))))
                pumps[here + sample] = None
            here += sample * max(1, min(int(low), FEW))
        elif name == "SUBPATTERN":
            here = _walk(matcher, list(value[3]), here, starts, pumps)
        elif name == "BRANCH":
            samples = [_walk(matcher, list(b), here, starts, pumps) for b in value[1]]
            pumps.update(dict.fromkeys(sample[len(here) :] for sample in samples))
            here = samples[0]
        elif name == "ATOMIC_GROUP":
            here = _walk(matcher, list(value), here, starts, pumps)
        elif name in {"LITERAL", "NOT_LITERAL", "ANY", "IN"}:
            here += next(_alternatives(matcher, [(code, value)]), "a")
    if here != before:
        pumps[here] = None
    return here


def _alternatives(matcher: Matcher, body: list[Any]) -> Iterator[str]:
    """Yield characters that a part of one character takes."""
    if len(body) == 1 and str(body[0][0]) in {"LITERAL", "NOT_LITERAL", "ANY", "IN"}:
        name, value = str(body[0][0]), body[0][1]
        if name == "LITERAL":
            yield chr(value)
        else:
            taken = [c for c in PROBES if matcher.fits(name, value, c)]
            yield from taken
            if not taken and name == "IN" and str(value[0][0]) in {"LITERAL", "RANGE"}:
                first = value[0][1]
                yield chr(first[0] if isinstance(first, tuple) else first)


STEPS = 150
"""No pattern that is linear takes so many steps for each character."""


def growth(pattern: Found, length: int = 40) -> tuple[float, str]:
    """Return the factor by which steps grow on texts twice as long, at worst, and on which text."""
    worst = (0.0, "")
    matcher = Matcher(pattern.text, pattern.flags)
    longer = hard_texts(pattern.text, pattern.flags, 2 * length)
    for short, long in zip(hard_texts(pattern.text, pattern.flags, length), longer, strict=True):
        try:
            counts = [matcher.count(text, pattern.how) for text in (short, long)]
        except TooManyStepsError:
            return inf, short
        worst = max(worst, (counts[1] / max(counts[0], length), short))
    return worst
