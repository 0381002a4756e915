"""``main`` is a function as any other; only the script of the console ends the process."""

from __future__ import annotations

import gc
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from cnnanalyze.cli import main


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--version"], 0),
        (["lint", "zoo:m5", "--isolated", "--select", "NA001"], 1),
        (["summary", "nosuch"], 2),
    ],
    ids=["well", "findings", "not done"],
)
def test_main_returns_the_exit_code(
    capsys: pytest.CaptureFixture[str], arguments: list[str], code: int
) -> None:
    environment, thresholds = dict(os.environ), gc.get_threshold()
    handlers = signal.getsignal(signal.SIGINT), sys.excepthook, sys.unraisablehook
    assert main(arguments) == code
    assert capsys.readouterr().out or code == 2
    assert dict(os.environ) == environment
    assert (gc.get_threshold(), gc.isenabled()) == (thresholds, True)
    assert (signal.getsignal(signal.SIGINT), sys.excepthook, sys.unraisablehook) == handlers


AFTER = """\
import atexit, sys, threading

def work():
    threading.main_thread().join()  # the command is done, and the process is about to end
    print("the thread is done", flush=True)

atexit.register(print, "the exit handler ran", flush=True)
threading.Thread(target=work).start()
sys.argv = ["cnnanalyze", "--version"]
from cnnanalyze.__main__ import main
main()
"""


def test_the_script_waits_for_threads_and_runs_exit_handlers() -> None:
    done = subprocess.run(
        [sys.executable, "-c", AFTER], capture_output=True, text=True, check=True, timeout=60
    )
    version, *rest = done.stdout.splitlines()
    assert version.startswith("cnnanalyze ")
    assert rest == ["the thread is done", "the exit handler ran"]


def test_a_profile_of_the_command_is_printed(tmp_path: Path) -> None:
    found = tmp_path / "profile"
    command = ["-m", "cProfile", "-o", str(found), "-m", "cnnanalyze", "--version"]
    subprocess.run([sys.executable, *command], capture_output=True, check=True, timeout=60)
    assert found.stat().st_size > 1000
