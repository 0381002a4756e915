"""``sweep``: families of networks on the command line."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

import cnnanalyze as cnn

FAMILY = """cnn: 1
name: family
input: 17x17x3
params: {width: 3, depths: [1, 2]}
layers:
  - for: {d: $depths}
    do: [{conv: {filters: $width * $index, kernel: 3, padding: 1}, repeat: $d}]
  - gap
  - {dense: 5}
"""


@pytest.fixture
def family(write_spec: Callable[..., Path]) -> Path:
    return write_spec(FAMILY)


def test_every_point_is_a_row(run: Any, family: Path, tmp_path: Path) -> None:
    out = tmp_path / "points.csv"
    done = run(
        "sweep", str(family), "--vary", "width=3,5", "--vary", "depths[1]=1..3", "-o", str(out)
    )
    assert done.code == 0, done.err
    rows = list(csv.DictReader(StringIO(out.read_text())))
    assert [(row["width"], row["depths[1]"]) for row in rows] == [
        ("3", "1"), ("3", "2"), ("3", "3"), ("5", "1"), ("5", "2"), ("5", "3"),
    ]  # fmt: skip
    for row in rows:
        settings = {"width": int(row["width"]), "depths": [1, int(row["depths[1]"])]}
        total = cnn.analyze(family, settings=settings).total
        assert int(row["parameters"]) == total.parameters
        assert int(row["macs"]) == total.operations("mac")
        assert int(row["peak_memory"]) == 4 * total.live
        assert row["status"] == "complete"
    assert list(tmp_path.glob("*.partial")) == []


def test_json_lines_have_the_same_rows(run: Any, family: Path, tmp_path: Path) -> None:
    table, lines = tmp_path / "a.csv", tmp_path / "a.jsonl"
    options = ("--vary", "width=3,5,7", "-o", str(table), "-o", str(lines))
    assert run("sweep", str(family), *options).code == 0
    rows = list(csv.DictReader(StringIO(table.read_text())))
    read = [json.loads(line) for line in lines.read_text().splitlines()]
    assert [{k: str(v) for k, v in one.items()} for one in read] == rows


@pytest.mark.parametrize("ending", ["parquet", "arrow"])
def test_parquet_and_arrow_have_the_same_rows(
    run: Any, family: Path, tmp_path: Path, ending: str
) -> None:
    pytest.importorskip("pyarrow")
    import pyarrow as pa
    import pyarrow.parquet as pq

    out, lines = tmp_path / f"a.{ending}", tmp_path / "a.jsonl"
    options = ("--vary", "width=3,5,7", "--vary", "depths=[1, 2],[3, 1]")
    assert run("sweep", str(family), *options, "-o", str(out), "-o", str(lines)).code == 0
    table = pq.read_table(out) if ending == "parquet" else pa.ipc.open_file(out).read_all()
    wanted = [json.loads(line) for line in lines.read_text().splitlines()]
    found = table.to_pylist()
    assert [{**row, "depths": json.loads(row["depths"])} for row in found] == wanted


def test_what_fell_out_is_told_with_an_example(run: Any, family: Path) -> None:
    done = run(
        "sweep", str(family), "--vary", "width=1,4,-1", "--budget", "parameters<=200",
        "--format", "json",
    )  # fmt: skip
    data = json.loads(done.out)
    assert (data["points"], data["kept"]) == (3, 1)
    assert [(e["kind"], e["points"], e["example"]) for e in data["excluded"]] == [
        ("refused", 1, 2),
        ("limit", 1, 1),
    ]
    assert data["excluded"][0]["reason"].endswith(
        "filters must be a whole number of at least 1, not -1"
    )
    assert data["excluded"][1]["reason"] == "parameters > 200"


def test_nothing_kept_is_a_finding(run: Any, family: Path) -> None:
    done = run("sweep", str(family), "--vary", "width=5", "--budget", "parameters<=2")
    assert done.code == 1
    assert "No point is kept" in done.out


def test_one_point_is_explained(run: Any, family: Path) -> None:
    options = ("--vary", "width=1,4", "--budget", "macs<=20k", "--where", "width > 3")
    done = run("sweep", str(family), *options, "--explain", "1")
    assert "over the budget of 20k" in done.out
    assert "most of it: conv" in done.out
    assert f"cnnanalyze summary {family} --set width=4" in done.out.replace("\n    ", " ")
    other = run("sweep", str(family), *options, "--explain", "0")
    assert "It falls out, since this does not hold: width > 3" in other.out
    beyond = run("sweep", str(family), *options, "--explain", "2")
    assert beyond.code == 2
    assert "there is no point 2 in a sweep of 2" in beyond.err


def test_a_limit_is_for_one_image_as_a_budget_is(run: Any, family: Path) -> None:
    """What falls out and what explains it speak of the same number, whatever the batch."""
    options = ("--vary", "width=4", "--budget", "peak_memory<=20kB", "--batch", "100")
    kept = json.loads(run("sweep", str(family), *options, "--format", "json").out)
    explained = run("sweep", str(family), *options, "--explain", "0", "--format", "json")
    assert (kept["kept"], json.loads(explained.out)["kept"]) == (1, True)


def test_a_front_is_of_what_is_asked(run: Any, family: Path) -> None:
    options = ("--vary", "width=3,5", "--vary", "depths[1]=1..3")
    done = run("sweep", str(family), *options, "--pareto", "width:most,macs", "--format", "json")
    data = json.loads(done.out)
    assert [point["parameters"] for point in data["front"]] == [
        {"width": 5, "depths[1]": 1},
        {"width": 3, "depths[1]": 1},
    ]
    assert data["objectives"] == [
        {"of": "width", "better": "more"},
        {"of": "macs", "better": "less"},
    ]


FILE = """sweep: 1
spec: net.yaml
vary:
  width: 3..6
  depths[0]: [1, 2]
where: [width % 2 == 1]
budgets: {macs: 400k}
quantities: [macs, receptive_field]
pareto: [macs, "receptive_field:most"]
"""


@pytest.mark.parametrize("name", ["space.sweep", "space.yaml"])
def test_a_file_says_a_whole_sweep(run: Any, family: Path, tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text(FILE)
    data = json.loads(run("sweep", str(path), "--format", "json").out)
    assert data["points"] == 8
    assert {e["reason"] for e in data["excluded"]} == {"width % 2 == 1", "macs > 400k"}
    assert all(p["numbers"].keys() == {"macs", "receptive_field"} for p in data["front"])
    assert family.name == "net.yaml"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("width: 3..6", "width: 6..3", "4:10: error: width: '6..3' is empty: 6 > 3"),
        ("where:", "wher:", "a sweep has no 'wher'"),
        ("spec: net.yaml\n", "", "a sweep needs 'spec' or 'specs'"),
        ("macs: 400k", "mac: 400k", "'budgets' has no 'mac'"),
        ("sweep: 1", "sweep: 2", "'sweep' of a sweep must be 1"),
        (
            "where:",
            "batch: 0\nwhere:",
            "6:8: error: 'batch' of a sweep must be a whole number of at least 1, not 0",
        ),
        ("where:", "sample: 0\nwhere:", "'sample' of a sweep must be a whole number of at least 1"),
        ("width: 3..6", "widht: 3..6", "net.yaml has no parameter 'widht'"),
    ],
)
def test_what_is_wrong_with_a_file_is_told_at_its_place(
    run: Any, family: Path, tmp_path: Path, old: str, new: str, message: str
) -> None:
    path = tmp_path / "space.sweep"
    path.write_text(FILE.replace(old, new))
    done = run("sweep", str(path))
    assert done.code == 2
    assert message in done.err.replace("\n", " ")
    assert family.exists()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--vary", "width"], "--vary takes NAME=VALUES, not 'width'"),
        (["--vary", "width=1", "--vary", "width=2"], "'width' is varied twice"),
        (["--vary", "width=1", "--budget", "macs"], "--budget takes a limit, not 'macs'"),
        (["--vary", "width=1", "--where", "width +"], "error: "),
        (["--vary", "width=1", "--where", "width"], "'width' must be true or false, not 1"),
        (["--vary", "width=log(1,2)"], "'width' may be any number of an interval"),
        ([], "nothing is varied"),
        (["--vary", "width=1", "--batch", "0"], "batch must be at least 1, not 0"),
        (["--vary", "width=1", "-o", "a.png"], "this command writes no .png file"),
    ],
)
def test_what_cannot_be_is_refused(
    run: Any, family: Path, options: list[str], message: str
) -> None:
    done = run("sweep", str(family), *options)
    assert done.code == 2
    assert message in done.err


def test_rows_are_the_same_whoever_works(run: Any, family: Path, tmp_path: Path) -> None:
    options = ("sweep", str(family), "--vary", "width=1..40", "--vary", "depths[0]=1..4")
    for jobs in ("1", "2"):
        assert run(*options, "--jobs", jobs, "-o", str(tmp_path / f"{jobs}.csv")).code == 0
    assert (tmp_path / "1.csv").read_bytes() == (tmp_path / "2.csv").read_bytes()


def test_distributions_are_shown_for_each_spec(run: Any, family: Path, tmp_path: Path) -> None:
    errors = tmp_path / "errors.csv"
    errors.write_text("id,error\n0,30\n2,25\n99,1\n")
    told = ("--vary", "width=3..7", "--distribution", "macs", "--errors", errors)
    done = run("sweep", family, *told, "--format", "json")
    assert done.code == 0, done.err
    macs = sorted(
        cnn.analyze(family, settings={"width": w}).total.operations("mac") for w in range(3, 8)
    )
    first, second = json.loads(done.out)["distributions"]
    assert (first["of"], first["points"]) == ("MACs", 5)
    assert first["quantiles"]["0.5"] == macs[2]
    assert [first["quantiles"][share] for share in ("0", "1")] == [macs[0], macs[-1]]
    assert (second["of"], second["points"]) == ("error", 2)
    assert second["quantiles"]["0.5"] == 25
    shown = run("sweep", family, *told)
    assert "Distribution of MACs" in shown.out
    assert "share of the networks" in shown.out
    assert "Distribution of error" in shown.out


def test_networks_are_run_if_that_is_asked(run: Any, family: Path) -> None:
    done = run("sweep", family, "--vary", "width=3..7", "--verify", "2")
    assert done.code == 0, done.err
    assert "2 points run in NumPy (0, 2); all books balanced" in done.out


def test_a_network_that_does_not_balance_is_a_finding(
    run: Any, family: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cnnanalyze.layers.conv import Conv

    right = Conv.cost
    monkeypatch.setattr(Conv, "cost", lambda self, *shapes: right(self, *shapes).times(2))
    done = run("sweep", family, "--vary", "width=3..7", "--verify", "1")
    assert done.code == 1
    assert "point 0: 6 entries differ, the first: conv1: operations (mac)" in " ".join(
        done.out.split()
    )


def test_a_network_that_is_too_large_to_run_says_so(run: Any, write_spec: Any) -> None:
    spec = write_spec(
        "{cnn: 1, input: 9000x9000x3, params: {f: 3}, layers: [{conv: {filters: $f, kernel: 9}}]}"
    )
    done = run("sweep", spec, "--vary", "f=61,67", "--verify", "1")
    assert done.code == 0
    assert "verified" in done.out
    assert "point 0: " in done.out


def test_processes_here_and_a_cluster_are_one_too_many(run: Any, family: Path) -> None:
    done = run("sweep", family, "--vary", "width=3,5", "--jobs", "2", "--scheduler", "tcp://h:1")
    assert done.code == 2
    assert "'--jobs' starts processes here, and '--scheduler' has workers of its own" in done.err


def test_a_scheduler_needs_dask(run: Any, family: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    done = run("sweep", family, "--vary", "width=3,5", "--scheduler", "tcp://h:1")
    assert done.code == 2
    assert "a scheduler needs Dask, which is not installed" in done.err
    assert "pip install 'cnnanalyze[dask]', or leave --scheduler out" in done.err
