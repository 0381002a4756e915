"""The work of reading grows no faster than n log n in what a spec holds, faults included."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import pytest

import cnnanalyze as cnn
from tests.strategies.growing import SHAPES, check_growth

pytestmark = pytest.mark.sampled(13)

CONV = "conv: {filters: 3, kernel: 1}"


def spec(steps: list[str], head: str = "", tail: str = "") -> str:
    lines = "".join(f"  - {step}\n" for step in steps)
    return f"cnn: 1\ninput: 7x5x3\n{head}layers:\n{lines}{tail}"


def unknown_attributes(n: int) -> str:
    return spec([f"{{conv: {{filters: 4, kernal{i}: 3}}}}" for i in range(n)])


def unknown_kinds(n: int) -> str:
    return spec([f"covn{i}" for i in range(n)])


def unknown_steps(n: int) -> str:
    names = [f"{{relu: , as: layer{i}}}" for i in range(n)]
    return spec([*names, *(f"{{relu: , from: layxr{i}}}" for i in range(n))])


def unknown_parameters(n: int) -> str:
    head = "params:\n" + "".join(f"  p{i}: {i + 1}\n" for i in range(n))
    return spec([f"{{conv: {{filters: $q{i}, kernel: 1}}}}" for i in range(n)], head)


def unknown_arguments(n: int) -> str:
    head = "blocks:\n" + "".join(
        f"  b{i}: {{params: {{f: 3}}, layers: [relu]}}\n" for i in range(n)
    )
    return spec([f"{{b{i}: {{g{i}: 5}}}}" for i in range(n)], head)


def unknown_keys(n: int) -> str:
    return spec(["relu"], "".join(f"outptus{i}: 3\n" for i in range(n)))


def names_twice(n: int) -> str:
    return spec(["{relu: , as: a}"] * n)


def wrong_shapes(n: int) -> str:
    return spec([f"{{conv: {{filters: 3, kernel: {11 + i}}}}}" for i in range(n)])


def claims_of_nobody(n: int) -> str:
    layers = "".join(f"      relx{i}: {{parameters: 5}}\n" for i in range(n))
    return spec(["relu"] * n, tail=f"expect:\n  - source: x\n    layers:\n{layers}")


def claims_about_settings(n: int) -> str:
    rows = "".join(
        f"  - {{source: s{i}, set: {{w: {i}, v{i}: 3}}, total: {{parameters: 3}}}}\n"
        for i in range(n)
    )
    return spec(["relu"] * n, "params: {w: 1}\n", f"expect:\n{rows}")


def idle_blocks(n: int) -> str:
    head = "params:\n" + "".join(f"  p{i}: 1\n" for i in range(n)) + "blocks:\n"
    head += "".join(
        f"  b{i}: {{params: {{f: 3}}, layers: [{{conv: {{filters: $f, kernel: $p{i}}}}}]}}\n"
        for i in range(n)
    )
    return spec(["relu"], head)


def defaults_of_many(n: int) -> str:
    head = "defaults:\n" + "".join(f"  acme.kind{i}: {{a: 3}}\n" for i in range(n))
    return spec([f"{{conv: {{filters: {i + 1}, kernel: 1}}}}" for i in range(n)], head)


def parameters(n: int) -> str:
    head = "params:\n" + "".join(f"  p{i}: {i + 1}\n" for i in range(n))
    return spec([f"{{conv: {{filters: $p{i}, kernel: 1}}, as: c$p{i}}}" for i in range(n)], head)


def torn(n: int) -> str:
    return spec([f"{{conv: {{filters: $max({i}, 5), kernel: 1}}}}" for i in range(n)])


def shared(n: int) -> str:
    return spec([f"{{{CONV}, as: c}}", *[f"{{{CONV}, share: c}}"] * n])


def shared_with_a_block(n: int) -> str:
    head = f"blocks: {{b: {{layers: [{{{CONV}}}]}}}}\n"
    return spec(["{b: , as: a}", *[f"{{{CONV}, share: a}}"] * n], head)


def rows(n: int) -> str:
    numbers = ", ".join(map(str, range(1, n + 1)))
    return spec([f"{{for: {{a: [{numbers}]}}, do: [{{conv: {{filters: $a, kernel: 1}}}}]}}"])


WRITTEN = [
    *(unknown_attributes, unknown_kinds, unknown_steps, unknown_parameters, unknown_arguments),
    *(unknown_keys, names_twice, wrong_shapes, claims_of_nobody, claims_about_settings),
    *(idle_blocks, defaults_of_many, parameters, torn, shared, shared_with_a_block, rows),
]


@pytest.mark.parametrize("text", [*SHAPES.values(), *WRITTEN], ids=lambda f: f.__name__)
def test_reading(text: Callable[[int], str]) -> None:
    def measured(n: int) -> Callable[[], object]:
        written = text(n)

        def read() -> None:
            with suppress(cnn.CnnError):
                cnn.loads(written)

        return read

    measured(64)()  # what is imported and made once is not part of it
    check_growth(measured)
