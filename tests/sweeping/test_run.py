"""Runs: the same rows whoever works the chunks out, and after an interruption."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest

import cnnanalyze as cnn
from cnnanalyze.errors import UsageError
from cnnanalyze.language.sections import plan_budgets
from cnnanalyze.sweeping import run as running
from cnnanalyze.sweeping.plan import Member, Plan, make_plan
from cnnanalyze.sweeping.result import Summary, rows_of
from cnnanalyze.sweeping.run import DisagreementError, chunks_of, fingerprint, run
from cnnanalyze.sweeping.store import ChunkStore

TEXT = """
cnn: 1
name: family
input: ${size}x${size}x3
params: {size: 17, width: 4, depths: [1, 2]}
blocks:
  unit: {params: {f: }, layers: [{conv: {filters: $f, kernel: 3, padding: 1}}, relu]}
layers:
  - for: {d: $depths}
    do:
      - {unit: $width * $index, repeat: $d}
      - {maxpool: {kernel: 2}, when: $in > 7}
  - gap
  - {dense: 5}
"""


@pytest.fixture
def plan(monkeypatch: pytest.MonkeyPatch) -> Plan:
    monkeypatch.setattr(running, "CHUNK", 7)
    limits = plan_budgets({"macs": "200k"}, "budgets")
    assert limits is not None
    return make_plan(
        [Member("family", cnn.loads(TEXT))],
        {"width": "2..9", "depths[1]": [1, 2, 5], "size": [11, 13, 19]},
        where=["width * size < 150", "peak_memory > 4000"],
        limits=limits.limits,
        quantities=("parameters", "macs", "receptive_field", "depth"),
    )


def rows(plan: Plan, **options: Any) -> list[tuple[Any, ...]]:
    return [row for chunk in run(plan, **options) for row in rows_of(plan, chunk)]


def test_every_point_is_kept_or_falls_out_for_one_reason(plan: Plan) -> None:
    summary = Summary(plan)
    kept = []
    for chunk in run(plan):
        summary.add(chunk)
        kept += chunk.points.tolist()
    assert summary.points == 8 * 3 * 3
    assert summary.kept == len(kept) == len(set(kept))
    assert summary.kept + sum(e.count for e in summary.excluded.values()) == summary.points
    assert {kind for kind, _ in summary.excluded} == {"where", "limit"}
    assert summary.checked > 10
    assert all(e.example not in kept for e in summary.excluded.values())


def test_rows_are_what_the_networks_cost(plan: Plan) -> None:
    found = rows(plan)
    assert found
    for row in found:
        settings = {"width": row[1], "depths": [1, row[2]], "size": row[3]}
        report = cnn.analyze(cnn.loads(TEXT, settings=settings))
        assert row[4] == report.total.parameters
        assert row[5] == report.total.operations("mac") <= 200_000
        assert row[1] * row[3] < 150


def test_threads_and_processes_work_out_the_same(plan: Plan) -> None:
    """The plan is sent as it is: nothing in it is tied to this process."""
    here = rows(plan)
    with ThreadPoolExecutor(3) as executor:
        assert rows(plan, executor=executor, workers=3) == here


@pytest.mark.thorough
def test_processes_work_out_the_same() -> None:
    plan = make_plan([Member("family", cnn.loads(TEXT))], {"width": "2..9", "size": [11, 13]})
    here = rows(plan)
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as executor:
        assert rows(plan, executor=executor, workers=2) == here


def test_an_interrupted_sweep_goes_on_where_it_was(
    plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is lost and nothing is there twice."""
    here = rows(plan)
    store = ChunkStore(tmp_path / "kept", fingerprint(plan))
    chunks = run(plan, store=store)
    for _ in range(4):
        next(chunks)
    del chunks
    again = ChunkStore(tmp_path / "kept", fingerprint(plan))
    assert again.found_at_first == 4
    done: list[int] = []
    work_out = running.work_out

    def counted(*given: Any) -> Any:
        done.append(given[-1])
        return work_out(*given)

    monkeypatch.setattr(running, "work_out", counted)
    assert rows(plan, store=again) == here
    assert done == list(range(4, chunks_of(plan)))
    again.remove()
    assert not (tmp_path / "kept").exists()


def test_a_torn_chunk_is_worked_out_again(plan: Plan, tmp_path: Path) -> None:
    store = ChunkStore(tmp_path / "kept", fingerprint(plan))
    here = rows(plan, store=store)
    torn = sorted((tmp_path / "kept").glob("*.npz"))[2]
    torn.write_bytes(torn.read_bytes()[:50])
    assert rows(plan, store=store) == here


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda folder: (folder / "plan.json").write_text('{"plan": "x"}'),
            "has a part of another",
        ),
        (lambda folder: (folder / "plan.json").write_text("[]"), "has a part of another sweep"),
        (lambda folder: (folder / "plan.json").write_text("{"), "cannot use"),
        (lambda folder: (folder / "mine.txt").write_text("x"), "is no folder of a sweep, and not"),
    ],
)
def test_a_folder_of_something_else_is_left_alone(
    plan: Plan, tmp_path: Path, make: Any, message: str
) -> None:
    make(tmp_path)
    before = sorted(p.name for p in tmp_path.iterdir())
    with pytest.raises(UsageError, match=message):
        ChunkStore(tmp_path, fingerprint(plan))
    assert sorted(p.name for p in tmp_path.iterdir()) == before


def test_parts_and_whole_that_disagree_are_told(
    plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cnnanalyze.sweeping.evaluation import Evaluation

    exactly = Evaluation.exactly

    def wrong(self: Evaluation, settings: dict[str, Any]) -> Any:
        numbers, is_partial = exactly(self, settings)
        return [1, *numbers[1:]], is_partial

    monkeypatch.setattr(Evaluation, "exactly", wrong)
    running._WORKERS.known.clear()
    with pytest.raises(DisagreementError, match="the whole network comes to"):
        list(run(plan))


def test_chunks_of_several_specs_follow_each_other() -> None:
    members = [Member(name, cnn.loads(TEXT)) for name in ("one", "other")]
    plan = make_plan(members, {"width": [2, 3]})
    found = rows(plan)
    assert [row[:3] for row in found] == [
        (0, "one", 2), (1, "one", 3), (2, "other", 2), (3, "other", 3),
    ]  # fmt: skip


@pytest.fixture(autouse=True)
def _forget() -> Iterator[None]:
    running._WORKERS.known.clear()
    yield
    running._WORKERS.known.clear()
