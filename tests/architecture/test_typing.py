"""What a type checker says to users, who run no plug-in of pydantic."""

import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

import cnnanalyze as cnn
import cnnanalyze.layers
from cnnanalyze.layers.base import KINDS

SCRIPT = Path(__file__).parent / "user_script.py"
"""What a user might write; checked, and run."""


def layer_classes() -> Iterator[type[cnn.Layer]]:
    """Yield the classes of the layer kinds that come along."""
    for name in KINDS.names():
        kind = KINDS.get(name)
        if kind is not None and kind.__module__.startswith("cnnanalyze."):
            yield kind


def every_kind() -> str:
    """Return a script that makes a layer of every kind with nothing but what it must be given."""
    lines = ["from typing import Any", "", "", "def build(given: Any) -> None:"]
    for kind in layer_classes():
        needed = [name for name, field in kind.model_fields.items() if field.is_required()]
        given = ", ".join(f"{name}=given" for name in needed)
        lines += [
            f"    from {kind.__module__} import {kind.__name__}",
            f"    {kind.__name__}({given})",
        ]
    return "\n".join([*lines, ""])


needs_mypy = pytest.mark.skipif(find_spec("mypy") is None, reason="mypy is not installed")
pytestmark = pytest.mark.thorough


def mypy(*scripts: Path, cache: Path) -> str:
    """Return what mypy says under its strictest settings, with no plug-in."""
    options = ["--strict", "--config-file=", "--follow-imports=silent", f"--cache-dir={cache}"]
    call = [sys.executable, "-m", "mypy", *options, *map(str, scripts)]
    return subprocess.run(call, capture_output=True, text=True, check=False, cwd=cache).stdout


def pyright(*scripts: Path, cache: Path) -> str:
    """Return what pyright says by its own standard."""
    call = [sys.executable, "-m", "pyright", "--pythonpath", sys.executable, *map(str, scripts)]
    return subprocess.run(call, capture_output=True, text=True, check=False, cwd=cache).stdout


@needs_mypy
def test_mypy_without_plugins_accepts_what_users_write(tmp_path: Path) -> None:
    kinds = tmp_path / "kinds.py"
    kinds.write_text(every_kind())
    assert kinds.read_text().count("import ") > 60
    assert "Success" in (said := mypy(kinds, SCRIPT, cache=tmp_path)), said


@needs_mypy
def test_mypy_without_plugins_refuses_what_is_wrong(tmp_path: Path) -> None:
    script = tmp_path / "wrong.py"
    script.write_text(
        "import cnnanalyze as cnn\n"
        "from cnnanalyze.layers.conv import Conv\n"
        "Conv(filters=8)\n"
        "words: str = cnn.analyze('zoo:lenet5').total.parameters\n"
    )
    said = mypy(script, cache=tmp_path)
    assert 'wrong.py:3: error: Missing named argument "kernel" for "Conv"' in said
    assert "wrong.py:4: error: Incompatible types in assignment" in said


@pytest.mark.skipif(find_spec("pyright") is None, reason="pyright is not installed")
def test_pyright_accepts_what_users_write(tmp_path: Path) -> None:
    kinds = tmp_path / "kinds.py"
    kinds.write_text(every_kind())
    assert "0 errors" in (said := pyright(kinds, SCRIPT, cache=tmp_path)), said


def test_what_users_write_runs() -> None:
    call = [sys.executable, str(SCRIPT)]
    run = subprocess.run(call, capture_output=True, text=True, check=False)
    assert (run.returncode, run.stderr) == (0, "")
