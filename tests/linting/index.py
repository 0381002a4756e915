"""The index of the rules from their classes: ``python -m tests.linting.index [--write]``."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

from cnnanalyze.linting import rules as package
from cnnanalyze.linting.rule import RULES

FOLDER = Path(package.__file__).parent
FILE = FOLDER / "index.py"


def rows(*, lenient: bool = False) -> list[str]:
    """Return one row for each rule of ours, by code; a module that is broken may be passed over."""
    found = {}
    for path in sorted(FOLDER.glob("*/*.py")):
        if path.stem == "__init__":
            continue
        try:
            import_module(f"{package.__name__}.{path.parent.name}.{path.stem}")
        except Exception as error:
            if not lenient:
                raise
            sys.stderr.write(f"{path}: {error}\n")
    for cls in RULES.loaded():
        module = cls.__module__.removeprefix(f"{package.__name__}.")
        if module != cls.__module__:
            entry = package.entry_of(cls)
            found[cls.code] = " ".join(
                (
                    *(entry.code, entry.name, module, entry.severity, entry.needs),
                    ",".join(sorted(entry.profiles)) or "-",
                    entry.section or "-",
                    ",".join(sorted(entry.traits)) or "-",
                    ",".join(sorted(entry.attributes)) or "-",
                )
            )
    return [row for _, row in sorted(found.items())]


def written(*, lenient: bool = False) -> str:
    """Return the index as it should be."""
    head, _, _ = FILE.read_text("utf-8").partition('ROWS = """')
    end = '"""  # noqa: E501 - a table'
    return "\n".join((f'{head}ROWS = """', *rows(lenient=lenient), end, ""))


if __name__ == "__main__":
    if "--write" in sys.argv:
        FILE.write_text(written(lenient=True), "utf-8")
        try:
            rows()
        except Exception:  # noqa: BLE001 - whatever a module of a rule raises was told above
            sys.exit("what cannot be imported is not in the index")
    elif FILE.read_text("utf-8") != written():
        sys.exit("the index of the rules is out of date: python -m tests.linting.index --write")
