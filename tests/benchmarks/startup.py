"""Whole processes: ``summary`` against its own imports, and against the peers on the same network."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from tests.benchmarks.clock import in_turns, process, table

SPEC = "specs/resnet50.yaml"
HERE = Path(__file__).parent
IMPORTS = "import typer, pydantic, yaml, rich.console, rich.table"


def main(rounds: int = 9) -> None:
    """Print whole-process times of ResNet-50's summary."""
    calls = {
        "python, nothing": process("-c", "pass"),
        "imports it needs": process("-c", IMPORTS + "; from pydantic import BaseModel"),
        "cnnanalyze summary": process("-m", "cnnanalyze", "summary", SPEC),
        "cnnanalyze summary --format json": process(
            "-m", "cnnanalyze", "summary", SPEC, "--format", "json"
        ),
    }
    times = in_turns(calls, rounds)
    rows = [(n, f"{t:.3f}", f"{t / times['imports it needs']:.2f}") for n, t in times.items()]
    ours = times["cnnanalyze summary"]
    for peer, needs in (("torchinfo", ("torch", "torchinfo")), ("onnx-tool", ("onnx", "onnx_tool"))):
        if any(importlib.util.find_spec(n) is None for n in needs):
            rows.append((peer, "not installed", ""))
            continue
        script = str(HERE / f"peer_{needs[1]}.py")
        process(script, "prepare")()
        pair = in_turns({"ours": calls["cnnanalyze summary"], peer: process(script)}, 5)
        rows.append((f"{peer} (ours / its)", f"{pair[peer]:.3f}", f"{pair['ours'] / pair[peer]:.2f}"))
    assert ours > 0
    table("Whole process, ResNet-50 (s; ratio to the imports)", ("", "s", "ratio"), rows)


if __name__ == "__main__":
    main()
