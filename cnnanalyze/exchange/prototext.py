"""Protobuf's text format: fields in braces, with a place for each."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from cnnanalyze.errors import Fault, Mark, Source, SpecError

MOST_FIELDS = 100_000
"""The fields of the largest text."""
MOST_DEPTH = 30
"""How deep messages may lie in one another."""
_TOKEN = re.compile(
    r"""(?P<space>[\s,;]+|\#[^\n]*)
    |(?P<text>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')
    |(?P<word>[\w.+-]+)
    |(?P<sign>[{}<>:\[\]])""",
    re.VERBOSE,
)
_OPENING = {"{": "}", "<": ">"}


@dataclass(frozen=True, slots=True)
class Scalar:
    """A value: a number, a word or a text, as it is written, without quotes."""

    text: str
    mark: Mark


@dataclass
class Message:
    """A message: for each field, its values in order."""

    mark: Mark
    fields: dict[str, list[Scalar | Message]] = field(default_factory=dict)

    def scalars(self, name: str) -> list[Scalar]:
        """Return the plain values of a field."""
        return [one for one in self.fields.get(name, []) if isinstance(one, Scalar)]

    def messages(self, name: str) -> list[Message]:
        """Return the messages of a field."""
        return [one for one in self.fields.get(name, []) if isinstance(one, Message)]

    def message(self, name: str) -> Message:
        """Return the last message of a field, an empty one if there is none."""
        return next(reversed(self.messages(name)), Message(self.mark))


def parse(source: Source) -> Message:
    """Return the message that a text holds.

    Raises
    ------
    SpecError
        With the place of what is wrong.

    Examples
    --------
    >>> net = parse(Source("net.prototxt", 'layer { name: "conv1" bottom: "data" }'))
    >>> net.message("layer").scalars("bottom")[0].text
    'data'
    """
    whole = Message(Mark(source, 1, 1))
    inside: list[tuple[Message, str]] = [(whole, "")]
    name: Scalar | None = None
    in_list, count = False, 0
    for kind, text, mark in _tokens(source):
        message, closing = inside[-1]
        if name is None:
            if kind == "sign" and text == closing:
                inside.pop()
                continue
            if kind != "word":
                raise SpecError(Fault(f"a field is expected here, not '{text[:40]}'", mark))
            name = Scalar(text, mark)
            count += 1
            if count > MOST_FIELDS:
                raise SpecError(Fault(f"more than {MOST_FIELDS:,} fields, the limit", mark))
            continue
        values = message.fields.setdefault(name.text, [])
        if kind in {"text", "word"}:
            values.append(Scalar(text[1:-1] if kind == "text" else text, mark))
            name = name if in_list else None
        elif text in _OPENING and not in_list:
            inside.append((Message(name.mark), _OPENING[text]))
            values.append(inside[-1][0])
            name = None
            if len(inside) > MOST_DEPTH:
                raise SpecError(Fault(f"messages are nested more than {MOST_DEPTH} deep", mark))
        elif text == "[" and not in_list:
            in_list = True
        elif text == "]" and in_list:
            name, in_list = None, False
        elif text != ":" or in_list:
            what = f"a value of '{name.text}' is expected here, not '{text}'"
            raise SpecError(Fault(what, mark))
    if len(inside) > 1 or name is not None:
        raise SpecError(Fault("this has no end", name.mark if name else inside[-1][0].mark))
    return whole


def _tokens(source: Source) -> Iterator[tuple[str, str, Mark]]:
    for number, line in enumerate(source.lines, 1):
        at = 0
        while at < len(line):
            found = _TOKEN.match(line, at)
            if found is None:
                mark = Mark(source, number, at + 1)
                raise SpecError(Fault(f"'{line[at]}' is not expected here", mark))
            at = found.end()
            kind = found.lastgroup or ""
            if kind != "space":
                yield kind, found[0], Mark(source, number, found.start() + 1, len(found[0]))
