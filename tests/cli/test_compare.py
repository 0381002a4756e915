"""``compare``: what it takes, what it prints, when it fails."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import cnnanalyze as cnn
from cnnanalyze.report.difference import difference
from cnnanalyze.report.difference_json import to_dict

Write = Callable[..., Path]

SPEC = """\
cnn: 1
name: NAME
input: 23x29x3
params: {width: 7}
blocks:
  unit:
    params: {filters: }
    layers: [{conv: {filters: $filters, kernel: 3, padding: same}}, relu]
layers:
  - {unit: $width, repeat: 2, as: stage}
EXTRA  - gap
  - {dense: 11, as: scores}
"""


@pytest.fixture
def old(write_spec: Write) -> Path:
    return write_spec(SPEC.replace("EXTRA", "").replace("NAME", "old net"), "old.yaml")


@pytest.fixture
def new(write_spec: Write) -> Path:
    text = SPEC.replace("EXTRA", "  - dropout\n").replace("NAME", "new net")
    return write_spec(text.replace("kernel: 3", "kernel: 5"), "new.yaml")


def test_table(run: Any, old: Path, new: Path) -> None:
    outcome = run("compare", old, new)
    assert outcome.code == 0
    assert outcome.err == ""
    assert outcome.out == TABLE


TABLE = """\
old net → new net

                   old net    new net      change       %   ratio
───────────────  ─────────  ─────────  ──────────  ──────  ──────
layers                   6          7          +1   +16.7  1.167×
parameters             732      1,852      +1,120  +153.0   2.53×
MACs               420,287  1,167,327    +747,040  +177.7  2.777×
FLOPs              863,930  2,358,010  +1,494,080  +172.9  2.729×
activations         18,694     23,363      +4,669   +25.0   1.25×
weight memory    2.859 KiB  7.234 KiB  +4.375 KiB  +153.0   2.53×
peak memory      36.48 KiB  36.48 KiB
receptive field          5          9

1 added, 2 changed, 4 equal

layer           parameters      MACs  activations  what
──────────────  ──────────  ────────  ───────────  ────────────────────────────────
~ stage1/conv1        +336  +224,112               kernel 3 → 5
~ stage2/conv1        +784  +522,928               kernel 3 → 5
+ dropout1                                 +4,669  dropout rate 0.5, output 23x29x7
"""


def test_markdown_is_fit_for_a_comment(run: Any, old: Path, new: Path) -> None:
    outcome = run("compare", old, new, "--format", "markdown")
    lines = outcome.out.splitlines()
    assert lines[0] == "### old net → new net"
    assert "| parameters      |       732 |     1,852 |     +1,120 | +153.0 |  2.53× |" in lines
    assert lines.count("<details><summary>3 layers</summary>") == 1
    assert lines.count("</details>") == 1


@pytest.mark.thorough
def test_markdown_stays_short_for_the_largest_networks(run: Any) -> None:
    outcome = run("compare", "zoo:nasnet_a_large", "zoo:resnet152", "--format", "markdown", "--all")
    assert len(outcome.out) < 65_536  # what a comment on a well-known site may hold
    assert "and 1,481 rows more" in outcome.out


def test_names_mean_nothing_to_markdown(run: Any, write_spec: Write) -> None:
    text = SPEC.replace("EXTRA", "").replace("NAME", '"</details><b>|x|"')
    one, other = write_spec(text, "one.yaml"), write_spec(text.replace("11", "13"), "two.yaml")
    out = run("compare", one, other, "--format", "markdown").out
    assert "<b>" not in out
    assert r"\</details\>\<b\>\|x\|" in out


def test_json_holds_everything(run: Any, old: Path, new: Path) -> None:
    data = json.loads(run("compare", old, new, "--format", "json", "--all").out)
    assert data["schema"] == 1
    assert data["equal"] is False
    assert [n["name"] for n in data["networks"]] == ["old net", "new net"]
    assert data["networks"][1]["totals"] == cnn.analyze(new).to_dict()["totals"]
    (pair,) = data["comparisons"]
    assert pair["counts"] == {
        "added": 1,
        "removed": 0,
        "changed": 2,
        "equal": 4,
        "shapes_alone": 0,
        "renamed": 0,
    }
    assert pair["totals"]["parameters"] == {
        "before": 732,
        "after": 1852,
        "change": 1120,
        "percent": 153.005464,
    }
    assert [(x["status"], x["after"]) for x in pair["layers"]][:5] == [
        ("changed", "stage1/conv1"),
        ("equal", "stage1/relu1"),
        ("changed", "stage2/conv1"),
        ("equal", "stage2/relu1"),
        ("added", "dropout1"),
    ]
    assert pair["layers"][0]["differences"] == {"kernel": {"before": 3, "after": 5}}
    assert sum(x["macs"]["change"] for x in pair["layers"]) == pair["totals"]["macs"]["change"]


def test_json_of_equal_layers_tells_each_by_its_own_name(run: Any, write_spec: Write) -> None:
    one = write_spec(
        "{cnn: 1, input: 7x5x3, layers: [{relu: , repeat: 3}, gap, {dense: 11}]}", "one.yaml"
    )
    two = write_spec("{cnn: 1, input: 7x5x3, layers: [gap, {dense: 11}]}", "two.yaml")
    found = [a.analysis for a in map(cnn.analyze, (one, two))]
    data = json.loads(run("compare", one, two, "--format", "json").out)
    assert data == to_dict(difference(found))
    (pair,) = data["comparisons"]
    assert [layer["before"] for layer in pair["layers"][:3]] == ["relu1", "relu2", "relu3"]


def test_json_leaves_out_what_is_equal(run: Any, old: Path, new: Path) -> None:
    (pair,) = json.loads(run("compare", old, new, "--format", "json").out)["comparisons"]
    assert [x["status"] for x in pair["layers"]] == ["changed", "changed", "added"]


def test_equal_networks(run: Any, old: Path) -> None:
    outcome = run("compare", old, old, "-f", "json")
    assert (outcome.code, json.loads(outcome.out)["equal"]) == (0, True)
    outcome = run("compare", old, "@width=7")
    assert outcome.code == 0
    assert outcome.out.endswith("no difference: all 6 layers are equal\n")


# --- what is compared -----------------------------------------------------------------------------


def test_the_same_with_other_parameters(run: Any, old: Path) -> None:
    for arguments in ((f"{old}@width=7", f"{old}@width=11"), (f"{old}@width=7", "@width=11")):
        out = run("compare", *arguments).out
        assert out.splitlines()[0] == "old net (width=7) → old net (width=11)"


def test_settings_for_all_of_them(run: Any, old: Path, new: Path) -> None:
    data = json.loads(run("compare", old, f"{new}@width=5", "--set", "width=3", "-f", "json").out)
    assert [n["settings"] for n in data["networks"]] == [{"width": 3}, {"width": 5}]


def test_a_file_with_an_at_sign_in_its_name(run: Any, old: Path, write_spec: Write) -> None:
    other = write_spec(SPEC.replace("EXTRA", "").replace("NAME", "at"), "net@width=3.yaml")
    assert run("compare", old, other).out.splitlines()[0] == "old net → at"


def test_files_of_the_same_network_name(run: Any, old: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.yaml"
    other.write_text(old.read_text("utf-8").replace("11", "13"), encoding="utf-8")
    out = run("compare", old, other).out
    title = " ".join(out.partition("\n\n")[0].split())  # long paths are broken between words
    assert title == f"old net, {old} → old net, {other}"


def test_stdin_and_the_same_with_other_parameters(
    run: Any, old: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Stdin:
        buffer = io.BytesIO(old.read_bytes())

    monkeypatch.setattr("sys.stdin", Stdin)
    out = run("compare", "-", "@width=3").out
    assert out.splitlines()[0] == "old net → old net (width=3)"


def test_three_networks_are_compared_with_the_first(run: Any) -> None:
    outcome = run("compare", "zoo:mobilenet_v1", "@width=0.5", "zoo:mobilenet_v2")
    lines = outcome.out.splitlines()
    assert lines[2:5] == [
        (
            "MobileNet v1              4,231,976            568,740,352            "
            "1,152,664,942              315"
        ),
        (
            "MobileNet v1 (width=0.5)  1,331,592 (−68.5 %)  149,497,088 (−73.7 %)    "
            "306,589,294 (−73.4 %)    315"
        ),
        (
            "MobileNetV2               3,504,872 (−17.2 %)  300,774,272 (−47.1 %)    "
            "627,401,454 (−45.6 %)    491"
        ),
    ]
    assert "layer" not in lines[0]
    details = run("compare", "zoo:mobilenet_v1", "@width=0.5", "zoo:mobilenet_v2", "--details")
    assert details.out.startswith(outcome.out)
    assert "MobileNet v1 → MobileNetV2" in details.out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ("zoo:vgg16",),
            (
                "error: there is nothing to compare 'zoo:vgg16' with\n"
                "  help: name a second spec, or the same with other parameters: "
                "zoo:vgg16 @NAME=VALUE"
            ),
        ),
        (
            ("@width=3", "zoo:vgg16"),
            (
                "error: '@width=3' gives other parameters to the spec before it, "
                "and there is none\n"
                "  help: write SPEC @width=3"
            ),
        ),
        (
            ("zoo:vgg16", "zoo:vgg19", "--format", "html5"),
            (
                "error: there is no format 'html5'; did you mean 'html'?\n"
                "  help: the formats are text, markdown, latex, html, json"
            ),
        ),
        (
            ("zoo:vgg16", "zoo:vgg19", "--fail-on-growth", "macs"),
            (
                "error: --fail-on-growth takes QUANTITY=PERCENT, not 'macs'\n"
                "  help: for example macs=5"
            ),
        ),
        *(
            (
                ("zoo:vgg16", "zoo:vgg19", "--fail-on-growth", f"macs={percent}"),
                (
                    f"error: --fail-on-growth takes QUANTITY=PERCENT, not 'macs={percent}'\n"
                    "  help: for example macs=5"
                ),
            )
            for percent in ("", "x", "-5", "1/3", "nan", "inf", "1e999999999", "9" * 5000)
        ),
        (
            ("zoo:vgg16", "zoo:vgg19", "--sort", "peak_memory"),
            (
                "error: there is no quantity 'peak_memory'; did you mean 'weight_memory'?\n"
                "  help: the quantities are parameters, trainable_parameters, "
                "non_trainable_parameters, weights, biases, statistics, stored, macs, flops, "
                "activations, conv_activations, weight_memory"
            ),
        ),
        (
            ("zoo:vgg16", "@width"),
            "error: --set takes NAME=VALUE, not 'width'\n  help: for example --set width=0.5",
        ),
    ],
)
def test_what_cannot_be_done(run: Any, arguments: tuple[str, ...], message: str) -> None:
    outcome = run("compare", *arguments)
    assert (outcome.code, outcome.out, outcome.err.strip()) == (2, "", message)


# --- limits, sorting, files -----------------------------------------------------------------------


@pytest.mark.parametrize(("limit", "code"), [("macs=177", 1), ("macs=178", 0), ("layers=10%", 1)])
def test_growth_beyond_a_limit_is_a_finding(
    run: Any, old: Path, new: Path, limit: str, code: int
) -> None:
    assert run("compare", old, new, "--fail-on-growth", limit).code == code


def test_growth_is_said(run: Any, old: Path, new: Path) -> None:
    outcome = run("compare", old, new, "--fail-on-growth", "parameters=2.5", "-f", "json")
    assert json.loads(outcome.out)["schema"] == 1
    assert outcome.err == (
        "new net: parameters grew from 732 to 1,852 (+153.0 %); at most +2.5 % is allowed\n"
    )


def test_what_shrinks_is_within_the_limit(run: Any, old: Path, new: Path) -> None:
    assert run("compare", new, old, "--fail-on-growth", "parameters=0").code == 0


def test_rows_sorted_by_what_changed_most(run: Any, old: Path, new: Path) -> None:
    out = run("compare", old, new, "--sort", "activations").out
    rows = [line.split()[1] for line in out.splitlines() if line[:2] in {"~ ", "+ "}]
    assert rows == ["dropout1", "stage1/conv1", "stage2/conv1"]


def test_a_table_goes_to_a_file(run: Any, old: Path, new: Path, tmp_path: Path) -> None:
    target = tmp_path / "table.txt"
    outcome = run("compare", old, new, "-o", target)
    assert (outcome.code, outcome.out) == (0, "")
    assert target.read_text("utf-8") == TABLE


@pytest.mark.sampled(2)
@pytest.mark.parametrize("width", [60, 80, 100, 200])
def test_lines_fit_the_terminal(run: Any, monkeypatch: pytest.MonkeyPatch, width: int) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    out = run("compare", "zoo:resnet50", "zoo:resnext50_32x4d", "@width=8").out
    out += run("compare", "zoo:mobilenet_v1", "zoo:mobilenet_v2", "--all").out
    assert max(map(len, out.splitlines())) <= width
