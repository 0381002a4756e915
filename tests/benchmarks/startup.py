"""Whole processes: ``summary`` of ResNet-50 against an idle command, and against the peers."""

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
    import rich.console, rich.table, yaml
    from pydantic import BaseModel
@app.command()
def other() -> None:
    pass
sys.argv = ["idle", "idle", "spec"]
app()
"""
"""A command that does nothing but import what a command such as ``summary`` needs."""
BAR, PEER_BAR = 1.6, 1.2
"""How many times as long as the idle command, and as a peer, ``summary`` may take."""

PEERS = (("torchinfo", "torch", "torchinfo"), ("onnx-tool", "onnx", "onnx_tool"))


def main(rounds: int = 9) -> None:
    """Print whole-process times of ResNet-50's summary."""
    summary = process("-m", "cnnanalyze", "summary", SPEC)
    calls = {
        "python, nothing": process("-c", "pass"),
        "an idle command: typer, rich, pydantic, yaml": process("-c", IDLE),
        f"cnnanalyze summary (bar: {BAR})": summary,
        "cnnanalyze summary, in colour": process(
            "-m", "cnnanalyze", "summary", SPEC, FORCE_COLOR="1"
        ),
        "cnnanalyze summary --format json": process(
            "-m", "cnnanalyze", "summary", SPEC, "--format", "json"
        ),
        "cnnanalyze lint": process("-m", "cnnanalyze", "lint", SPEC),
        "cnnanalyze --help": process("-m", "cnnanalyze", "--help"),
    }
    for call in calls.values():  # compiles what it imports
        call()
    times = in_turns(calls, rounds)
    (idle,) = (t for name, t in times.items() if name.startswith("an idle command"))
    rows = [(name, f"{t:.3f}", f"{t / idle:.2f}") for name, t in times.items()]
    for peer, *needs in PEERS:
        if any(importlib.util.find_spec(n) is None for n in needs):
            rows.append((peer, "not installed", ""))
            continue
        script = str(HERE / f"peer_{needs[1]}.py")
        process(script, "prepare")()
        process(script)()
        pair = in_turns({"ours": summary, peer: process(script)}, rounds)
        share = f"{pair['ours'] / pair[peer]:.2f}"
        rows.append((f"{peer} (ratio: ours to its; bar: {PEER_BAR})", f"{pair[peer]:.3f}", share))
    table("Whole process, ResNet-50 (s, and ratios)", ("", "s", "to idle"), rows)


if __name__ == "__main__":
    main()
