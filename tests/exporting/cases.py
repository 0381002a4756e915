"""Random layers of one kind, written for a framework and run there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from hypothesis import HealthCheck, example, given, settings

from cnnanalyze.core.shape import Shape
from cnnanalyze.errors import UsageError
from cnnanalyze.graph.network import Network
from tests.strategies import STRATEGIES
from tests.strategies.case import Case

FOUND = (
    # A border that goes on, as wide as that of zeros which keeps the size.
    *(
        Case(
            kind,
            (Shape((3, 3), 2),),
            {"kernel": 2, "dilation": 2, "padding": "circular", **filters},
        )
        for kind, filters in (("separable", {"filters": 7}), ("depthwise", {}))
    ),
    Case("conv", (Shape((5, 3), 2),), {"filters": 7, "kernel": 3, "padding": "replicate"}),
    # Half of a border that is not even.
    Case("conv", (Shape((5, 7), 2),), {"filters": 7, "kernel": 4, "padding": 1}),
    # A factor that leaves the size as it is, though pixels move; frameworks only copy.
    *(
        Case("resize", (Shape((1, 7), 2),), {"scale": 1.1, "method": method})
        for method in ("nearest", "nearest_exact", "bilinear", "bicubic")
    ),
    Case("resize", (Shape((9,), 2),), {"scale": 1.05}),
    # Factors of 32 bits that make another size: 30 times 2.6 are 77.
    Case("resize", (Shape((30, 13), 2),), {"scale": 2.6, "method": "nearest"}),
    Case("resize", (Shape((40, 6), 2),), {"scale": 0.9, "method": "bilinear"}),
    # Quotients that are whole, and rounded below it.
    Case("resize", (Shape((24, 35), 2),), {"size": [47, 5], "method": "nearest_exact"}),
    Case("resize", (Shape((4, 30), 2),), {"size": [12, 58]}),
    # Numbers that hang on the last bits: a quotient by a mean near zero, a norm of one position.
    Case("divide", (Shape((41, 29), 5), Shape((1, 29), 5))),
    Case("instancenorm", (Shape((1, 1), 2),)),
    Case("groupnorm", (Shape((1, 1, 1), 3),), {"groups": 3, "scale": False}),
)
"""Cases that some framework got wrong."""

SHARING = {
    "layer": """
cnn: 1
input: 9x7x3
layers:
  - {conv: {filters: 3, kernel: 3, padding: same}, as: first}
  - relu
  - {conv: {filters: 3, kernel: 3, padding: same}, as: second, share: first}
""",
    "padded layer": """
cnn: 1
input: 9x7x3
layers:
  - {conv: {filters: 3, kernel: 2, padding: [[0, 1], [1, 0]]}, as: first}
  - {conv: {filters: 3, kernel: 2, padding: [[0, 1], [1, 0]]}, as: second, share: first}
""",
    "block": """
cnn: 1
inputs: {left: 9x7x3, right: 9x7x3}
blocks:
  unit: {layers: [{conv: {filters: $in, kernel: 3, padding: same}}, bn, relu]}
  tower:
    params: {width: }
    layers: [{conv: {filters: $width, kernel: 3}}, unit, {unit: , as: last}, {add: [[], tanh]}]
layers:
  - {tower: 5, from: left, as: one}
  - {tower: 5, from: right, as: other, share: one}
  - {subtract: , from: [one, other]}
  - {tower: 2, as: third}
""",
    "block on maps of two sizes": """
cnn: 1
input: 17x13x3
blocks:
  head: {params: {classes: }, layers: [{conv: {filters: 5, kernel: 3}}, relu, {conv: $classes}]}
defaults: {conv: {kernel: 1}}
layers:
  - {conv: 3, as: large}
  - {maxpool: 2, as: small}
  - {head: 2, from: large, as: first}
  - {head: 2, from: small, as: second, share: first}
outputs: [first, second]
""",
    "layers of blocks that differ": """
cnn: 1
input: 9x7x3
blocks:
  unit:
    params: {slope: }
    layers: [{conv: {filters: 3, kernel: 3, padding: same}}, {leaky_relu: $slope}]
layers:
  - {unit: 0.1, as: first}
  - {unit: 0.3, as: second, share: first}
""",
    "other numbers": """
cnn: 1
input: 9x7x3
layers:
  - {conv: {filters: 3, kernel: 3, padding: same}, as: first}
  - {conv: {filters: 3, kernel: 3, stride: 2}, as: second, share: first}
""",
}
"""Networks in which weights are shared."""


def confront(kind: str, assert_right: Callable[[Network], None], *, most: int) -> Counter[str]:
    """Confront what is written with the executor on random layers of a kind.

    Returns how many were written and how many refused.
    """
    tried: Counter[str] = Counter()
    thorough = settings.default is not None and settings.default.max_examples > 100

    def confronted(case: Case) -> None:
        try:
            assert_right(case.network)
        except UsageError:
            tried["refused"] += 1
        else:
            tried["written"] += 1

    for case in FOUND:
        if case.kind == kind:
            confronted = example(case=case)(confronted)
    # The same layers in every run; others, and more of them, by hand.
    chosen = settings() if thorough else settings(max_examples=most, derandomize=True)
    chosen = settings(chosen, deadline=None, suppress_health_check=list(HealthCheck))
    chosen(given(case=STRATEGIES[kind])(confronted))()
    return tried
