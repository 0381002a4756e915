"""A package of somebody else's with an entry point, and a command line that finds it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path


def install(folder: Path, group: str, name: str, module: str, text: str) -> None:
    """Put a package of one module into a folder, with an entry point in one of our groups."""
    (folder / f"{module}.py").write_text(text)
    about = folder / f"{module}-1.0.dist-info"
    about.mkdir()
    package = module.replace("_", "-")
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text(f"[cnnanalyze.{group}]\n{name} = {module}\n")


def run_beside(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run a command in a process of its own, in a folder whose packages are installed."""
    return subprocess.run(
        [sys.executable, "-m", "cnnanalyze", *words],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": os.pathsep.join((str(folder), *sys.path))},
        timeout=60,
    )
