"""Ctrl-C at any time: no traceback, and the exit code 130."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent

MODULE, _, FUNCTION = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))[
    "project"
]["scripts"]["cnnanalyze"].partition(":")
STARTS = {
    "script": f"from {MODULE} import {FUNCTION}; sys.exit({FUNCTION}())",
    "module": "import runpy; runpy.run_module('cnnanalyze', run_name='__main__', alter_sys=True)",
}
"""What the command that pip makes does, and what ``python -m`` does."""

INTERRUPT = """
import os, signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
class Interrupt:
    def find_spec(self, name, path=None, target=None):
        if name == {module!r}:
            {deed}
sys.meta_path.insert(0, Interrupt())
sys.argv[1:] = ["summary", "zoo:lenet5"]
{start}
"""
KILL = "os.kill(os.getpid(), signal.SIGINT)"


def ended(code: str) -> tuple[int, str, str]:
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60
    )
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize("start", STARTS.values(), ids=STARTS)
@pytest.mark.parametrize(
    "module",
    ["cnnanalyze.cli", "typer", "cnnanalyze.errors", "cnnanalyze.cli.summary", "pydantic", "yaml"],
)
def test_an_interrupt_of_an_import_is_quiet(start: str, module: str) -> None:
    assert ended(INTERRUPT.format(module=module, deed=KILL, start=start)) == (130, "", "")


@pytest.mark.parametrize("start", STARTS.values(), ids=STARTS)
def test_an_interrupt_is_not_lost_where_python_cannot_raise_it(start: str) -> None:
    # What happens in a callback like this one is printed and passed over.
    deed = f"import weakref; weakref.finalize(Interrupt(), lambda: {KILL})"
    code = INTERRUPT.format(module="cnnanalyze.language.zoo", deed=deed, start=start)
    assert ended(code) == (130, "", "")


def test_what_else_python_cannot_raise_is_told_as_ever() -> None:
    deed = "import weakref; weakref.finalize(Interrupt(), lambda: 1 / 0)"
    code = INTERRUPT.format(module="cnnanalyze.language.zoo", deed=deed, start=STARTS["script"])
    returned, out, err = ended(code)
    assert returned == 0
    assert out.startswith("LeNet-5")
    assert "ZeroDivisionError" in err


def test_the_interrupt_of_the_test_would_show_a_traceback() -> None:
    start = "from cnnanalyze.cli import main; main()"
    code, _, err = ended(INTERRUPT.format(module="typer", deed=KILL, start=start))
    assert code != 130
    assert "KeyboardInterrupt" in err


def test_who_ignores_interrupts_goes_on_ignoring_them() -> None:
    start = f"signal.signal(signal.SIGINT, signal.SIG_IGN)\n{STARTS['script']}"
    code, out, err = ended(INTERRUPT.format(module="typer", deed=KILL, start=start))
    assert (code, err) == (0, "")
    assert out.startswith("LeNet-5")
