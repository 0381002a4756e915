"""The files in docs/schemas: ``python -m tests.schemas.files --write`` writes them."""

from __future__ import annotations

import sys
from pathlib import Path

from cnnanalyze.report.json import dump
from cnnanalyze.schemas import SCHEMAS, file_of, schema_of

FOLDER = Path(__file__).parent.parent.parent / "docs" / "schemas"


def texts() -> dict[str, str]:
    """Return what every file holds, by its name."""
    return {file_of(name): dump(schema_of(name)) for name in SCHEMAS}


if __name__ == "__main__" and "--write" in sys.argv:
    FOLDER.mkdir(exist_ok=True)
    for name, text in texts().items():
        (FOLDER / name).write_text(text, encoding="utf-8")
