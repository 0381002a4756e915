"""The reference page of the messages, collected from the source: every place that refuses."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import cnnanalyze
from tests.docs.reference import page, table

PACKAGE = Path(cnnanalyze.__file__).parent
RAISED = (
    "SpecError",
    "ShapeError",
    "UsageError",
    "ExecutionError",
    "PluginError",
    "FileError",
    "Wrong",
)
"""What is raised with a text; exit code 2."""
READ = "ValueError"
"""What a reader of a value raises: the rest of a sentence about its key."""
NOTED = {"Fault": 0, "add": 0, "wrong": 0, "found": 1}
"""What takes a text and a place: functions by the position of the text."""
PARTS = {
    "language": "Specs",
    "layers": "Layers: what a kind refuses",
    "graph": "Networks",
    "core": "Files and configuration",
    "linting": "Lint",
    "course": "Homework and lectures",
    "crosscheck": "Verification and budgets",
    "execute": "Runs",
    "auditing": "Printed figures",
    "cli": "The command line",
    "report": "Reports",
}
SHORTEST = 12
"""What is shorter is a part of a message."""


class Message(NamedTuple):
    """A message with what stands for the numbers and names, and what it advises."""

    text: str
    help: str


def written(node: ast.expr | None) -> str:
    """Return a text of the source, with an ellipsis for whatever is put in.

    Examples
    --------
    >>> written(ast.parse("f'there is no {kind} {name!r}'", mode="eval").body)
    'there is no … …'
    """
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=values):
            return "".join(written(v) if isinstance(v, ast.Constant) else "…" for v in values)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return written(left) + written(right)
        case ast.IfExp(body=body):
            return written(body)
        case _:
            return ""


def messages(tree: ast.AST) -> Iterator[Message]:
    """Yield the messages of a module."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "id", getattr(node.func, "attr", ""))
        place = 0 if name in (*RAISED, READ) else NOTED.get(name)
        if place is None or len(node.args) <= place:
            continue
        # Several things put in at the end are what there is, and a hint at the nearest word.
        text = re.sub("…+", "…", written(node.args[place]))
        given = node.args[place + 3 :] if name == "Wrong" else ()
        advice = next((k.value for k in node.keywords if k.arg == "help"), next(iter(given), None))
        if name == READ:
            text = f"'…' {text}" if text.startswith("must ") else ""
        if len(text) >= SHORTEST and " " in text:
            yield Message(text, written(advice))


def all_messages() -> dict[str, list[Message]]:
    """Return the messages of the package by its parts."""
    found: dict[str, list[Message]] = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        file = path.relative_to(PACKAGE).as_posix()
        part = file.partition("/")[0]
        if part in PARTS and "rules/" not in file:
            found.setdefault(part, []).extend(messages(ast.parse(path.read_text("utf-8"))))
    return {part: sorted(set(found[part])) for part in PARTS if found.get(part)}


def messages_page() -> str:
    """Return the page with every message."""
    parts = []
    for part, rows in all_messages().items():
        parts.append(f"## {PARTS[part]}")
        parts.append(
            table(
                ("message", "what to do"),
                ((f"`{m.text}`", f"`{m.help}`" if m.help else "") for m in rows),
            )
        )
    return page(
        "Messages",
        "Everything that cnnanalyze refuses with, collected from its source. An ellipsis stands "
        "for a "
        "name or a number. A message says where: `FILE:LINE:COLUMN: error: ...`, then the line "
        "with a caret below the place, then what to do (`help:`) and the calls of blocks that led "
        "there. The exit code is 2. Findings of lint have a [page for each "
        "family](rules/index.md), "
        "and so have the errors of specs: `cnnanalyze lint` names their codes. In Python a "
        "message is "
        "a `cnnanalyze.CnnError`, whose `faults` have the places.",
        *parts,
    )
