"""Running networks: counts, tensors, memory, sharing, given weights, refusals with a place."""

from __future__ import annotations

import weakref
from typing import Any

import numpy as np
import pytest

from cnnanalyze.errors import ExecutionError, PluginError
from cnnanalyze.execute.kernels import INIT, RUN, THIN, Tally, init, run
from cnnanalyze.execute.operation_counter import OPERATIONS
from cnnanalyze.execute.run import Draw, RunStep, Store, execute, infer

CHAIN = [
    RunStep("c", "conv", {"filters": 5, "kernel": 3}),
    RunStep("b", "batchnorm", {}, ("c",)),
    RunStep("r", "relu", {}, ("b",)),
    RunStep("p", "maxpool", {"kernel": 2}, ("r",)),
    RunStep("d", "dense", {"units": 7}, ("p",)),
]


def test_lenet_5_of_the_lectures() -> None:
    # 61,706 parameters and 416,520 multiply-accumulates: the LeNet-5 of most tables (32x32x1).
    steps = [
        RunStep("c1", "conv", {"filters": 6, "kernel": 5}),
        RunStep("s2", "avgpool", {"kernel": 2}, ("c1",)),
        RunStep("c3", "conv", {"filters": 16, "kernel": 5}, ("s2",)),
        RunStep("s4", "avgpool", {"kernel": 2}, ("c3",)),
        RunStep("f5", "dense", {"units": 120}, ("s4",)),
        RunStep("f6", "dense", {"units": 84}, ("f5",)),
        RunStep("f7", "dense", {"units": 10}, ("f6",)),
    ]
    seen = execute(steps, (32, 32, 1))
    assert sum(s.parameters for s in seen.steps.values()) == 61706
    assert sum(s.counts["mac"] for s in seen.steps.values()) == 416520
    assert seen["s4"].output == (5, 5, 16)


def test_counts_are_per_image() -> None:
    one = execute(CHAIN, np.ones((1, 11, 13, 3)))
    five = execute(CHAIN, np.ones((5, 11, 13, 3)))
    assert one.steps == five.steps
    assert set(one["c"].counts) == set(OPERATIONS)
    assert all(type(n) is int for s in one.steps.values() for n in s.counts.values())


def test_statistics_are_not_trained() -> None:
    seen = execute(CHAIN, (11, 13, 3))["b"]
    assert seen.parameters == 20
    assert seen.trainable_parameters == 10


def test_the_peak_counts_what_is_alive_together() -> None:
    # Input 3*11*13 = 429; c, b, r: 9*11*5 = 495; p: 4*5*5 = 100.
    assert execute(CHAIN, (11, 13, 3)).peak == 495 + 495
    held = [*CHAIN, RunStep("again", "conv", {"filters": 2, "kernel": 1})]
    assert execute(held, (11, 13, 3)).peak == 429 + 495 + 495
    assert execute(CHAIN, (11, 13, 3), outputs=["c"]).peak == 495 * 3


def test_activations_are_freed_after_their_last_use() -> None:
    known: dict[str, Any] = {}

    def note(step: RunStep, out: Any) -> None:
        known[step.id] = weakref.ref(out)
        if step.id == "d":
            assert known["c"]() is None
            assert known["r"]() is None

    seen = execute(CHAIN, (11, 13, 3), outputs=["d"], on_step=note)
    assert list(known) == ["c", "b", "r", "p", "d"]
    assert known["p"]() is None
    assert known["d"]() is seen.outputs["d"]


def test_memory_used_again_changes_no_number() -> None:
    """Views, two readers of one array, and kept outputs survive what is written in place."""
    steps = [
        RunStep("c", "conv", {"filters": 3, "kernel": 3, "padding": "same"}),
        RunStep("i", "identity", {}, ("c",)),
        RunStep("r", "relu", {}, ("i",)),
        RunStep("f", "flatten", {}, ("r",)),
        RunStep("t", "tanh", {}, ("f",)),
        RunStep("s", "sigmoid", {}, ("r",)),
        RunStep("a", "add", {}, ("c", "s", "c")),
        RunStep("m", "multiply", {}, ("a", "a")),
        RunStep("g", "relu6", {}, ("m",)),
    ]
    image = np.random.default_rng(3).standard_normal((2, 11, 13, 3))
    original = image.copy()
    kept = execute(steps, image, [s.id for s in steps], dtype=np.float64).outputs
    store = Store()
    for _ in range(2):
        freed = execute(steps, image, ["t", "g"], dtype=np.float64, store=store).outputs
        assert (freed["t"] == kept["t"]).all()
        assert (freed["g"] == kept["g"]).all()
    assert (image == original).all()
    np.testing.assert_allclose(kept["a"], 2 * kept["c"] + kept["s"])
    np.testing.assert_allclose(kept["t"], np.tanh(kept["r"].reshape(2, -1)))


def test_a_very_large_matrix_takes_no_memory_and_counts_the_same() -> None:
    large = RunStep("d", "dense", {"units": 4099, "bias": False})
    seen = execute([large], np.ones((1, 2053)), ["d"])
    assert seen["d"].counts["mac"] == seen["d"].parameters == 4099 * 2053
    drawn = Draw(0)((2053, 4099), fan=2053)
    kept = execute([large], np.ones((1, 2053)), ["d"], store=Store()).outputs["d"]
    np.testing.assert_allclose(kept[0], drawn.sum(axis=0), rtol=1e-4)
    assert seen.outputs["d"].mean() == pytest.approx(1, abs=0.05)


def test_shared_tensors_belong_to_the_first() -> None:
    steps = [
        RunStep("a", "conv", {"filters": 3, "kernel": 3, "padding": 1}),
        RunStep("b", "conv", {"filters": 3, "kernel": 3, "padding": 1}, ("a",), share="a"),
        RunStep("c", "conv", {"filters": 3, "kernel": 3, "padding": 1}, ("b",), share="b"),
    ]
    image = np.random.default_rng(5).standard_normal((7, 11, 3))
    seen = execute(steps, (7, 11, 3))
    assert [s.parameters for s in seen.steps.values()] == [84, 0, 0]
    assert seen["c"].counts == seen["a"].counts
    all_at_once = infer(steps, image)
    again = infer(steps, image, ["a"])
    np.testing.assert_allclose(all_at_once["a"], again["a"])
    np.testing.assert_allclose(infer(steps, all_at_once["a"], ["a"])["a"], all_at_once["b"])


def test_given_numbers_serve_a_reader_that_comes_first() -> None:
    given = {"kernel": [[[[3.0]]]], "bias": [0.5]}
    point = {"filters": 1, "kernel": 1}
    steps = [
        RunStep("first", "conv", point, share="owner"),
        RunStep("owner", "conv", point, ("first",), weights=given),
    ]
    assert infer(steps, [[[2.0]]])["owner"].item() == 3 * 6.5 + 0.5


def test_the_same_seed_draws_the_same_numbers() -> None:
    one, two, other = (execute(CHAIN, (11, 13, 3), ["d"], seed=s).outputs["d"] for s in (1, 1, 2))
    assert (one == two).all()
    assert (one != other).any()


CONV = {"filters": 5, "kernel": 3}
REFUSED: list[tuple[list[RunStep], str]] = [
    (
        [RunStep("x", "conv", {"filters": 5, "kernel": 17})],
        "step 'x' (conv): a window spans 17 pixels, the input has 11",
    ),
    ([RunStep("x", "relu", {}, ("y",))], "step 'x' reads 'y', which has not been computed"),
    ([RunStep("x", "magic")], "step 'x' (magic): there is no kernel for the kind 'magic'"),
    (
        [RunStep("x", "conv", CONV, share="y")],
        "step 'x' shares with 'y', which has no tensors",
    ),
    (
        [RunStep("a", "conv", CONV), RunStep("x", "conv", CONV, ("a",), share="a")],
        (
            "step 'x' (conv): its tensors {'kernel': (3, 3, 5, 5), 'bias': (5,)} "
            "cannot be those of 'a', {'kernel': (3, 3, 3, 5), 'bias': (5,)}"
        ),
    ),
    (
        [RunStep("x", "conv", CONV, weights={"gamma": 1})],
        "step 'x' (conv): it has no tensor 'gamma', only kernel, bias",
    ),
    (
        [RunStep("x", "conv", CONV, weights={"kernel": [[1, 2]]})],
        "step 'x' (conv): the given kernel has the shape (1, 2), needed is (3, 3, 3, 5)",
    ),
    (
        [RunStep("x", "relu", {}, weights={"kernel": 1})],
        "step 'x' (relu): this kind has no tensors that could be given",
    ),
]


@pytest.mark.parametrize(("steps", "message"), REFUSED)
def test_refusals_name_the_step(steps: list[RunStep], message: str) -> None:
    with pytest.raises(ExecutionError) as refused:
        execute(steps, (11, 13, 3))
    assert refused.value.message == message


def test_a_kind_of_somebody_elses(monkeypatch: pytest.MonkeyPatch) -> None:
    for registry in (RUN, INIT, THIN):
        for kind in list(registry):
            monkeypatch.setitem(registry, kind, registry[kind])

    @run("acme.scale")
    def scale(tally: Tally, inputs: list[Any], weights: Any, **_: Any) -> Any:
        return tally.multiply(inputs[0], weights["factor"])

    @init("acme.scale")
    def factor(draw: Any, shapes: Any, **_: Any) -> Any:
        return {"factor": draw((shapes[0][-1],))}

    try:
        seen = execute([RunStep("x", "acme.scale")], (5, 7, 3))
        assert seen["x"].parameters == 3
        assert seen["x"].counts["multiply"] == 105
        with pytest.raises(PluginError, match=r"'acme\.scale' has a kernel already"):
            run("acme.scale")(scale)
    finally:
        del RUN["acme.scale"], INIT["acme.scale"]
