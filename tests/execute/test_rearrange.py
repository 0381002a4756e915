"""Layers that move numbers: against PyTorch, against each other, and refusals."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from cnnanalyze.errors import ExecutionError


def first(x: Any) -> Any:
    return np.moveaxis(x, -1, 1)


@pytest.mark.frameworks
@pytest.mark.parametrize("kind", ["circularpad", "reflectpad", "replicatepad"])
@pytest.mark.parametrize("rank", [1, 2, 3])
def test_padding_is_that_of_pytorch(kind: str, rank: int, apply: Any, image: Any) -> None:
    torch = pytest.importorskip("torch", reason="values beside PyTorch: torch is not installed")
    x = image(2, *(5, 7, 3)[:rank], 2)
    sides = ((3, 4), (0, 5), (2, 1))[:rank]
    out, _, counts = apply(kind, x, padding=sides)
    mode = kind.removesuffix("pad")
    ends = [side for pair in reversed(sides) for side in pair]
    expected = torch.nn.functional.pad(torch.tensor(first(x)), ends, mode=mode)
    assert (first(out) == expected.numpy()).all()
    assert not any(counts.values())


@pytest.mark.frameworks
@pytest.mark.parametrize("block", [1, 2, 3])
def test_blocks_become_channels_as_in_pytorch(block: int, apply: Any, image: Any) -> None:
    torch = pytest.importorskip("torch", reason="values beside PyTorch: torch is not installed")
    x = image(2, 5 * block, 7 * block, 3)
    out, _, counts = apply("space_to_depth", x, block=block)
    expected = torch.nn.functional.pixel_unshuffle(torch.tensor(first(x)), block)
    assert (first(out) == expected.numpy()).all()
    assert not any(counts.values())
    x = image(2, 5, 7, 11 * block**2)
    expected = torch.nn.functional.pixel_shuffle(torch.tensor(first(x)), block)
    assert (first(apply("depth_to_space", x, block=block)[0]) == expected.numpy()).all()


@pytest.mark.parametrize("rank", [1, 2, 3])
def test_space_comes_back_from_depth(rank: int, apply: Any, image: Any) -> None:
    x = image(2, *(6, 9, 15)[:rank], 5)
    deep = apply("space_to_depth", x, block=3)[0]
    assert deep.shape == (2, *(2, 3, 5)[:rank], 5 * 3**rank)
    assert (apply("depth_to_space", deep, block=3)[0] == x).all()


@pytest.mark.frameworks
@pytest.mark.parametrize("groups", [1, 2, 3, 6])
@pytest.mark.parametrize("shape", [(2, 5, 7, 6), (2, 6)])
def test_shuffle_is_that_of_pytorch(
    groups: int, shape: tuple[int, ...], apply: Any, image: Any
) -> None:
    torch = pytest.importorskip("torch", reason="values beside PyTorch: torch is not installed")
    x = image(*shape)
    theirs = torch.tensor(first(x)).reshape(*first(x).shape, *(1,) * (4 - x.ndim))
    expected = torch.nn.functional.channel_shuffle(theirs, groups).reshape(first(x).shape)
    assert (first(apply("channel_shuffle", x, groups=groups)[0]) == expected.numpy()).all()


def test_axes_change_places(apply: Any, image: Any) -> None:
    x = image(2, 3, 5, 7, 11)
    out, _, counts = apply("permute", x, order=[3, 1, 2])
    assert out.shape == (2, 7, 3, 5, 11)
    assert (out[:, 6, 2, 4] == x[:, 2, 4, 6]).all()
    assert not any(counts.values())
    back = apply("permute", out, order=[2, 3, 1])[0]
    assert (back == x).all()


def test_some_channels_are_kept(apply: Any, image: Any) -> None:
    x = image(2, 3, 5, 7)
    assert (apply("slice", x, channels=[2, 5])[0] == x[..., 2:5]).all()
    halves = [apply("slice", x, channels=part)[0] for part in ([0, 3], [3, 7])]
    assert (apply("concat", *halves)[0] == x).all()
    assert apply("slice", x[:, 0, 0], channels=[6, 7])[0].shape == (2, 1)


def test_every_position_reads_ahead(apply: Any) -> None:
    x = np.arange(1.0, 6)[None, :, None]
    expected = {0: [1, 2, 3, 4, 5], 2: [3, 4, 5, 0, 0], -1: [0, 1, 2, 3, 4], -4: [0, 0, 0, 0, 1]}
    for amount, row in expected.items():
        assert apply("shift", x, amount=amount)[0][0, :, 0].tolist() == row


def test_axes_are_shifted_one_by_one(apply: Any, image: Any) -> None:
    x = image(2, 5, 7, 3)
    out, _, counts = apply("shift", x, amount=[2, -3])
    assert out.shape == x.shape
    assert (out[:, :3, 3:] == x[:, 2:, :4]).all()
    assert np.count_nonzero(out) == 2 * 3 * 4 * 3
    assert not any(counts.values())


MAP, VECTOR = np.ones((1, 5, 7, 3)), np.ones((1, 105))
REFUSED: list[tuple[str, Any, dict[str, Any], str]] = [
    ("permute", MAP, {"order": [1, 1]}, "order must name every axis from 1 to 2 once"),
    ("permute", MAP, {"order": [0, 1]}, "order must name every axis from 1 to 2 once"),
    ("permute", MAP, {"order": [1, 2, 3]}, "order has 3 entries for 2 spatial axes"),
    ("slice", MAP, {"channels": [1, 4]}, "channels 1 to 4 are not within 0 to 3"),
    ("slice", MAP, {"channels": [2, 2]}, "channels 2 to 2 are not within 0 to 3"),
    ("slice", MAP, {"channels": [-1, 2]}, "channels -1 to 2 are not within 0 to 3"),
    ("slice", MAP, {}, "no axis is named"),
    ("slice", MAP, {"axis": "length"}, "the input has no axis 'length'"),
    ("slice", MAP, {"axis": 4}, "the input has no axis '4'"),
    ("slice", MAP, {"axis": 1, "start": 5}, "place 5 is not within 5"),
    ("slice", MAP, {"axis": 1, "stop": 6}, "a stop of 6 is not within 5"),
    ("slice", MAP, {"axis": 1, "start": 3, "stop": 3}, "places 3 to 3 are none"),
    ("gather", MAP, {"positions": [0, 3]}, "not all of the places [0, 3] are there"),
    ("rearrange", MAP, {"pattern": "h c -> c h"}, "2 axes are named, but the input has 3"),
    (
        "rearrange",
        MAP,
        {"pattern": "(h p) w c -> h w (p c)", "sizes": {"p": 2}},
        "5 places cannot be h times p",
    ),
    ("channel_shuffle", MAP, {"groups": 2}, "3 channels cannot be split into 2 equal groups"),
    ("space_to_depth", MAP, {"block": 5}, "7 pixels cannot be cut into blocks of 5"),
    ("depth_to_space", MAP, {"block": 2}, "3 channels cannot become blocks of 4"),
    ("shift", MAP, {"amount": [0, -7]}, "a shift by -7 leaves nothing of 7 pixels"),
    ("shift", MAP, {"amount": 5}, "a shift by 5 leaves nothing of 5 pixels"),
    (
        "reflectpad",
        MAP,
        {"padding": ((0, 5), (0, 0))},
        "a 'reflect' margin of 5 pixels needs more than the 4 there are",
    ),
]


@pytest.mark.parametrize(("kind", "x", "attributes", "message"), REFUSED)
def test_refusals(kind: str, x: Any, attributes: dict[str, Any], message: str, apply: Any) -> None:
    with pytest.raises(ExecutionError) as refused:
        apply(kind, x, **attributes)
    assert refused.value.message == message


SPATIAL: list[tuple[str, dict[str, Any]]] = [
    ("permute", {"order": [1]}),
    ("space_to_depth", {"block": 2}),
    ("depth_to_space", {"block": 2}),
    ("shift", {"amount": 1}),
    ("circularpad", {"padding": 1}),
    ("reflectpad", {"padding": 1}),
    ("replicatepad", {"padding": 1}),
    ("lppool", {"kernel": 2}),
    ("local_conv", {"kernel": 2, "filters": 3}),
]


@pytest.mark.parametrize(("kind", "attributes"), SPATIAL)
def test_vectors_are_refused(kind: str, attributes: dict[str, Any], apply: Any) -> None:
    with pytest.raises(ExecutionError, match="the input is a vector of 105"):
        apply(kind, VECTOR, **attributes)
