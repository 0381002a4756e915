"""Clusters: a real one of several processes, whose workers are killed in the middle."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import cnnanalyze as cnn
from cnnanalyze.errors import UsageError
from cnnanalyze.sweeping import cluster as clusters
from cnnanalyze.sweeping.cluster import connect
from cnnanalyze.sweeping.plan import Member, Plan, make_plan
from cnnanalyze.sweeping.result import rows_of
from cnnanalyze.sweeping.run import chunks_of, run
from tests.conftest import Run

TEXT = """
cnn: 1
name: family
input: ${size}x${size}x3
params: {size: 17, width: 4, wide: 2}
layers:
  - {conv: {filters: $width, kernel: 3, padding: 1}}
  - relu
  - {conv: {filters: $wide, kernel: 1}}
  - gap
  - {dense: 5}
"""
pytestmark = [
    pytest.mark.frameworks,
    # What Dask and its loop say while a worker dies is theirs.
    pytest.mark.filterwarnings("ignore"),
]


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    distributed = pytest.importorskip("distributed", reason="dask is not installed")
    with distributed.LocalCluster(
        n_workers=3, threads_per_worker=1, processes=True, dashboard_address=None
    ) as started:
        yield started


def a_plan() -> Plan:
    plan = make_plan(
        [Member("family", cnn.loads(TEXT))],
        {"width": "1..100", "wide": "1..100", "size": "11..17"},
        quantities=("parameters", "macs", "peak_memory"),
        where=["width > wide"],
    )
    assert chunks_of(plan) == 5
    return plan


def rows(plan: Plan, **options: Any) -> list[tuple[Any, ...]]:
    return [row for chunk in run(plan, checks=5, **options) for row in rows_of(plan, chunk)]


def test_workers_that_are_killed_in_the_middle_lose_nothing(cluster: Any) -> None:
    plan = a_plan()
    killed: list[int] = []

    def kill(done: int, _: int) -> None:
        if done in {1, 3}:
            pid = next(iter(cluster.workers.values())).pid
            if pid is not None and pid not in killed:
                os.kill(pid, signal.SIGKILL)
                killed.append(pid)

    with connect(cluster.scheduler_address) as (executor, workers):
        assert workers == 3
        found = rows(plan, executor=executor, workers=1, progress=kill)
    assert killed
    assert found == rows(plan)


def test_files_are_equal_to_the_byte_whoever_works(
    cluster: Any, command: Run, tmp_path: Path
) -> None:
    (tmp_path / "family.yaml").write_text(TEXT, encoding="utf-8")
    sweep = ("sweep", "family.yaml", "--vary", "width=1..200", "--vary", "wide=1..200", "-o")
    assert command(*sweep, "here.csv").code == 0
    assert command(*sweep, "there.csv", "--scheduler", cluster.scheduler_address).code == 0
    here, there = ((tmp_path / name).read_bytes() for name in ("here.csv", "there.csv"))
    assert here == there
    assert here.count(b"\n") == 40_001


def test_an_executor_of_a_client_of_ones_own_works(cluster: Any) -> None:
    with cluster.get_client() as client:
        swept = cnn.sweep(
            cnn.loads(TEXT), {"width": [3, 5, 7]}, executor=client.get_executor(), workers=2
        )
        assert [point.numbers["parameters"] for point in swept] == [
            cnn.analyze(cnn.loads(TEXT, settings={"width": w})).total.parameters for w in (3, 5, 7)
        ]


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "nonsense://x"])
def test_where_nobody_answers_is_told(address: str) -> None:
    pytest.importorskip("distributed", reason="dask is not installed")
    with pytest.raises(UsageError) as caught, connect(address, patience=0.5):
        pass
    fault = caught.value.faults[0]
    assert fault.message.startswith(f"no Dask scheduler answers at '{address}': ")
    assert fault.help == "'dask scheduler' prints its address, such as tcp://10.0.0.7:8786"


def test_a_scheduler_without_workers_is_told() -> None:
    distributed = pytest.importorskip("distributed", reason="dask is not installed")
    with distributed.LocalCluster(n_workers=0, dashboard_address=None) as empty:
        address = empty.scheduler_address
        with pytest.raises(UsageError) as caught, connect(address, patience=0.5):
            pass
    fault = caught.value.faults[0]
    assert fault.message == f"the scheduler at '{address}' has no workers"
    assert fault.help == f"start some: dask worker {address}"


def test_a_worker_of_another_version_is_told(cluster: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clusters, "__version__", "99.0")
    with pytest.raises(UsageError) as caught, connect(cluster.scheduler_address):
        pass
    fault = caught.value.faults[0]
    assert fault.message.endswith(f" has cnnanalyze {cnn.__version__}, and this is 99.0")
    assert fault.help == "rows are equal only where versions are: install the same one"
