"""``zoo`` and ``layers``: the lists."""

from __future__ import annotations

import csv
import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

import cnnanalyze as cnn
from cnnanalyze.layers.base import KINDS


@pytest.mark.thorough
def test_the_zoo_lists_every_spec_with_its_figures(run: Any) -> None:
    rows = list(csv.DictReader(StringIO(run("zoo", "--format", "csv").out)))
    assert sorted(row["zoo"] for row in rows) == sorted(cnn.zoo())
    by_name = {row["zoo"]: row for row in rows}
    assert by_name["vgg16"]["parameters"] == "138357544"
    assert by_name["vgg16"]["macs"] == "15470264320"
    families = [row["family"] for row in rows]
    assert all(families.count(f) == len(_run_of(families, f)) for f in families)


def _run_of(families: list[str], family: str) -> list[str]:
    first = families.index(family)
    end = first
    while end < len(families) and families[end] == family:
        end += 1
    return families[first:end]


def test_one_family_can_be_asked_for(run: Any) -> None:
    data = json.loads(run("zoo", "--family", "vgg", "--format", "json").out)
    assert {n["family"] for n in data["networks"]} == {"VGG"}


def test_an_unknown_family_is_met_with_the_nearest(run: Any) -> None:
    outcome = run("zoo", "--family", "vg")
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err.startswith("error: the zoo has no family 'vg'; did you mean 'vgg'?\n")


SOME = (
    *("lenet5", "alexnet", "zfnet", "googlenet", "vgg11", "vgg13", "vgg16", "vgg16_bn", "vgg19"),
    *("resnet18", "resnet34", "resnet50", "resnet101", "densenet121", "densenet169"),
    *("unet", "fcn8s", "darknet53", "sobel"),
)


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Make the zoo small: the filters need not read all of it."""
    networks = cnn.zoo()
    chosen = {name: networks[name] for name in SOME}
    monkeypatch.setattr("cnnanalyze.api.references.zoo", lambda: chosen)
    return set(chosen)


def listed(run: Any, *options: str) -> set[str]:
    outcome = run("zoo", "--format", "json", *options)
    assert (outcome.code, outcome.err) == (0, "")
    return {network["zoo"] for network in json.loads(outcome.out)["networks"]}


def show_tree(words: list[str] | set[str]) -> str:
    """Return the same name for the same case in every process; sets have no order."""
    return " ".join(sorted(words) if isinstance(words, set) else words)


@pytest.mark.parametrize(
    ("options", "inside", "outside"),
    [
        (["--name", "VGG*6"], {"vgg16"}, {"vgg16_bn", "vgg19"}),
        (["--name", "net12"], {"densenet121"}, {"densenet169"}),
        (["--until", "2013"], {"lenet5", "zfnet"}, {"vgg16", "sobel"}),
        (["--since", "2014", "--until", "2014"], {"vgg16"}, {"zfnet", "resnet50", "sobel"}),
        (["--since", "2018"], {"darknet53"}, {"densenet121", "sobel"}),
        (["--max-parameters", "25,557,032"], {"resnet50", "lenet5"}, {"resnet101"}),
        (["--max-parameters", "25_557_031"], {"lenet5"}, {"resnet50"}),
        (["--min-parameters", "138M"], {"vgg16", "vgg19"}, {"vgg13", "resnet50"}),
        (["--max-macs", "1.6G"], {"googlenet", "alexnet"}, {"vgg16", "resnet50"}),
        (["--min-macs", "150 billion"], {"fcn8s", "unet"}, {"vgg16"}),
        (
            ["--family", "resnet", "--min-macs", "3.6G", "--max-macs", "4.1G"],
            {"resnet34", "resnet50"},
            {"resnet18", "resnet101", "densenet169"},
        ),
    ],
    ids=show_tree,
)
def test_filters_keep_what_satisfies_all_of_them(
    run: Any, few: set[str], options: list[str], inside: set[str], outside: set[str]
) -> None:
    found = listed(run, *options)
    assert inside <= found <= few
    assert not outside & found


def test_limits_split_the_zoo(run: Any, few: set[str]) -> None:
    below = listed(run, "--max-macs", "4,089,184,255")
    above = listed(run, "--min-macs", "4,089,184,256")
    assert "resnet50" in above
    assert not below & above
    assert below | above == few


@pytest.mark.usefixtures("few")
def test_what_nothing_satisfies_is_an_empty_list_and_that_is_said(run: Any) -> None:
    outcome = run("zoo", "--since", "2015", "--until", "2014", "--format", "json")
    assert (outcome.code, json.loads(outcome.out)["networks"]) == (0, [])
    outcome = run("zoo", "--max-macs", "0", "--format", "csv")
    assert (outcome.code, outcome.out.count("\n")) == (0, 1)
    assert outcome.err == "remark: no network of the zoo satisfies all of --max-macs 0\n"


def test_a_name_that_fits_nothing_is_met_with_the_nearest(run: Any) -> None:
    assert run("zoo", "--name", "densnet121") == (
        2,
        "",
        (
            "error: the zoo has no network like 'densnet121'; did you mean 'densenet121'?\n"
            "  help: a pattern such as 'res*50', or a part of the name; "
            "'cnnanalyze zoo' lists all of them\n"
        ),
    )


def test_a_family_that_the_named_networks_have_not_is_refused(run: Any) -> None:
    assert run("zoo", "--name", "vgg*", "--family", "resnet") == (
        2,
        "",
        "error: no network like 'vgg*' is of the family 'resnet'\n  help: the families are vgg\n",
    )


@pytest.mark.parametrize("option", ["--min-parameters", "--max-parameters", "--min-macs"])
def test_a_limit_that_is_no_number_is_refused(run: Any, option: str) -> None:
    assert run("zoo", option, "many") == (
        2,
        "",
        (
            f"error: '{option}' cannot be read: 'many' is not a number such as 138M, ~60M, "
            f"4.2 million or 25,557,032\n  help: write {option} 25M\n"
        ),
    )


def test_a_year_that_is_no_number_is_refused(run: Any) -> None:
    outcome = run("zoo", "--since", "MMXV")
    assert (outcome.code, outcome.out) == (2, "")
    assert "Invalid value for '--since'" in outcome.err


def test_a_network_says_input_and_field(run: Any) -> None:
    (network,) = json.loads(run("zoo", "--name", "c3d", "--format", "json").out)["networks"]
    assert network == {
        "zoo": "c3d",
        "family": "C3D",
        "year": 2015,
        "name": "C3D",
        "input": [16, 112, 112, 3],
        "parameters": 79_991_015,
        "macs": 38_548_959_232,
        "receptive_field": "76x150x150",
        "source": "Tran, Bourdev, Fergus, Torresani, Paluri, Learning spatiotemporal features "
        "with 3D convolutional networks, fig. 3",
    }


def test_layers_lists_every_kind(run: Any) -> None:
    outcome = run("layers")
    assert outcome.code == 0
    words = outcome.out.split()
    assert all(cls.kind in words for cls in KINDS)
    data = json.loads(run("layers", "--format", "json").out)
    assert sorted(k["kind"] for k in data["kinds"]) == KINDS.names()


def test_one_kind_shows_printed_and_computed_figures(run: Any) -> None:
    outcome = run("layers", "convolution")
    assert "    printed: output 28x28x8, parameters 608\n" in outcome.out
    assert "    computed: output 28x28x8, parameters 608\n" in outcome.out
    assert run("layers", "conv", "--format", "markdown").out.startswith("# conv\n")


def test_the_version(run: Any) -> None:
    assert run("--version").out == f"cnnanalyze {cnn.__version__}\n"


def test_a_pattern_of_the_zoo_names_all_that_fit(run: Any) -> None:
    outcome = run("summary", "zoo:vgg1[69]", "zoo:vgg16", "-f", "json")
    assert [n["name"] for n in json.loads(outcome.out)["networks"]] == ["VGG-16", "VGG-19"]


def test_a_pattern_that_fits_nothing_in_the_zoo_is_refused(run: Any) -> None:
    assert run("summary", "zoo:q*") == (
        2,
        "",
        (
            "error: no network of the zoo matches 'zoo:q*'\n"
            "  help: 'cnnanalyze zoo' lists what it has\n"
        ),
    )


def test_a_network_of_the_zoo_without_its_prefix_is_met_with_it(
    run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run("summary", "lenet5") == (
        2,
        "",
        (
            "error: there is no file lenet5; did you mean 'zoo:lenet5'?\n"
            "  help: 'cnnanalyze zoo' lists the included networks\n"
        ),
    )


# --- the picture ----------------------------------------------------------------------------------

MINE = "{cnn: 1, name: Mine, input: 31x37x3, layers: [{conv: {filters: 700, kernel: 3}}, relu]}"


def test_a_network_of_ones_own_has_its_place(run: Any, few: set[str], tmp_path: Path) -> None:
    spec = tmp_path / "mine.yaml"
    spec.write_text(MINE, encoding="utf-8")
    out = run("zoo", "--plot", spec).out
    assert "■ Mine" in out
    assert "19.60 k parameters, more than 1 of the other 19" in " ".join(out.split())
    assert "not shown: 1 network of fewer than 10,000 parameters" in out
    data = json.loads(run("zoo", "--plot", spec, "--format", "json").out)
    assert len(data["networks"]) == len(few)
    (placed,) = data["placed"]
    total = cnn.analyze(cnn.load(spec)).total
    assert (placed["parameters"], placed["macs"]) == (total.parameters, total.operations("mac"))
    assert placed["ranks"][0] == {"quantity": "parameters", "less": 1, "equal": 0, "others": 19}
    rows = list(csv.DictReader(StringIO(run("zoo", "--plot", spec, "--format", "csv").out)))
    assert rows[-1]["zoo"] == "Mine"


def test_the_picture_is_a_page_or_a_figure(run: Any, few: set[str], tmp_path: Path) -> None:
    assert run("zoo", "--plot", "-o", tmp_path / "zoo.html").code == 0
    page = (tmp_path / "zoo.html").read_text("utf-8")
    assert page.count("<circle ") == len(few) - 1  # all but the filters of Sobel
    assert run("zoo", "--plot", "-o", tmp_path / "zoo.svg").code == 0
    assert (tmp_path / "zoo.svg").read_text("utf-8").startswith("<svg xmlns=")


@pytest.mark.usefixtures("few")
def test_ones_own_network_is_placed_and_not_listed(run: Any) -> None:
    outcome = run("zoo", "net.yaml")
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err == (
        "error: 'zoo' lists the included networks only\n"
        "  help: 'cnnanalyze zoo --plot SPEC' places yours among them; "
        "'cnnanalyze summary SPEC' tells its numbers\n"
    )
