"""Import: ONNX files with all their weights against specs, small files and the peers."""

from __future__ import annotations

import importlib.util
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import median

from tests.benchmarks.clock import measured, process, table

HERE = Path(__file__).parent
SPEC = "zoo:resnet50"
BAR, MOST_MEGABYTES, MOST_SECONDS = 1.5, 60, 2
"""How many times as long as that of the spec the summary of the file may take, and what memory; and
how long the import of a large network may take."""

PEERS = (("onnx-tool", "onnx_tool", "peer_onnx_tool.py"), ("onnx", "onnx", "peer_onnx.py"))
LARGE = ("nasnetalarge", "hrnet_w64", "tf_efficientnet_l2")
"""Those networks of timm without attention that have the most layers."""


def main(rounds: int = 7) -> None:
    """Print what files take."""
    with tempfile.TemporaryDirectory() as folder:
        resnet = _exported("resnet50", folder, weights=True)
        _summaries(resnet, rounds)
        _sizes(folder, rounds)
    _large(rounds)


def _exported(name: str, folder: str, *, weights: bool) -> str:
    """Return the path of a file of a network of the zoo."""
    path = Path(folder) / f"{name}{'' if weights else '_without_weights'}.onnx"
    more = ["--weights"] if weights else []
    process("-m", "cnnanalyze", "export", f"zoo:{name}", *more, "-o", str(path))()
    return str(path)


def _in_turns(
    processes: Mapping[str, Sequence[str]], rounds: int
) -> dict[str, tuple[float, float, float]]:
    """Return for each process the medians of seconds and seconds of a core, and most megabytes."""
    found: dict[str, list[tuple[float, float, float]]] = {name: [] for name in processes}
    for _ in range(rounds):
        for name, arguments in processes.items():
            began = time.perf_counter()
            core, megabytes = measured(*arguments)
            found[name].append((time.perf_counter() - began, core, megabytes))
    return {
        name: (median(one[0] for one in runs), median(one[1] for one in runs), max(runs)[2])
        for name, runs in found.items()
    }


def _print(
    title: str, found: Mapping[str, tuple[float, float, float]], base: str, rest: Sequence[str] = ()
) -> None:
    rows = [
        (
            name,
            f"{wall:.2f}",
            f"{core:.2f}",
            f"{wall / found[base][0]:.2f}",
            f"{core / found[base][1]:.2f}",
            f"{megabytes:.0f}",
        )
        for name, (wall, core, megabytes) in found.items()
    ]
    rows += [(name, "not installed", "", "", "", "") for name in rest]
    table(title, ("", "s", "s of a core", "ratio", "of a core", "MB"), rows)


def _summaries(file: str, rounds: int) -> None:
    megabytes = Path(file).stat().st_size / 1e6
    ours = f"summary of the file of {megabytes:.0f} MB (bars: {BAR}, {MOST_MEGABYTES} MB)"
    processes: dict[str, Sequence[str]] = {
        f"summary {SPEC}": ("-m", "cnnanalyze", "summary", SPEC),
        ours: ("-m", "cnnanalyze", "summary", file),
    }
    missing = []
    for peer, module, script in PEERS:
        if importlib.util.find_spec(module) is None:
            missing.append(peer)
        else:
            processes[f"{peer}, of the same file"] = (str(HERE / script), file)
    for arguments in processes.values():  # compiles what it imports
        measured(*arguments)
    found = _in_turns(processes, rounds)
    _print("ResNet-50 as an ONNX file with its weights", found, f"summary {SPEC}", missing)


def _sizes(folder: str, rounds: int) -> None:
    files = [_exported("vgg16", folder, weights=weights) for weights in (False, True)]
    processes = {
        f"summary of {Path(file).stat().st_size:,} bytes": ("-m", "cnnanalyze", "summary", file)
        for file in files
    }
    found = _in_turns(processes, rounds)
    _print("VGG-16 without and with its weights", found, next(iter(found)))


def _large(rounds: int) -> None:
    title = f"Networks of timm, recorded by torch.export (s of a core; bar: {MOST_SECONDS})"
    head = ("", "layers", "lines", "import", "folding", "both")
    if any(importlib.util.find_spec(one) is None for one in ("torch", "timm")):
        table(title, head, [("timm", "not installed", "", "", "", "")])
        return
    table(title, head, [_imported(name, rounds) for name in LARGE])


def _imported(name: str, rounds: int) -> Sequence[str]:
    import torch

    import cnnanalyze as cnn
    from cnnanalyze.exchange.onnx.network import convert
    from cnnanalyze.exchange.torch.program import model_of
    from cnnanalyze.language.spec import spec_of
    from tests.witnesses.model_zoos import zoo

    module = zoo("timm").create_model(name).eval().to("meta")
    example = torch.empty(1, *module.default_cfg["input_size"], device="meta")
    with torch.no_grad():
        program = torch.export.export(module, (example,))
    spec = spec_of(convert(model_of(program, name), file=name).network)
    times = [
        median(_seconds(call) for _ in range(rounds))
        for call in (
            lambda: convert(model_of(program, name), file=name),
            lambda: cnn.dumps(spec, folded=True),
        )
    ]
    lines = cnn.dumps(spec, folded=True).count("\n")
    shown = [f"{one:.2f}" for one in (*times, sum(times))]
    return name, str(len(list(spec.network))), str(lines), *shown


def _seconds(call: Callable[[], object]) -> float:
    began = time.process_time()
    call()
    return time.process_time() - began


if __name__ == "__main__":
    main()
