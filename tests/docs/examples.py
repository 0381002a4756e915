"""Runs the console examples of a page: ``python -m tests.docs.examples [--write] PAGE...``.

A line such as ```net.yaml`:`` right above a block of code says that the block is that file. Files
and commands follow one another in an empty folder as they do on the page, in a terminal of 100
columns. A line of dots stands for lines that are left out. ``$ echo $?`` prints what the last
command ended with, and ``> FILE`` writes what is printed to a file.
"""

from __future__ import annotations

import io
import os
import re
import shlex
import sys
import tempfile
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import NamedTuple

from cnnanalyze.cli import run

_BLOCK = re.compile(
    r"(?:^`(?P<file>[^`\n]+)`:\n+)?^```(?P<language>\w*)\n(?P<body>.*?)^```$",
    re.DOTALL | re.MULTILINE,
)
DOTS = "..."
COLUMNS = "100"


class Example(NamedTuple):
    """One command of a page, what the page shows, and what is printed."""

    command: str
    shown: str
    printed: str


def files(page: str) -> Iterator[tuple[str, str]]:
    """Yield the files that a page writes out, each with its text; a later one replaces another."""
    for block in _BLOCK.finditer(page):
        if block["file"]:
            yield block["file"], block["body"]


def examples(page: str, folder: Path) -> Iterator[tuple[re.Match[str], list[Example]]]:
    """Run a page in a folder; yield every block of commands with what came out."""
    last = 0
    for block in _BLOCK.finditer(page):
        if block["file"]:
            path = folder / block["file"]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(block["body"], encoding="utf-8")
        elif block["language"] == "console":
            found = []
            for part in re.split(r"^\$ ", block["body"], flags=re.MULTILINE)[1:]:
                command, _, shown = part.partition("\n")
                if command == "echo $?":
                    found.append(Example(command, shown, f"{last}\n"))
                    continue
                last, printed = perform(command, folder)
                found.append(Example(command, shown, printed))
            yield block, found


def perform(command: str, folder: Path) -> tuple[int, str]:
    """Run a command of ours in a folder; return its code and all that it prints."""
    words = shlex.split(command, comments=True)
    assert words[0] == "cnnanalyze", f"only our own commands are run, not: {command}"
    *words, target = (words[:-2] + words[-1:]) if ">" in words else (*words, "")
    out, here = io.StringIO(), Path.cwd()
    quiet = {"GITHUB_ACTIONS", "CI_PROJECT_DIR", "FORCE_COLOR", "COLUMNS"}
    kept = {name: os.environ.pop(name) for name in quiet & set(os.environ)}
    os.environ["COLUMNS"] = COLUMNS
    os.chdir(folder)
    try:
        with redirect_stderr(out), redirect_stdout(io.StringIO() if target else out) as printed:
            code = run(words[1:])
        if target:
            Path(target).write_text(printed.getvalue(), encoding="utf-8")
    finally:
        os.chdir(here)
        del os.environ["COLUMNS"]
        os.environ.update(kept)
    return code, out.getvalue()


def agrees(shown: str, printed: str) -> bool:
    """Whether what is shown is what is printed, dots standing for any lines."""
    parts = [
        re.escape(part) for part in re.split(rf"^{re.escape(DOTS)}\n", shown, flags=re.MULTILINE)
    ]
    return re.fullmatch("(?:.*\n)*".join(parts), printed) is not None


def written(page: str) -> str:
    """Return a page with what is printed now, where it leaves nothing out."""
    with tempfile.TemporaryDirectory() as folder:
        pieces, at = [], 0
        for block, found in examples(page, Path(folder)):
            pieces.append(page[at : block.start("body")])
            for example in found:
                has_dots = f"{DOTS}\n" in example.shown
                pieces += [
                    f"$ {example.command}\n",
                    example.shown if has_dots else example.printed,
                ]
            at = block.end("body")
    return "".join([*pieces, page[at:]])


if __name__ == "__main__":
    for name in sys.argv[1:]:
        if name != "--write":
            path = Path(name)
            text = written(path.read_text("utf-8"))
            if "--write" in sys.argv:
                path.write_text(text, "utf-8")
            else:
                sys.stdout.write(text)
