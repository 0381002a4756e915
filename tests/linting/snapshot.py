"""What every rule says of every network: ``python -m tests.linting.snapshot --write``.

One line for each place: network, code, severity, path of the first instance, number of instances.
All rules are on, those of all targets, too, and what specs ignore is shown as well.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

from cnnanalyze.errors import CnnError
from cnnanalyze.linting.run import Configuration, lint_specs, of_file
from cnnanalyze.linting.selection import Level
from cnnanalyze.linting.settings import SettingsSource
from tests.conftest import SPECS

FILE = Path(__file__).parent / "snapshot.txt"
_OWN = ("LN", "SP010")
"""What the linter says of comments and settings: without the comments it would say it wrongly."""


def hits(path: Path) -> list[str]:
    """Return the lines of one network."""
    text = path.read_text("utf-8").replace("# cnn:", "# was cnn:")
    spec = replace(of_file(path), name=path.name, text=text)
    settings = Configuration(SettingsSource("the snapshot", Level(select=("ALL",))), isolated=True)
    (result,) = lint_specs([spec], settings)
    if isinstance(result, CnnError):
        raise result
    crashed = [f.message for f in result.findings if f.code == "LN001"]
    assert not crashed, crashed
    return sorted(
        f"{path.stem} {f.code} {f.severity} {f.path or '-'} {f.instances}"
        for f in result.findings
        if not f.code.startswith(_OWN)
    )


def recorded() -> dict[str, list[str]]:
    """Return the recorded lines by network."""
    found: dict[str, list[str]] = {}
    for line in FILE.read_text("utf-8").splitlines():
        found.setdefault(line.split(" ", maxsplit=1)[0], []).append(line)
    return found


if __name__ == "__main__":
    if "--write" not in sys.argv:
        sys.exit(__doc__)
    lines = sorted(line for path in SPECS.glob("*.yaml") for line in hits(path))
    FILE.write_text("\n".join([*lines, ""]), "utf-8")
