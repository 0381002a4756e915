"""Code that lies in the current folder is not run, however the program is started."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.sampled(4)

SPEC = "cnn: 1\ninput: 5x5x1\nlayers: [relu]\n"
LURES = ("typer", "yaml", "json", "numpy", "rich", "pydantic", "networkx", "jinja2", "random")
SCRIPT = Path(sys.executable).with_name("cnnanalyze")
STARTS = {
    "module": [sys.executable, "-m", "cnnanalyze"],
    "script": [str(SCRIPT)],
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with a spec, and with modules that leave a mark where they are imported."""
    for name in LURES:
        lure = f"open({str(tmp_path / 'ran')!r}, 'a').write({name!r})\n"
        (tmp_path / f"{name}.py").write_text(lure, encoding="utf-8")
    package = tmp_path / "lure-1.dist-info"
    package.mkdir()
    (package / "entry_points.txt").write_text(
        "[cnnanalyze.layers]\nlure = random\n", encoding="utf-8"
    )
    (package / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: lure\nVersion: 1\n", encoding="utf-8"
    )
    for name in ("a", "b"):
        (tmp_path / f"{name}.yaml").write_text(SPEC, encoding="utf-8")
    dotted = SPEC.replace("relu", "acme.swish")
    (tmp_path / "c.yaml").write_text(dotted, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("start", STARTS.values(), ids=STARTS)
@pytest.mark.parametrize(
    "arguments",
    [
        ("summary", "a.yaml"),
        ("summary", "c.yaml"),
        ("lint", "a.yaml"),
        ("verify", "a.yaml"),
        ("gallery", "a.yaml", "b.yaml", "-o", "pages", "--jobs", "2"),
    ],
    ids=["summary", "plug-in", "lint", "verify", "several processes"],
)
def test_nothing_of_the_current_folder_is_run(
    start: list[str], arguments: tuple[str, ...], folder: Path
) -> None:
    if not Path(start[0]).exists():
        pytest.skip("the script is not installed")
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
    outcome = subprocess.run(
        [*start, *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert not (folder / "ran").exists(), (folder / "ran").read_text(encoding="utf-8")
    assert "unforeseen" not in outcome.stderr
    assert outcome.returncode == (2 if "c.yaml" in arguments else 0), outcome.stderr
