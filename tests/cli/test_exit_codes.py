"""Exit codes say what happened, whoever reads what is printed: CI looks at nothing else."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.linting.networks import EVEN

pytestmark = pytest.mark.sampled(3)

RUN = [sys.executable, "-m", "cnnanalyze"]
needs_full = pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
WRONG = EVEN + "expect: [{source: me, total: {parameters: 1}}]\nbudgets: {parameters: 1}\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "net.yaml").write_text(EVEN, encoding="utf-8")
    (tmp_path / "wrong.yaml").write_text(WRONG, encoding="utf-8")
    return tmp_path


def unread() -> int:
    """Return a pipe that nobody reads."""
    reading, writing = os.pipe()
    os.close(reading)
    return writing


CASES = [
    (2, ("lint", "nosuch.yaml")),
    (2, ("lint", "nosuch.yaml", "net.yaml")),
    (2, ("summary", "nosuch")),
    (2, ("budget", "nosuch")),
    (2, ("budget", "net.yaml")),
    (2, ("lint", "--nosuch")),
    (1, ("lint", "net.yaml")),
    (1, ("lint", "net.yaml", "--format", "json")),
    (1, ("budget", "wrong.yaml")),
    (1, ("audit", "wrong.yaml")),
    (0, ("lint", "net.yaml", "--exit-zero")),
    (0, ("summary", "net.yaml")),
    (0, ("lint", "--show-files")),
]


FEW = CASES[1::4]


@pytest.mark.parametrize(
    ("streams", "code", "arguments"),
    [*(("both", *case) for case in CASES), *((s, *c) for s in ("stdout", "stderr") for c in FEW)],
)
def test_pipe_that_nobody_reads_changes_no_exit_code(
    folder: Path, streams: str, code: int, arguments: tuple[str, ...]
) -> None:
    writing = unread()
    try:
        done = subprocess.run(
            [*RUN, *arguments],
            cwd=folder,
            stdout=writing if streams != "stderr" else subprocess.PIPE,
            stderr=writing if streams != "stdout" else subprocess.PIPE,
            check=False,
            env={**os.environ, "GITHUB_ACTIONS": "false"},
        )
    finally:
        os.close(writing)
    assert done.returncode == code
    assert b"Traceback" not in (done.stderr or b"")


@needs_full
@pytest.mark.parametrize(("code", "arguments"), FEW)
def test_full_stderr_changes_no_exit_code(
    folder: Path, code: int, arguments: tuple[str, ...]
) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [*RUN, *arguments], cwd=folder, stdout=subprocess.PIPE, stderr=full, check=False
        )
    assert done.returncode == code


@needs_full
@pytest.mark.parametrize("arguments", [arguments for _, arguments in FEW])
def test_full_stdout_is_a_failure(folder: Path, arguments: tuple[str, ...]) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [*RUN, *arguments], cwd=folder, stdout=full, stderr=subprocess.PIPE, check=False
        )
    assert done.returncode == 2
    assert b"Traceback" not in done.stderr


def test_watching_ends_when_nobody_reads(folder: Path) -> None:
    writing = unread()
    try:
        done = subprocess.run(
            [*RUN, "lint", "net.yaml", "--watch"],
            cwd=folder,
            stdout=writing,
            stderr=subprocess.PIPE,
            check=False,
            timeout=60,
        )
    finally:
        os.close(writing)
    assert (done.returncode, done.stderr) == (0, b"")
