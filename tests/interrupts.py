"""A process that is interrupted as a terminal does it: together with all that it started."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

ROOT = Path(__file__).parent.parent


def interrupt(script: Path, code: str, delay: float) -> tuple[int, str, str]:
    """Run code that says 'ready', interrupt it after some seconds; return exit code, out and err.

    The code becomes a file: processes that are started afresh import it.
    """
    script.write_text(code, encoding="utf-8")
    running = subprocess.Popen(
        [sys.executable, str(script)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        cwd=ROOT,
    )
    assert running.stdout is not None
    try:
        assert running.stdout.readline() == "ready\n"
        time.sleep(delay)
        os.killpg(running.pid, signal.SIGINT)
        out, err = running.communicate(timeout=60)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(running.pid, signal.SIGKILL)
    return running.returncode, out, err
