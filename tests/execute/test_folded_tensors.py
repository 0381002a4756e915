"""Folding on arrays: the filters of a depthwise kernel lie along its two last axes."""

from __future__ import annotations

import numpy as np

from cnnanalyze.execute.folded_tensors import fold_tensors


def test_depthwise_filters_have_their_own_factors() -> None:
    kernel = np.ones((1, 1, 3, 2))
    factor = np.arange(1.0, 7.0)
    norm = {"gamma": factor, "moving mean": np.zeros(6), "moving variance": np.ones(6)}
    made = fold_tensors({"kernel": kernel}, {}, [(norm, 0.0)])
    assert made["kernel"].reshape(-1).tolist() == [1, 2, 3, 4, 5, 6]


def test_a_second_norm_works_on_the_first() -> None:
    one = np.ones(1)
    norms = [
        ({"gamma": k * one, "beta": b * one, "moving mean": 0 * one, "moving variance": one}, 0.0)
        for k, b in ((2.0, 3.0), (5.0, 7.0))
    ]
    made = fold_tensors({"kernel": one.reshape(1, 1)}, {}, norms)
    assert (made["kernel"].item(), made["bias"].item()) == (10.0, 22.0)
