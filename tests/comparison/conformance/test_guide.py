"""The guide to a test that fails when code and spec part does what it says."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "guides" / "conformance_test.md").read_text("utf-8")


@pytest.mark.frameworks
def test_the_test_of_the_guide_passes_and_fails_as_it_says(tmp_path: Path) -> None:
    pytest.importorskip("torch", reason="torch is not installed")
    for text in re.findall(r"^```(?:py|yaml)\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE):
        file = tmp_path / re.match(r"# (\S+)\n", text)[1]  # type: ignore[index]  # each is named
        file.parent.mkdir(exist_ok=True)
        file.write_text(text)

    def run() -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_net.py"],
            cwd=tmp_path,
            env={"PYTHONPATH": f"{ROOT}:{tmp_path}", "PATH": ""},
            capture_output=True,
            text=True,
            check=False,
        )

    done = run()
    assert done.returncode == 0, done.stdout
    code = (tmp_path / "net.py").read_text("utf-8")
    (tmp_path / "net.py").write_text(code.replace("32, stride=2", "32, stride=1"))
    done = run()
    assert done.returncode == 1
    (shown,) = re.findall(r"^```text\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
    assert " ".join(shown.split()) in " ".join(done.stdout.split())
