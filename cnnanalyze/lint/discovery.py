"""Which configuration holds for a spec: the closest of ``cnnanalyze.toml`` and ``pyproject.toml``.

Most projects have none; then nothing that reads one is imported.
"""

from __future__ import annotations

import re
from pathlib import Path

from cnnanalyze.core.files import is_file

FILES = {"cnnanalyze.toml": ("lint",), "pyproject.toml": ("tool", "cnnanalyze", "lint")}
"""The files that are looked for, in this order, and the table that is meant."""


def find(folder: Path) -> Path | None:
    """Return the configuration file for specs in a folder: the closest, going upwards.

    A ``pyproject.toml`` counts only if it has a table ``[tool.cnnanalyze.lint]``.
    """
    for here in (folder, *folder.parents):
        for name, at in FILES.items():
            path = here / name
            if is_file(path) and (name == "cnnanalyze.toml" or _has_table(path, at)):
                return path
    return None


def _has_table(path: Path, at: tuple[str, ...]) -> bool:
    from cnnanalyze.lint.toml import open_toml, parse, table_at  # noqa: PLC0415 - see above

    source = open_toml(path)
    # Most projects have no table of ours; TOML's reader need not be imported to see that.
    is_possible = "cnnanalyze" in source.text and re.search(_OURS, source.text) is not None
    return is_possible and table_at(parse(source), at) is not None


_OURS = r"""(?m)tool["']?\s*\.\s*["']?cnnanalyze|^\s*\[\s*["']?tool["']?\s*\]"""
"""Every way in which a TOML file can come to ``tool.cnnanalyze``."""
