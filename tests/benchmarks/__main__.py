"""Run all benchmarks: ``python -m tests.benchmarks`` from the top of the repository."""

from __future__ import annotations

from tests.benchmarks import (
    analysis,
    audit,
    forward,
    growth,
    importing,
    lint,
    reading,
    startup,
    sweeping,
)

if __name__ == "__main__":
    startup.main()
    reading.main()
    analysis.main()
    importing.main()
    lint.main()
    audit.main()
    forward.main()
    growth.main()
    sweeping.main()
