"""In process: loading and analysing deep networks and long chains."""

from __future__ import annotations

import gc
from functools import partial

import cnnanalyze as cnn
from cnnanalyze.analysis.pipeline import analyze
from cnnanalyze.crosscheck.balance import balance
from tests.benchmarks.clock import in_turns, table

CHAINS = (100, 1_000, 10_000)


def chain(layers: int) -> str:
    """Return the spec of a chain of convolutions with filters unlike their neighbours'."""
    rows = [
        f"  - conv: {{filters: {16 + i % 97}, kernel: 3, padding: same}}" for i in range(layers)
    ]
    return "\n".join(["cnn: 1", "input: 64x64x16", "layers:", *rows, ""])


def main(rounds: int = 15) -> None:
    """Print times of reading and of analysing."""
    rows = []
    for name in ("resnet50", "resnet152"):
        net = cnn.load(f"zoo:{name}")
        times = in_turns(
            {
                "read": partial(cnn.load, f"zoo:{name}"),
                "analyse": partial(analyze, net),
            },
            rounds,
        )
        rows.append(_row(name, len(net), times))
    for layers in CHAINS:
        text = chain(layers)
        net = cnn.loads(text)
        gc.collect()
        times = in_turns(
            {
                "read": partial(cnn.loads, text),
                "analyse": partial(analyze, net),
            },
            3,
        )
        rows.append(_row(f"chain of {layers:,}", len(net), times))
    table(
        "In process (ms; µs per layer)",
        ("", "layers", "read", "analyse", "read/layer", "analyse/layer"),
        rows,
    )
    zoo = cnn.zoo()
    everything = in_turns({"read and analyse": partial(_all, list(zoo))}, 3)
    rows = [(f"{n} all {len(zoo)} specs", f"{t:.2f}") for n, t in everything.items()]
    table("The whole zoo in process (s)", ("", "s"), rows)
    found = in_turns({n: partial(balance, cnn.load(f"zoo:{n}")) for n in VERIFIED}, 3)
    table("verify in process (s)", ("", "s"), [(n, f"{t:.2f}") for n, t in found.items()])


def _all(names: list[str]) -> None:
    for name in names:
        analyze(cnn.load(f"zoo:{name}"))


VERIFIED = ("vgg16", "resnet50", "mobilenet_v1")


def _row(name: str, layers: int, times: dict[str, float]) -> tuple[str, ...]:
    read, analyse = times["read"], times["analyse"]
    return (
        name,
        f"{layers:,}",
        f"{1e3 * read:.1f}",
        f"{1e3 * analyse:.1f}",
        f"{1e6 * read / layers:.0f}",
        f"{1e6 * analyse / layers:.0f}",
    )


if __name__ == "__main__":
    main()
