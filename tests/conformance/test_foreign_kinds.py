"""Kinds of somebody else's: registered in both books, found by the spec, tested by our suite."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, ClassVar

import numpy as np
import pytest
from pydantic import Field

import cnnanalyze as cnn
from cnnanalyze.core.reach import POINT, Window
from cnnanalyze.errors import ExecutionError, PluginError, SpecError
from cnnanalyze.execute import kernels
from cnnanalyze.layers.attributes import Count, Number
from cnnanalyze.layers.base import KINDS
from cnnanalyze.testing import check_kind

EXAMPLE = cnn.Example(
    ("5x7x3",), {"rows": 2}, output="3x7x3", source="Acme handbook, page 11", parameters=3, macs=0
)


@pytest.fixture(autouse=True)
def scoped(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Forget what a test registers."""
    for registry in (kernels.RUN, kernels.INIT, kernels.THIN):
        for name in ("acme.ridge", "acme.swish", "acme.blur"):
            monkeypatch.delitem(registry, name, raising=False)
    with KINDS.scoped():
        yield


def ridge_rules() -> type[cnn.Layer]:
    """Register the rules of a kind that slides over rows alone."""

    @cnn.layer("acme.ridge")
    class Ridge(cnn.Layer):
        """Ridge: the largest of some rows, times a factor that is learned per channel."""

        principal: ClassVar[str] = "rows"
        examples: ClassVar[tuple[cnn.Example, ...]] = (EXAMPLE,)
        rows: Count = Field(default=2, description="rows that are compared")
        dimming: Number = Field(default=1.0, description="what the result is divided by")

        def shape(self, *inputs: cnn.Shape) -> cnn.Shape:
            x = inputs[0]
            if x.rank != 2:
                raise cnn.ShapeError(f"acme.ridge needs an image, not {x}")
            height, width = x.size
            step = max(1, self.rows - 1)
            if height < self.rows:
                raise cnn.ShapeError(f"{self.rows} rows > {height}", attribute="rows")
            return cnn.Shape(((height - self.rows) // step + 1, width), x.channels)

        def params(self, *inputs: cnn.Shape) -> tuple[cnn.Param, ...]:
            return (cnn.Param("gamma", (inputs[0].channels,)),)

        def cost(self, output: cnn.Shape, *_: cnn.Shape) -> cnn.Cost:
            n = output.count
            return cnn.Cost(compare=n * (self.rows - 1), multiply=n, divide=n)

        def reach(self, *_: cnn.Shape) -> tuple[tuple[Any, ...], ...]:
            return ((Window(self.rows, stride=max(1, self.rows - 1)), POINT),)

    return Ridge


def ridge_kernel() -> None:
    """Register its kernel."""

    @kernels.run("acme.ridge")
    def ridge(
        tally: kernels.Tally, inputs: Any, weights: Any, *, rows: int, dimming: float
    ) -> np.ndarray[Any, Any]:
        (x,) = inputs
        if x.ndim != 4 or x.shape[1] < rows:
            raise ExecutionError("no image, or too few rows")
        starts = [i for i in range(0, x.shape[1], max(1, rows - 1)) if i + rows <= x.shape[1]]
        lines = [tally.largest(x[:, i : i + rows], [1]) for i in starts]
        out = tally.multiply(np.concatenate(lines, axis=1), weights["gamma"])
        return tally.divide(out, dimming)

    @kernels.init("acme.ridge")
    def make(draw: Any, shapes: Any, **_: Any) -> dict[str, Any]:
        return {"gamma": draw(shapes[0][-1:])}


def correct() -> type[cnn.Layer]:
    ridge_kernel()
    cls = ridge_rules()
    cls.examples = (
        cnn.Example(
            ("5x7x3",), {"rows": 2}, output="4x7x3", source="Acme handbook", parameters=3, macs=0
        ),
    )
    return cls


CASES: list[tuple[tuple[str, ...], dict[str, Any]]] = [
    (("11x13x3",), {"rows": 3, "dimming": 2.0}),
    (("5x7x2",), {"rows": 5}),
    (("5x7x2",), {"rows": 1}),
]


def test_foreign_kind_is_tested_like_ours() -> None:
    check_kind(correct(), CASES)


def test_foreign_kind_works_in_a_network() -> None:
    correct()
    net = cnn.loads(
        "{cnn: 1, input: 11x13x3, layers: [{conv: {filters: 5, kernel: 3}}, acme.ridge: 2, gap]}"
    )
    assert str(net["acme.ridge1"].output) == "8x11x5"
    assert cnn.verify(net).is_balanced


# --- one thing wrong at a time -------------------------------------------------------------------

Spoil = Callable[[type[cnn.Layer], pytest.MonkeyPatch], None]


def spoiled(spoil: Spoil, patch: pytest.MonkeyPatch) -> str:
    """Return what the suite says of a kind that somebody spoiled."""
    cls = correct()
    spoil(cls, patch)
    with pytest.raises(AssertionError) as caught:
        check_kind(cls, CASES)
    return str(caught.value)


def other_cost(cls: type[cnn.Layer], patch: pytest.MonkeyPatch) -> None:
    patch.setattr(cls, "cost", lambda _, output, *__: cnn.Cost(compare=output.count))


def other_shape(cls: type[cnn.Layer], patch: pytest.MonkeyPatch) -> None:
    patch.setattr(cls, "shape", lambda _, x: cnn.Shape((1, *x.size[1:]), x.channels))


def other_tensors(cls: type[cnn.Layer], patch: pytest.MonkeyPatch) -> None:
    patch.setattr(cls, "params", lambda *_: (cnn.Param("gamma", (1,)),))


def other_trainability(cls: type[cnn.Layer], patch: pytest.MonkeyPatch) -> None:
    held = lambda _, x: (cnn.Param("gamma", (x.channels,), trainable=False),)  # noqa: E731
    patch.setattr(cls, "params", held)


def other_reach(cls: type[cnn.Layer], patch: pytest.MonkeyPatch) -> None:
    patch.setattr(cls, "reach", lambda self, *_: ((Window(self.rows), POINT),))


def other_refusals(_: type[cnn.Layer], patch: pytest.MonkeyPatch) -> None:
    kernel = kernels.RUN["acme.ridge"]

    def lenient(tally: Any, inputs: Any, weights: Any, **attributes: Any) -> Any:
        if inputs[0].ndim != 4:
            return inputs[0]
        return kernel(tally, inputs, weights, **attributes)

    patch.setitem(kernels.RUN, "acme.ridge", lenient)


def other_example(cls: type[cnn.Layer], patch: pytest.MonkeyPatch) -> None:
    patch.setattr(cls, "examples", (EXAMPLE,))


def no_source(cls: type[cnn.Layer], patch: pytest.MonkeyPatch) -> None:
    patch.setattr(cls, "examples", (cnn.Example(("5x7x3",), {}, "4x7x3", source=" "),))


def no_example(cls: type[cnn.Layer], patch: pytest.MonkeyPatch) -> None:
    patch.setattr(cls, "examples", ())


def no_docstring(cls: type[cnn.Layer], patch: pytest.MonkeyPatch) -> None:
    patch.setattr(cls, "__doc__", None)


def no_kernel(_: type[cnn.Layer], patch: pytest.MonkeyPatch) -> None:
    patch.delitem(kernels.RUN, "acme.ridge")


def fail(*_: Any, **__: Any) -> Any:
    raise KeyError("oh")


def faulty_kernel(_: type[cnn.Layer], patch: pytest.MonkeyPatch) -> None:
    patch.setitem(kernels.RUN, "acme.ridge", fail)


def wrong_attributes(cls: type[cnn.Layer], patch: pytest.MonkeyPatch) -> None:
    example = cnn.Example(("5x7x3",), {"rows": 0}, "4x7x3", source="Acme handbook")
    patch.setattr(cls, "examples", (example,))


def wrong_principal(cls: type[cnn.Layer], patch: pytest.MonkeyPatch) -> None:
    patch.setattr(cls, "principal", "row")


def wrong_arity(cls: type[cnn.Layer], patch: pytest.MonkeyPatch) -> None:
    patch.setattr(cls, "arity", (1, 0))


def no_registration(_: type[cnn.Layer], patch: pytest.MonkeyPatch) -> None:
    patch.delitem(KINDS._entries, "acme.ridge")


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (other_cost, "subject: operations (multiply): by rule 0, observed 84"),
        (other_shape, "subject: shape: by rule 1x7x3, observed 4x7x3"),
        (other_tensors, "subject: parameters (gamma): by rule 1, observed 3"),
        (other_trainability, "subject: parameters (learnable): by rule 0, observed 3"),
        (other_reach, "subject: receptive field (axis 1): by rule unit 1 sees (1, 3), observed"),
        (other_refusals, "refusals (given 3): by rule refused, observed 3"),
        (other_example, "has output 4x7x3, but Acme handbook, page 11 prints 3x7x3"),
        (no_source, "does not say who printed the numbers of example 0"),
        (no_example, "has no worked example"),
        (no_docstring, "has no docstring"),
        (no_kernel, "has no kernel: register one with cnnanalyze.execute.kernels.run"),
        (faulty_kernel, "KeyError: 'oh'"),
        (wrong_attributes, "refuses the attributes of its example from Acme handbook"),
        (wrong_principal, "has no attribute 'row', which it calls principal"),
        (wrong_arity, "cannot have between 1 and 0 inputs"),
        (no_registration, "is not registered"),
    ],
    ids=lambda v: getattr(v, "__name__", ""),
)
def test_suite_finds(spoil: Spoil, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    text = spoiled(spoil, monkeypatch)
    assert said in text
    assert all(line.startswith("acme.ridge ") for line in text.splitlines())


def test_suite_finds_an_attribute_without_description() -> None:
    @cnn.layer("acme.swish")
    class Swish(cnn.Layer):
        """Swish."""

        beta: Number = 1.0

        def shape(self, *inputs: cnn.Shape) -> cnn.Shape:
            return inputs[0]

        def cost(self, *_: cnn.Shape) -> None:
            """Leave it uncounted."""

    with pytest.raises(AssertionError, match="does not describe its attribute 'beta'"):
        check_kind(Swish)


# --- partial knowledge ---------------------------------------------------------------------------


def register_blur(*, counted: bool, sees: bool) -> type[cnn.Layer]:
    """Register a kind that leaves something open."""

    @cnn.layer("acme.blur")
    class Blur(cnn.Layer):
        """Blur: its input, unchanged."""

        examples: ClassVar[tuple[cnn.Example, ...]] = (
            cnn.Example(("5x7x3",), {}, "5x7x3", source="Acme handbook"),
        )

        def shape(self, *inputs: cnn.Shape) -> cnn.Shape:
            return inputs[0]

        def cost(self, *_: cnn.Shape) -> cnn.Cost | None:
            return cnn.Cost() if counted else None

        def reach(self, *inputs: cnn.Shape) -> tuple[tuple[Any, ...], ...] | None:
            return super().reach(*inputs) if sees else None

    kernels.run("acme.blur")(lambda _tally, inputs, _weights: inputs[0])
    return Blur


BLURRED = "{cnn: 1, input: 11x13x3, layers: [relu, acme.blur, {conv: {filters: 5, kernel: 3}}]}"


def test_kind_without_cost_makes_the_result_partial() -> None:
    check_kind(register_blur(counted=False, sees=True))
    report = cnn.analyze(cnn.loads(BLURRED))
    assert report.status == "partial"
    assert report.analysis.notes == ("acme.blur1: the operations of 'acme.blur' cannot be counted",)
    assert not report.total.complete
    assert report["acme.blur1"].operations() is None
    balance = cnn.verify(cnn.loads(BLURRED))
    assert balance.is_balanced
    assert balance.remarks == report.analysis.notes


def test_kind_without_reach_makes_what_follows_partial() -> None:
    check_kind(register_blur(counted=True, sees=False))
    net = cnn.loads(BLURRED)
    report = cnn.analyze(net)
    assert report.status == "partial"
    assert report.analysis.notes == ("acme.blur1: 'acme.blur' cannot tell what it reads",)
    assert report.total.complete
    assert report["relu1"].fields is not None
    assert report["conv1"].fields is None
    assert cnn.verify(net).is_balanced


def test_join_with_a_branch_that_cannot_tell_cannot_tell_either() -> None:
    register_blur(counted=True, sees=False)
    net = cnn.loads("{cnn: 1, input: 11x13x3, layers: [{add: [relu, acme.blur]}, tanh]}")
    report = cnn.analyze(net)
    assert [report[name].fields for name in ("add1", "tanh1")] == [None, None]
    assert not report["add1"].aligned
    assert report["add1/1/relu1"].fields is not None
    assert cnn.verify(net).is_balanced


def test_complete_kind_is_complete() -> None:
    register_blur(counted=True, sees=True)
    assert cnn.analyze(cnn.loads(BLURRED)).status == "complete"


# --- registration --------------------------------------------------------------------------------


def test_undotted_name_is_refused() -> None:
    with pytest.raises(PluginError, match="carries no dot"):
        cnn.layer("swish")(type("Swish", (cnn.Layer,), {}))


def test_kind_without_rules_is_refused() -> None:
    with pytest.raises(PluginError, match=r"lacks cost, shape\(\)"):
        cnn.layer("acme.swish")(type("Swish", (cnn.Layer,), {}))


def test_same_name_twice_is_refused() -> None:
    register_blur(counted=True, sees=True)
    with pytest.raises(PluginError, match=r"layer kind 'acme\.blur' is registered already"):
        register_blur(counted=True, sees=True)


def test_second_kernel_is_refused() -> None:
    ridge_kernel()
    with pytest.raises(PluginError, match=r"'acme\.ridge' has a kernel already"):
        ridge_kernel()


def test_unknown_foreign_kind_is_a_fault_of_the_spec() -> None:
    with pytest.raises(SpecError, match=r"unknown layer kind or block 'acme\.blur'"):
        cnn.loads(BLURRED)
