"""Everything that is neither convolution nor pooling: values, tensors, counts, refusals."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from cnnanalyze.errors import ExecutionError


def first(x: Any) -> Any:
    return np.moveaxis(x, -1, 1)


ACTIVATIONS: list[tuple[str, dict[str, Any], str, dict[str, Any], dict[str, int]]] = [
    ("relu", {}, "relu", {}, {"compare": 1}),
    ("relu6", {}, "relu6", {}, {"compare": 2}),
    (
        "leaky_relu",
        {"slope": 0.3},
        "leaky_relu",
        {"negative_slope": 0.3},
        {"compare": 1, "multiply": 1},
    ),
    (
        "elu",
        {"alpha": 1.7},
        "elu",
        {"alpha": 1.7},
        {"compare": 1, "exponential": 1, "add": 1, "multiply": 1},
    ),
    ("sigmoid", {}, "sigmoid", {}, {"exponential": 1, "add": 1, "divide": 1}),
    ("tanh", {}, "tanh", {}, {"exponential": 1}),
]


@pytest.mark.frameworks
@pytest.mark.parametrize(("kind", "attributes", "theirs", "options", "each"), ACTIVATIONS)
def test_activations_are_those_of_pytorch(
    kind: str,
    attributes: dict[str, Any],
    theirs: str,
    options: dict[str, Any],
    each: dict[str, int],
    apply: Any,
    image: Any,
) -> None:
    torch = pytest.importorskip("torch", reason="values beside PyTorch: torch is not installed")
    x = 5 * image(2, 7, 11, 3)
    out, _, counts = apply(kind, x, **attributes)
    expected = getattr(torch.nn.functional, theirs)(torch.tensor(x), **options)
    np.testing.assert_allclose(out, expected.numpy(), atol=1e-12)
    assert {n: c / out[0].size for n, c in counts.items() if c} == each


@pytest.mark.parametrize("kind", [row[0] for row in ACTIVATIONS] + ["softmax", "prelu", "lrn"])
def test_what_is_not_a_number_passes(kind: str, apply: Any) -> None:
    x = np.ones((1, 5, 1))
    x[0, 3] = np.nan
    out, _, _ = apply(kind, x)
    assert np.isnan(out[0, :, 0]).tolist() == [False, False, False, True, False]


@pytest.mark.parametrize("shape", [(2, 7), (2, 3, 5, 7)])
def test_softmax_gives_probabilities(shape: tuple[int, ...], apply: Any, image: Any) -> None:
    x = image(*shape)
    out, _, counts = apply("softmax", x)
    np.testing.assert_allclose(out.sum(axis=-1), 1)
    np.testing.assert_allclose(np.log(out[..., 0] / out[..., 3]), x[..., 0] - x[..., 3])
    assert np.isfinite(apply("softmax", x * 1e6)[0]).all()
    positions = x[0, ..., 0].size
    assert [counts[n] for n in ("compare", "add", "exponential", "divide")] == [
        6 * positions,
        (7 + 6) * positions,
        7 * positions,
        7 * positions,
    ]


@pytest.mark.frameworks
@pytest.mark.parametrize("shared", [False, True])
def test_prelu_is_that_of_pytorch(shared: bool, apply: Any, image: Any) -> None:
    torch = pytest.importorskip("torch", reason="values beside PyTorch: torch is not installed")
    x = image(2, 5, 7, 3)
    out, tensors, _ = apply("prelu", x, shared=shared)
    assert tensors["slope"].shape == ((1,) if shared else (3,))
    expected = torch.nn.functional.prelu(torch.tensor(first(x)), torch.tensor(tensors["slope"]))
    np.testing.assert_allclose(first(out), expected.numpy())


@pytest.mark.frameworks
@pytest.mark.parametrize("scale", [False, True])
@pytest.mark.parametrize("center", [False, True])
@pytest.mark.parametrize("shape", [(3, 7), (3, 5, 11, 7)])
def test_batchnorm_is_that_of_pytorch(
    shape: tuple[int, ...], scale: bool, center: bool, apply: Any, image: Any
) -> None:
    torch = pytest.importorskip("torch", reason="values beside PyTorch: torch is not installed")
    x = image(*shape)
    out, tensors, counts = apply("batchnorm", x, scale=scale, center=center, epsilon=1e-3)
    expected = torch.nn.functional.batch_norm(
        torch.tensor(first(x)),
        torch.tensor(tensors["moving mean"]),
        torch.tensor(tensors["moving variance"]),
        torch.tensor(tensors["gamma"]) if scale else None,
        torch.tensor(tensors["beta"]) if center else None,
        eps=1e-3,
    )
    np.testing.assert_allclose(first(out), expected.numpy(), atol=1e-12)
    assert len(tensors) == 2 + scale + center
    assert counts["multiply"] == counts["add"] == out[0].size


@pytest.mark.frameworks
@pytest.mark.parametrize("size", [1, 2, 4, 5, 17])
def test_lrn_is_that_of_pytorch(size: int, apply: Any, image: Any) -> None:
    torch = pytest.importorskip("torch", reason="values beside PyTorch: torch is not installed")
    x = image(2, 5, 7, 11)
    out, _, counts = apply("lrn", x, size=size, alpha=0.3, beta=0.7, offset=2.0)
    expected = torch.nn.functional.local_response_norm(torch.tensor(first(x)), size, 0.3, 0.7, 2.0)
    np.testing.assert_allclose(first(out), expected.numpy(), atol=1e-12)
    # With these numbers, every one of ones becomes one over the length of its window.
    lengths = 1 / apply("lrn", np.ones((1, 11)), size=size, alpha=size, beta=1, offset=0)[0]
    elements = out[0].size
    assert counts["add"] == elements + 35 * round((lengths - 1).sum())
    assert (counts["multiply"], counts["power"], counts["divide"]) == (
        2 * elements,
        elements,
        elements,
    )


def test_dense_reads_a_whole_map(apply: Any, image: Any) -> None:
    x = image(2, 3, 5, 7)
    out, tensors, counts = apply("dense", x, units=11)
    assert tensors["kernel"].shape == (105, 11)
    expected = np.einsum("nhwc,hwcu->nu", x, tensors["kernel"].reshape(3, 5, 7, 11))
    np.testing.assert_allclose(out, expected + tensors["bias"])
    assert (counts["mac"], counts["add"]) == (1155, 11)
    assert "bias" not in apply("dense", x, units=11, bias=False)[1]


def test_maxout_is_the_largest_of_its_pieces(apply: Any, image: Any) -> None:
    x = image(2, 7)
    out, tensors, counts = apply("maxout", x, units=5, pieces=3)
    k, b = tensors["kernel"], tensors["bias"]
    assert (k.shape, b.shape) == ((7, 3, 5), (3, 5))
    np.testing.assert_allclose(out, np.max([x @ k[:, p] + b[p] for p in range(3)], axis=0))
    assert (counts["mac"], counts["add"], counts["compare"]) == (105, 15, 10)


def test_rbf_is_a_squared_distance(apply: Any, image: Any) -> None:
    x = image(2, 7)
    out, tensors, counts = apply("rbf", x, units=5)
    distance = np.linalg.norm(x[:, None] - tensors["centres"], axis=-1)
    np.testing.assert_allclose(out, distance**2)
    assert (counts["mac"], counts["add"]) == (35, 35)


@pytest.mark.frameworks
@pytest.mark.parametrize("align", [False, True])
@pytest.mark.parametrize("size", [(11, 13), (1, 3), (7, 5), (23, 2)])
def test_resize_is_that_of_pytorch(
    size: tuple[int, int], align: bool, apply: Any, image: Any
) -> None:
    torch = pytest.importorskip("torch", reason="values beside PyTorch: torch is not installed")
    x = image(2, 7, 5, 3)
    theirs = torch.tensor(first(x))
    out, _, counts = apply("resize", x, size=size, method="bilinear", align_corners=align)
    expected = torch.nn.functional.interpolate(theirs, size, mode="bilinear", align_corners=align)
    np.testing.assert_allclose(first(out), expected.numpy(), atol=1e-12)
    assert (counts["multiply"], counts["add"]) == (4 * out[0].size, 3 * out[0].size)
    out, _, counts = apply("resize", x, size=size)
    assert (first(out) == torch.nn.functional.interpolate(theirs, size).numpy()).all()
    assert not any(counts.values())


def test_a_pixel_hit_exactly_is_read_alone(apply: Any) -> None:
    x = np.array([1.0, np.nan, 3.0, np.nan, 5.0])[None, :, None]
    out, _, _ = apply("resize", x, size=3, method="bilinear", align_corners=True)
    assert out[0, :, 0].tolist() == [1, 3, 5]
    np.testing.assert_equal(apply("resize", x, scale=1, method="bilinear")[0], x)


def test_joins_fold_and_broadcast(apply: Any, image: Any) -> None:
    a, b, c = image(2, 5, 7, 3), image(2, 1, 1, 3), image(2, 5, 7, 1)
    for kind, expected, name in (
        ("add", a + b + c, "add"),
        ("multiply", a * b * c, "multiply"),
        ("maximum", np.maximum(np.maximum(a, b), c), "compare"),
        ("average", (a + b + c) / 3, "add"),
    ):
        out, _, counts = apply(kind, b, c, a)
        np.testing.assert_allclose(out, expected)
        assert counts[name] == 2 * 105
        assert counts["divide"] == (105 if kind == "average" else 0)


def test_concat_puts_channels_behind_each_other(apply: Any, image: Any) -> None:
    a, b = image(2, 5, 7, 3), image(2, 5, 7, 2)
    out, _, _ = apply("concat", a, b)
    assert (out[..., :3] == a).all()
    assert (out[..., 3:] == b).all()
    assert apply("concat", a[:, 0, 0], b[:, 0, 0])[0].shape == (2, 5)


def test_numbers_are_only_moved(apply: Any, image: Any) -> None:
    x = image(2, 5, 7, 3)
    assert apply("flatten", x)[0].tolist() == x.reshape(2, 105).tolist()
    assert apply("reshape", x, to="7x5x3")[0].shape == (2, 7, 5, 3)
    assert apply("reshape", x, to="105")[0].shape == (2, 105)
    padded = apply("zeropad", x, padding=((1, 2), (3, 0)))[0]
    assert padded.shape == (2, 8, 10, 3)
    assert (apply("crop", padded, amount=((1, 2), (3, 0)))[0] == x).all()
    assert apply("dropout", x, rate=0.5)[0].tolist() == x.tolist()
    assert apply("identity", x)[0].tolist() == x.tolist()


MAP, VECTOR = np.ones((1, 5, 7, 3)), np.ones((1, 105))
REFUSED: list[tuple[str, list[Any], dict[str, Any], str]] = [
    ("add", [MAP, VECTOR], {}, "5x7x3 and 105 do not have the same number of axes"),
    ("add", [MAP, MAP[..., :2]], {}, "5x7x3 and 5x7x2 do not fit together"),
    ("multiply", [MAP, MAP[:, :3]], {}, "5x7x3 and 3x7x3 do not fit together"),
    ("average", [MAP], {}, "two or more inputs are joined, but 1 is given"),
    (
        "concat",
        [MAP, MAP[:, :1]],
        {},
        "5x7x3 and 1x7x3 differ along another axis",
    ),
    ("concat", [MAP, VECTOR], {}, "5x7x3 and 105 differ along another axis"),
    ("reshape", [MAP], {"to": "5x7x2"}, "5x7x3 has 105 activations, 5x7x2 needs 70"),
    (
        "crop",
        [MAP],
        {"amount": ((2, 3), (0, 0))},
        "cropping ((2, 3), (0, 0)) of 5x7 leaves nothing",
    ),
    ("crop", [VECTOR], {"amount": 1}, "a feature map is needed, but the input is a vector of 105"),
    ("resize", [MAP], {}, "either scale or size must be given, and not both"),
    ("resize", [MAP], {"scale": 2, "size": 3}, "either scale or size must be given, and not both"),
    (
        "resize",
        [MAP],
        {"scale": 2, "align_corners": True},
        "align_corners is known to the methods 'bilinear' and 'bicubic' only",
    ),
    ("relu", [MAP, MAP], {}, "one input is read here, but 2 are given"),
]


@pytest.mark.parametrize(("kind", "inputs", "attributes", "message"), REFUSED)
def test_refusals(
    kind: str, inputs: list[Any], attributes: dict[str, Any], message: str, apply: Any
) -> None:
    with pytest.raises(ExecutionError) as refused:
        apply(kind, *inputs, **attributes)
    assert refused.value.message == message
