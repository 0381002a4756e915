"""Matrix products of a run take one thread, and nobody else's are touched."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import threadpoolctl

from cnnanalyze.execute.operation_counter import Tally
from cnnanalyze.execute.receptive_field_probe import observe_fields
from cnnanalyze.execute.run import RunStep, execute


def threads() -> set[int]:
    found = threadpoolctl.threadpool_info()
    return {library["num_threads"] for library in found if library["user_api"] == "blas"}


@pytest.fixture
def several() -> Any:
    with threadpoolctl.threadpool_limits(limits=2, user_api="blas"):
        if threads() != {2}:
            pytest.skip("this BLAS has one thread only")
        yield


@pytest.mark.usefixtures("several")
def test_a_run_multiplies_on_one_thread_and_leaves_all_behind() -> None:
    seen = []
    step = RunStep("c", "conv", {"filters": 5, "kernel": 3})
    execute([step], (11, 13, 3), on_step=lambda *_: seen.append(threads()))
    assert seen == [{1}]
    assert threads() == {2}


@pytest.mark.usefixtures("several")
def test_receptive_fields_are_observed_on_one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []
    taps = Tally.taps

    def watched(*given: Any) -> None:
        seen.append(threads())
        taps(*given)

    monkeypatch.setattr(Tally, "taps", watched)
    observe_fields([RunStep("c", "conv", {"filters": 5, "kernel": 3})], (7, 5))
    assert seen
    assert all(found == {1} for found in seen)
    assert threads() == {2}


@pytest.mark.usefixtures("several")
def test_a_run_that_fails_leaves_all_threads_behind() -> None:
    with pytest.raises(Exception, match="spans 17 pixels"):
        execute([RunStep("c", "conv", {"filters": 5, "kernel": 17})], (11, 13, 3))
    assert threads() == {2}
    assert np.matmul(np.ones((1, 3)), np.ones((3, 1))).item() == 3
