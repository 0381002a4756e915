"""Auditing: every printed figure of all specs, tables and lectures, in one process."""

from __future__ import annotations

from pathlib import Path

from tests.benchmarks.clock import in_turns, process, table
from tests.benchmarks.lint import IMPORTS, READ

SPECS = Path("specs")
AUDIT = ("-m", "cnnanalyze", "audit", "--format", "json", "--output")


def main(rounds: int = 3) -> None:
    """Print whole-process times and their ratios."""
    tables = [str(path) for path in sorted(SPECS.rglob("*.table"))]
    specs = [*(str(path) for path in sorted(SPECS.glob("*.yaml"))), *tables]
    times = in_turns(
        {
            "imports only": process("-c", IMPORTS),
            "read and analyze": process("-c", READ, str(SPECS)),
            "audit, specs and tables": process(*AUDIT, "/dev/null", *specs),
            "audit, lectures too": process(*AUDIT, "/dev/null", str(SPECS)),
        },
        rounds,
    )
    base = times["read and analyze"]
    rows = [(n, f"{t:.2f}", f"{t / base:.1f}") for n, t in times.items()]
    table(f"Audit of {len(specs)} files (ratio to reading them)", ("", "s", "ratio"), rows)


if __name__ == "__main__":
    main()
