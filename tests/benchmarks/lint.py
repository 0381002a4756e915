"""Linting: all networks in one process, a thousand files, one file as a whole process, two jobs."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from tests.benchmarks.clock import in_turns, process, table

SPECS = Path("specs")
MIDDLE = ("googlenet", "mobilenet_v2", "resnet34", "vgg16", "shufflenet_v2_x1_0")
COPIES = 1_000
IMPORTS = "import yaml, pydantic, cnnanalyze.analysis.pipeline, cnnanalyze.language.build"
RUN = """
import sys
from pathlib import Path
from cnnanalyze.linting.run import Configuration, lint_specs, of_file
specs = [of_file(path) for path in sorted(Path(sys.argv[1]).glob("*.yaml"))]
assert len(list(lint_specs(specs, Configuration(isolated=True)))) == len(specs)
"""
READ = """
import sys
from pathlib import Path
from cnnanalyze.analysis.pipeline import analyze
from cnnanalyze.language.build import load
for path in sorted(Path(sys.argv[1]).glob("*.yaml")):
    analyze(load(path))
"""


def main(rounds: int = 5) -> None:
    """Print whole-process times and their ratios."""
    _one(rounds)
    _all(rounds)
    _many()


def _one(rounds: int) -> None:
    name = str(SPECS / "resnet50.yaml")
    times = in_turns(
        {
            "cnnanalyze summary": process("-m", "cnnanalyze", "summary", name),
            "cnnanalyze lint": process("-m", "cnnanalyze", "lint", name),
            "cnnanalyze lint --isolated": process("-m", "cnnanalyze", "lint", "--isolated", name),
            "cnnanalyze lint --isolated --select CV003": process(
                "-m", "cnnanalyze", "lint", "--isolated", "--select", "CV003", name
            ),
            "cnnanalyze summary, in colour": process(
                "-m", "cnnanalyze", "summary", name, FORCE_COLOR="1"
            ),
            "cnnanalyze lint, in colour": process(
                "-m", "cnnanalyze", "lint", name, FORCE_COLOR="1"
            ),
        },
        2 * rounds,
    )
    base = times["cnnanalyze summary"]
    shown = times["cnnanalyze summary, in colour"]
    rows = [
        (n, f"{t:.3f}", f"{t / (shown if n.endswith('in colour') else base):.2f}")
        for n, t in times.items()
    ]
    table("One file, whole process, ResNet-50 (s; ratio to summary)", ("", "s", "ratio"), rows)


def _all(rounds: int) -> None:
    count = len(list(SPECS.glob("*.yaml")))
    times = in_turns(
        {
            "imports only": process("-c", IMPORTS),
            "read and analyze": process("-c", READ, str(SPECS)),
            "lint": process("-c", RUN, str(SPECS)),
        },
        rounds,
    )
    base = times["imports only"]
    rows = [(n, f"{t:.2f}", f"{t / base:.1f}", f"{t / count * 1e3:.1f}") for n, t in times.items()]
    head = ("", "s", "ratio", "ms a file")
    table(f"All {count} networks in one process (ratio to the imports)", head, rows)


def _many() -> None:
    with tempfile.TemporaryDirectory() as folder:
        for n in range(COPIES):
            name = MIDDLE[n % len(MIDDLE)]
            shutil.copy(SPECS / f"{name}.yaml", Path(folder) / f"{name}_{n}.yaml")
        command = ("-m", "cnnanalyze", "lint", folder, "--exit-zero", "-f", "summary", "--isolated")
        times = in_turns(
            {"one process": process(*command), "--jobs 2": process(*command, "-j", "2")}, 1
        )
    base = times["one process"]
    rows = [(n, f"{t:.1f}", f"{t / base:.2f}", f"{t / COPIES * 1e3:.1f}") for n, t in times.items()]
    table(f"{COPIES:,} mid-size specs", ("", "s", "ratio", "ms a file"), rows)


if __name__ == "__main__":
    main()
