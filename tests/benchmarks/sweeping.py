"""Sweeps: points a second by their parts, against whole networks one by one."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import cnnanalyze as cnn
from cnnanalyze.api.sweeping import Sweep
from cnnanalyze.language.build import vary
from cnnanalyze.sweeping.parameters import joined
from cnnanalyze.sweeping.plan import Member, Plan, make_plan
from cnnanalyze.sweeping.result import Point, Summary
from cnnanalyze.sweeping.run import run
from cnnanalyze.sweeping.sweep_file import read_sweep
from tests.benchmarks.clock import table

GRID = {
    "width": "0.25..1.4/0.05",
    "resolution": "96..288/16",
    "repeats[1]": "1..4",
    "repeats[2]": "1..5",
    "repeats[3]": "2..6",
    "repeats[4]": "1..5",
    "expansions[3]": "3..9",
}
"""More than a million networks like MobileNetV2."""
REGNET = {
    "depth": "12..28",
    "w_0": "log(8, 256)",
    "w_a": "log(8, 256)",
    "w_m": "uniform(2, 3)",
    "group_width": [8, 16, 32, 64, 128],
}
DENSENET = {"growth": "8..48/4", "depths[0]": "2..8", "depths[1]": "4..16", "depths[2]": "8..40/2"}
"""A family that nothing was made quick for."""
SPACE = Path(__file__).parents[2] / "specs" / "sweeps" / "regnet.sweep"
REGNET_OF_PYCLS = {
    "DEPTH": "depth", "W0": "w_0", "WA": "w_a", "WM": "w_m", "GROUP_W": "group_width"
}  # fmt: skip
"""What the parameters of a RegNet are called in pycls and in our spec."""
ONE_BY_ONE = 40
"""How many points are analysed as whole networks."""


def main() -> None:
    """Print what families take."""
    rows = [
        _family("mobilenet_v2", GRID, ("parameters", "macs", "peak_memory"), 1_000_000),
        _family("regnet_y_400mf", REGNET, ("parameters", "macs", "receptive_field"), 100_000),
        _family("densenet121", DENSENET, ("parameters", "macs", "peak_memory"), None),
    ]
    heads = ("family", "points", "kept", "parts", "s of a core", "points/s", "whole networks/s")
    table("Sweeps in this process", heads, rows)
    _peers()


def _peers() -> None:
    """Print what pycls and torchinfo take for the same points, where both are installed."""
    try:
        import torch
        from pycls.core.config import cfg
        from pycls.models.regnet import RegNet
        from torchinfo import summary
    except ImportError as error:
        print(f"\npycls and torchinfo were not run: {error}")
        return
    plan = replace(read_sweep(SPACE), quantities=("parameters", "macs"), pareto=())
    began = time.process_time()
    points = list(Sweep(plan, checks=0))
    rows = [("this sweep", points, time.process_time() - began)]
    cfg.MODEL.NUM_CLASSES, cfg.REGNET.SE_ON = 1000, True

    def choose(point: Point) -> None:
        for theirs, ours in REGNET_OF_PYCLS.items():
            cfg.REGNET[theirs] = point.parameters[ours]

    def count(point: Point) -> int:
        choose(point)
        found = RegNet.complexity({"h": 224, "w": 224, "flops": 0, "params": 0, "acts": 0})
        return int(found["params"])

    def summarise(point: Point) -> int:
        choose(point)
        with torch.device("meta"):
            model = RegNet()
            found = summary(model, input_data=torch.zeros(1, 3, 224, 224), verbose=0)
        return int(found.total_params)

    for name, ask, some in (
        ("counter of pycls", count, points),
        ("torchinfo", summarise, points[:: len(points) // ONE_BY_ONE]),
    ):
        began = time.process_time()
        told = [ask(point) for point in some]
        took = time.process_time() - began
        assert told == [point.numbers["parameters"] for point in some]
        rows.append((name, some, took))
    table(
        f"{len(points):,} RegNets, kept of {plan.count:,}, in this process",
        ("counter", "points", "s of a core", "points/s"),
        [(name, f"{len(some):,}", f"{s:.2f}", f"{len(some) / s:,.0f}") for name, some, s in rows],
    )


def _plan(
    name: str, vary_: Mapping[str, object], told: tuple[str, ...], sample: int | None
) -> Plan:
    member = Member(f"zoo:{name}", cnn.load(f"zoo:{name}"))
    return make_plan([member], vary_, quantities=told, pareto=[], sample=sample)


def _family(
    name: str, vary_: Mapping[str, object], told: tuple[str, ...], sample: int | None
) -> tuple[str, ...]:
    plan = _plan(name, vary_, told, sample)
    summary, began = Summary(plan), time.process_time()
    for chunk in run(plan, checks=0):
        summary.add(chunk)
    took = time.process_time() - began
    return (
        name,
        f"{summary.points:,}",
        f"{summary.kept:,}",
        f"{summary.distinct:,}",
        f"{took:.1f}",
        f"{summary.points / took:,.0f}",
        f"{_one_by_one(plan):,.0f}",
    )


def _one_by_one(plan: Plan) -> float:
    """Return how many whole networks a second are laid out and analysed."""
    done, began = 0, time.process_time()
    for settings in plan.space.points(range(0, plan.count, max(1, plan.count // ONE_BY_ONE))):
        try:
            spec = plan.members[0].spec
            cnn.analyze(vary(spec, joined(spec, {}, settings)))
        except cnn.CnnError:
            continue
        done += 1
    return done / (time.process_time() - began)


if __name__ == "__main__":
    main()
