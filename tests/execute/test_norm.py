"""Normalisation by statistics of the input itself, and layers that only scale."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from cnnanalyze.errors import ExecutionError


def first(x: Any) -> Any:
    return np.moveaxis(x, -1, 1)


def check_counts(counts: Any, elements: int, groups: int, scale: bool, center: bool) -> None:
    """Compare with a count on paper: per group of n, two sums and two sweeps."""
    n = elements / groups
    expected = {
        "add": groups * ((n - 1) + n + (n - 1) + 1) + elements * center,
        "multiply": groups * 2 * n + elements * scale,
        "divide": groups * 2,
        "power": groups,
    }
    assert {name: count for name, count in counts.items() if count} == expected


both = pytest.mark.parametrize(
    ("scale", "center"), [(True, True), (True, False), (False, True), (False, False)]
)


@pytest.mark.frameworks
@both
@pytest.mark.parametrize("axes", ["channels", "all"])
@pytest.mark.parametrize("shape", [(3, 7), (3, 5, 11, 7), (2, 3, 5, 2, 7)])
def test_layernorm_is_that_of_pytorch(
    shape: tuple[int, ...], axes: str, scale: bool, center: bool, apply: Any, image: Any
) -> None:
    torch = pytest.importorskip("torch", reason="values beside PyTorch: torch is not installed")
    x = image(*shape) + 2
    out, tensors, counts = apply(
        "layernorm", x, axes=axes, scale=scale, center=center, epsilon=1e-3
    )
    together = shape[1:] if axes == "all" else shape[-1:]
    expected = torch.nn.functional.layer_norm(
        torch.tensor(x),
        together,
        torch.tensor(tensors["gamma"]) if scale else None,
        torch.tensor(tensors["beta"]) if center else None,
        eps=1e-3,
    )
    np.testing.assert_allclose(out, expected.numpy(), atol=1e-12)
    assert {t.shape for t in tensors.values()} <= {together}
    assert list(tensors) == ["gamma"] * scale + ["beta"] * center
    groups = round(x[0].size / np.prod(together))
    check_counts(counts, x[0].size, groups, scale, center)


@pytest.mark.frameworks
@both
@pytest.mark.parametrize("groups", [1, 2, 3, 6])
@pytest.mark.parametrize("shape", [(3, 6), (3, 5, 7, 6), (2, 3, 5, 2, 6)])
def test_groupnorm_is_that_of_pytorch(
    shape: tuple[int, ...], groups: int, scale: bool, center: bool, apply: Any, image: Any
) -> None:
    torch = pytest.importorskip("torch", reason="values beside PyTorch: torch is not installed")
    x = image(*shape) + 2
    out, tensors, counts = apply("groupnorm", x, groups=groups, scale=scale, center=center)
    expected = torch.nn.functional.group_norm(
        torch.tensor(first(x)),
        groups,
        torch.tensor(tensors["gamma"]) if scale else None,
        torch.tensor(tensors["beta"]) if center else None,
    )
    np.testing.assert_allclose(first(out), expected.numpy(), atol=1e-12)
    check_counts(counts, x[0].size, groups, scale, center)


@pytest.mark.frameworks
@both
def test_instancenorm_is_that_of_pytorch(scale: bool, center: bool, apply: Any, image: Any) -> None:
    torch = pytest.importorskip("torch", reason="values beside PyTorch: torch is not installed")
    x = image(3, 5, 11, 7) + 2
    out, tensors, counts = apply("instancenorm", x, scale=scale, center=center)
    expected = torch.nn.functional.instance_norm(
        torch.tensor(first(x)),
        weight=torch.tensor(tensors["gamma"]) if scale else None,
        bias=torch.tensor(tensors["beta"]) if center else None,
    )
    np.testing.assert_allclose(first(out), expected.numpy(), atol=1e-12)
    check_counts(counts, 5 * 11 * 7, 7, scale, center)


def test_tensors_by_default(apply: Any, image: Any) -> None:
    x = image(2, 5, 7, 32)
    for kind, roles in (
        ("layernorm", ["gamma", "beta"]),
        ("groupnorm", ["gamma", "beta"]),
        ("instancenorm", []),
    ):
        tensors = apply(kind, x)[1]
        assert list(tensors) == roles
        assert all(t.shape == (32,) for t in tensors.values())


def test_channels_that_do_not_come_out_even_are_refused(apply: Any, image: Any) -> None:
    with pytest.raises(ExecutionError, match="7 channels cannot be split into 32 equal groups"):
        apply("groupnorm", image(1, 5, 7))


def test_layers_that_only_scale(apply: Any, image: Any) -> None:
    x = image(2, 5, 7, 3)
    out, tensors, counts = apply("layer_scale", x)
    np.testing.assert_allclose(out, x * tensors["gamma"])
    assert tensors["gamma"].shape == (3,)
    assert {n: c for n, c in counts.items() if c} == {"multiply": 105}
    out, tensors, counts = apply("scale", x, factor=0.17)
    np.testing.assert_allclose(out, 0.17 * x)
    assert not tensors
    assert {n: c for n, c in counts.items() if c} == {"multiply": 105}
    assert apply("layer_scale", x[:, 0, 0])[0].shape == (2, 3)
    out, _, counts = apply("scale", x, factor=1, offset=-2)
    np.testing.assert_allclose(out, x - 2)
    assert {n: c for n, c in counts.items() if c} == {"add": 105}


def test_affine_layers_scale_and_shift_every_channel(apply: Any, image: Any) -> None:
    x = image(2, 5, 7, 3)
    out, tensors, counts = apply("affine", x)
    np.testing.assert_allclose(out, x * tensors["gamma"] + tensors["beta"], rtol=1e-6)
    assert {role: tensor.shape for role, tensor in tensors.items()} == {"gamma": (3,), "beta": (3,)}
    assert {n: c for n, c in counts.items() if c} == {"multiply": 105, "add": 105}
    out, tensors, counts = apply("affine", x, scale=False, shared=True)
    np.testing.assert_allclose(out, x + tensors["beta"])
    assert tensors["beta"].shape == (1,)
    assert {n: c for n, c in counts.items() if c} == {"add": 105}


def test_paths_are_dropped_in_training_only(apply: Any, image: Any) -> None:
    x = image(2, 5, 7, 3)
    out, tensors, counts = apply("drop_path", x, rate=0.3)
    assert (out == x).all()
    assert not tensors
    assert not any(counts.values())


@pytest.mark.parametrize("kind", ["layernorm", "groupnorm", "instancenorm", "layer_scale", "scale"])
@pytest.mark.parametrize("spare", [False, True])
def test_memory_is_overwritten_only_where_it_may_be(kind: str, spare: bool, image: Any) -> None:
    from cnnanalyze.execute.kernels import INIT, RUN, Tally
    from cnnanalyze.execute.run import Draw

    x = image(2, 5, 7, 3)
    before, options = x.copy(), {"groups": 3, "factor": 0.17}
    make = INIT.get(kind)
    tensors = make(Draw(0, np.float64), [x.shape], scale=True) if make else {}
    expected = RUN[kind](Tally(), [x], tensors, **options)
    assert (x == before).all()
    out = RUN[kind](Tally([x] if spare else []), [x], tensors, **options)
    assert (out == expected).all()
    assert np.may_share_memory(out, x) == spare
