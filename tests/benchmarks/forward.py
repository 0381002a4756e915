"""Time the executor against PyTorch eager: forward passes at batch 1, in alternating runs.

Run ``python tests/benchmarks/forward.py`` from the top of the repository. The two sides live in
a process each; the ratios are of runs that follow each other, so that a busy machine hits both.
"""

from __future__ import annotations

import importlib.util
import multiprocessing
import resource
import statistics
import sys
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any

ROUNDS = 15

Row = tuple[str, str, dict[str, Any], tuple[str, ...]]


class Builder:
    """Writes a network once, as rows of (id, kind, attributes, inputs)."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.last = "input"

    def put(self, kind: str, *inputs: str, **attributes: Any) -> str:
        name = f"{kind}{len(self.rows)}"
        self.rows.append((name, kind, attributes, inputs or (self.last,)))
        self.last = name
        return name

    def conv(self, filters: int, kernel: int, stride: int = 1, *, relu: bool = True) -> str:
        self.put(
            "conv", filters=filters, kernel=kernel, stride=stride, padding=kernel // 2, bias=False
        )
        self.put("batchnorm")
        return self.put("relu") if relu else self.last


def vgg16() -> list[Row]:
    b = Builder()
    for filters, repeat in ((64, 2), (128, 2), (256, 3), (512, 3), (512, 3)):
        for _ in range(repeat):
            b.put("conv", filters=filters, kernel=3, padding=1)
            b.put("relu")
        b.put("maxpool", kernel=2)
    for units in (4096, 4096):
        b.put("dense", units=units)
        b.put("relu")
    b.put("dense", units=1000)
    return b.rows


def resnet50() -> list[Row]:
    b = Builder()
    b.conv(64, 7, 2)
    b.put("maxpool", kernel=3, stride=2, padding=1)
    for stage, (width, repeat) in enumerate(((64, 3), (128, 4), (256, 6), (512, 3))):
        for block in range(repeat):
            start, stride = b.last, 2 if stage and not block else 1
            b.conv(width, 1)
            b.conv(width, 3, stride)
            end = b.conv(4 * width, 1, relu=False)
            if not block:
                b.last = start
                start = b.conv(4 * width, 1, stride, relu=False)
            b.put("add", start, end)
            b.put("relu")
    b.put("global_avgpool")
    b.put("dense", units=1000)
    return b.rows


def mobilenet() -> list[Row]:
    b = Builder()
    b.conv(32, 3, 2)
    plan = [(64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2)]
    plan += [(512, 1)] * 5 + [(1024, 2), (1024, 1)]
    for filters, stride in plan:
        b.put("depthwise", kernel=3, stride=stride, padding=1, bias=False)
        b.put("batchnorm")
        b.put("relu")
        b.conv(filters, 1)
    b.put("global_avgpool")
    b.put("dense", units=1000)
    return b.rows


NETWORKS = {"VGG-16": vgg16, "ResNet-50": resnet50, "MobileNet v1": mobilenet}


def ours(rows: list[Row]) -> Callable[[], object]:
    import numpy as np

    from cnnanalyze.execute.run import RunStep, Store, execute

    steps = [RunStep(name, kind, attributes, inputs) for name, kind, attributes, inputs in rows]
    image = np.random.default_rng(0).random((1, 224, 224, 3), np.float32)
    store = Store()
    return lambda: execute(steps, image, [rows[-1][0]], store=store)


def theirs(rows: list[Row]) -> Callable[[], object]:
    import torch

    layers: dict[str, Any] = {}
    image = torch.rand(1, 3, 224, 224)

    def make(kind: str, a: dict[str, Any], x: Any) -> Any:
        nn, channels = torch.nn, x.shape[1]
        match kind:
            case "conv":
                rest = (a["kernel"], a.get("stride", 1), a["padding"])
                return nn.Conv2d(channels, a["filters"], *rest, bias=a.get("bias", True))
            case "depthwise":
                rest = (a["kernel"], a["stride"], a["padding"])
                return nn.Conv2d(channels, channels, *rest, groups=channels, bias=False)
            case "batchnorm":
                return nn.BatchNorm2d(channels)
            case "relu":
                return nn.ReLU(inplace=True)
            case "maxpool":
                return nn.MaxPool2d(a["kernel"], a.get("stride"), a.get("padding", 0))
            case "global_avgpool":
                return nn.AdaptiveAvgPool2d(1)
            case _:
                size = x[0].numel()
                return nn.Sequential(nn.Flatten(), nn.Linear(size, a["units"]))

    def forward() -> Any:
        held = {"input": image}
        uses = [name for *_, inputs in rows for name in inputs]
        with torch.inference_mode():
            for name, kind, attributes, inputs in rows:
                if kind == "add":
                    held[name] = held[inputs[0]] + held[inputs[1]]
                else:
                    if name not in layers:
                        layers[name] = make(kind, attributes, held[inputs[0]]).eval()
                    held[name] = layers[name](held[inputs[0]])
                for read in inputs:
                    uses.remove(read)
                    if read not in uses:
                        del held[read]
        return held

    return forward


def work(pipe: Connection, side: str, network: str) -> None:
    rows = NETWORKS[network]()
    call = ours(rows) if side == "ours" else theirs(rows)
    call()
    call()
    while pipe.recv():
        start = time.perf_counter()
        call()
        taken = time.perf_counter() - start
        pipe.send((taken, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024))


def measure(network: str, sides: tuple[str, ...]) -> None:
    spawn = multiprocessing.get_context("spawn")
    pipes, processes = {}, []
    for side in sides:
        pipes[side], end = spawn.Pipe()
        process = spawn.Process(target=work, args=(end, side, network))
        process.start()
        processes.append(process)
    times: dict[str, list[float]] = {side: [] for side in sides}
    memory = dict.fromkeys(sides, 0.0)
    for _ in range(ROUNDS):
        for side in sides:
            pipes[side].send(True)
            taken, memory[side] = pipes[side].recv()
            times[side].append(taken)
            time.sleep(0.05)  # The threads of one side spin for a while after their work.
    for side in sides:
        pipes[side].send(False)
    for process in processes:
        process.join()
    text = [
        f"{side} {statistics.median(times[side]) * 1e3:7.1f} ms {memory[side]:5.0f} MB"
        for side in sides
    ]
    if len(sides) > 1:
        ratios = [a / b for a, b in zip(times["ours"], times["torch"], strict=True)]
        text.append(f"ratio {statistics.median(ratios):.2f} (least {min(ratios):.2f})")
    print(f"{network:13}", " | ".join(text), flush=True)


def main() -> None:
    has_torch = importlib.util.find_spec("torch") is not None
    if not has_torch:
        print("torch is not installed: only the executor is timed")
    sides = ("ours", "torch") if has_torch else ("ours",)
    for network in sys.argv[1:] or NETWORKS:
        measure(network, sides)


if __name__ == "__main__":
    main()
