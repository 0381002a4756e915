"""Sweeps: points a second by their parts, against whole networks one by one."""

from __future__ import annotations

import time
from collections.abc import Mapping

import cnnanalyze as cnn
from cnnanalyze.language.build import vary
from cnnanalyze.sweeping.parameters import joined
from cnnanalyze.sweeping.plan import Member, Plan, make_plan
from cnnanalyze.sweeping.result import Summary
from cnnanalyze.sweeping.run import run
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
