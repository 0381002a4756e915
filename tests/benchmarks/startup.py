"""Whole processes: ``summary`` against its imports, and against the peers on one network."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from tests.benchmarks.clock import in_turns, process, table

SPEC = "specs/resnet50.yaml"
HERE = Path(__file__).parent
IDLE = """
import sys, typer
app = typer.Typer()
@app.command()
def idle(specs: list[str], depth: int | None = None, form: str = "table") -> None:
    import yaml{more}
    from pydantic import BaseModel
@app.command()
def other() -> None:
    pass
sys.argv = ["idle", "idle", "spec"]
app()
"""
"""A command that does nothing but import what ``summary`` needs, typer's own work included."""
RICH = ", rich.console, rich.table"
"""What only a terminal needs."""

PEERS = (("torchinfo", "torch", "torchinfo"), ("onnx-tool", "onnx", "onnx_tool"))


def main(rounds: int = 9) -> None:
    """Print whole-process times of ResNet-50's summary."""
    calls = {
        "python, nothing": process("-c", "pass"),
        "an idle command: typer, pydantic, yaml": process("-c", IDLE.format(more="")),
        "an idle command: these and rich": process("-c", IDLE.format(more=RICH)),
        "cnnanalyze summary": process("-m", "cnnanalyze", "summary", SPEC),
        "cnnanalyze summary, in colour": process(
            "-m", "cnnanalyze", "summary", SPEC, FORCE_COLOR="1"
        ),
        "cnnanalyze summary --format json": process(
            "-m", "cnnanalyze", "summary", SPEC, "--format", "json"
        ),
    }
    times = in_turns(calls, rounds)
    plain, coloured = (times[name] for name in calls if name.startswith("an idle command"))
    rows = [(n, f"{t:.3f}", f"{t / plain:.2f}", f"{t / coloured:.2f}") for n, t in times.items()]
    for peer, *needs in PEERS:
        if any(importlib.util.find_spec(n) is None for n in needs):
            rows.append((peer, "not installed", "", ""))
            continue
        script = str(HERE / f"peer_{needs[1]}.py")
        process(script, "prepare")()
        pair = in_turns({"ours": calls["cnnanalyze summary"], peer: process(script)}, 5)
        share = f"{pair['ours'] / pair[peer]:.2f}"
        rows.append((f"{peer} (ratio: ours to its)", f"{pair[peer]:.3f}", share, ""))
    heads = ("", "s", "to idle", "to idle with rich")
    table("Whole process, ResNet-50 (s, and ratios)", heads, rows)


if __name__ == "__main__":
    main()
