"""One command line with its files, carried out in this process without a net."""

from __future__ import annotations

import contextlib
import io
import os
import re
import signal
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import FrameType
from typing import NamedTuple, NoReturn
from unittest import mock

from cnnanalyze.cli import carry_out

LONGEST = 60
"""The seconds of computing after which a case counts as hanging: far more than any one takes."""
PATIENCE = 10
"""How much longer it may take by the clock: the computer may have other things to do."""
CODES = (0, 1, 2)


class Case(NamedTuple):
    """A command line, and the files that it finds in the current folder."""

    arguments: tuple[str, ...]
    files: Mapping[str, bytes] = {}
    stdin: bytes = b""
    columns: int = 100

    def __str__(self) -> str:
        lines = [f"COLUMNS={self.columns} cnnanalyze {' '.join(map(repr, self.arguments))}"]
        lines += [f"--- {name}\n{data!r}" for name, data in self.files.items()]
        if self.stdin:
            lines.append(f"--- stdin\n{self.stdin!r}")
        return "\n".join(lines)


class Outcome(NamedTuple):
    """What became of a command line."""

    code: int
    out: str
    err: str


class Hang(BaseException):
    """A command that does not end; nothing that means to catch faults catches it."""


def try_out(case: Case) -> Outcome:
    """Carry a command line out in a folder of its own; what nobody foresaw is raised."""
    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", newline="\n") for _ in range(2))
    before = Path.cwd()
    environment = {"COLUMNS": str(case.columns), "NO_COLOR": "1"}
    with (
        tempfile.TemporaryDirectory() as folder,
        mock.patch.dict(os.environ, environment),
        mock.patch.object(sys, "stdin", io.TextIOWrapper(io.BytesIO(case.stdin), "utf-8")),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        for name, data in case.files.items():
            path = Path(folder) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        os.chdir(folder)
        try:
            with limited():
                code = carry_out(case.arguments)
        finally:
            os.chdir(before)
    return Outcome(code, _text(out), _text(err))


def _text(stream: io.TextIOWrapper) -> str:
    stream.flush()
    buffer = stream.buffer
    assert isinstance(buffer, io.BytesIO)
    return buffer.getvalue().decode("utf-8")


_TIMERS = ((signal.ITIMER_PROF, signal.SIGPROF, 1), (signal.ITIMER_REAL, signal.SIGALRM, PATIENCE))


@contextlib.contextmanager
def limited(seconds: float = LONGEST) -> Iterator[None]:
    """End what computes for too long, or waits for something that does not come."""

    def ring(_: int, __: FrameType | None) -> NoReturn:
        raise Hang(f"no end after {seconds:g} seconds")

    before = [signal.signal(name, ring) for _, name, _ in _TIMERS]
    try:
        for timer, _, times in _TIMERS:
            signal.setitimer(timer, seconds * times)
        yield
    finally:
        for timer, _, _ in _TIMERS:
            signal.setitimer(timer, 0)
        for (_, name, _), handler in zip(_TIMERS, before, strict=True):
            signal.signal(name, handler)


_SAID = re.compile(r"error|Usage:", re.IGNORECASE)


def problems(outcome: Outcome) -> Iterator[str]:
    """Yield what a command must not do, whatever it was given."""
    if outcome.code not in CODES:
        yield f"exit code {outcome.code}"
    if outcome.code == 2 and not _SAID.search(outcome.err):
        yield f"exit code 2, and nothing said: {outcome.err!r}"
    for line in outcome.err.split("\n"):
        if not line.replace("\t", "").isprintable():
            yield f"a control character on stderr: {line!r}"
        if line.startswith("::"):
            yield f"a workflow command on stderr: {line!r}"
    for words in ("Traceback (most recent call last)", "something unforeseen"):
        if words in outcome.err:
            yield f"'{words}' on stderr"


def check(case: Case) -> Outcome:
    """Try a case out, and fail with all there is to know if it does not end as it must."""
    try:
        outcome = try_out(case)
    except (Exception, SystemExit, Hang) as error:
        error.add_note(str(case))
        raise
    found = list(problems(outcome))
    assert not found, "\n".join([*found, str(case)])
    return outcome
