"""pycls: the complexities that it publishes, and its own counter on networks of its design space.

``pycls.csv`` has the 65 rows of ``dev/model_complexity.json`` of facebookresearch/pycls, each with
the size of its images and what its file under ``configs/`` says of the architecture. Its flops are
MACs and biases; its activations are the outputs of convolutions, dense layers and max pooling.
"""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import cnnanalyze as cnn
from cnnanalyze.analysis.quantities import measure
from cnnanalyze.api.sweeping import Sweep
from cnnanalyze.core.quantities import Terms, find
from cnnanalyze.sweeping.plan import columns_of
from cnnanalyze.sweeping.sweep_file import read_sweep
from tests.conftest import SPECS

ROWS = tuple(csv.DictReader(Path(__file__).with_name("pycls.csv").read_text("utf-8").splitlines()))
SPACE = SPECS / "sweeps" / "regnet.sweep"
DEPTHS = {50: (3, 4, 6, 3), 101: (3, 4, 23, 3), 152: (3, 8, 36, 3)}
CIFAR = """
cnn: 1
input: 32x32x3
params: {depth: 9, is_plain: false}
defaults: {conv: {padding: same, bias: false}}
blocks:
  conv_bn:
    params: {width: , kernel: 3, stride: 1}
    layers: [{conv: {filters: $width, kernel: $kernel, stride: $stride}}, bn]
  plain:
    params: {width: , stride: 1}
    layers:
      - {conv_bn: {width: $width, stride: $stride}}
      - relu
      - conv_bn: $width
  residual:
    params: {width: , stride: 1}
    layers:
      - add:
          - {plain: {width: $width, stride: $stride}}
          - {conv_bn: {width: $width, kernel: 1, stride: $stride}, when: $in != $width}
  unit:
    params: {width: , stride: 1}
    layers:
      - plain: {width: $width, stride: $stride}
        when: $is_plain
        else: {residual: {width: $width, stride: $stride}}
      - relu
layers:
  - conv_bn: 16
  - relu
  - for: {width: [16, 32, 64], stride: [1, 2, 2]}
    do:
      - unit: {width: $width, stride: $stride}
      - {unit: $width, repeat: $depth - 1}
  - gap
  - dense: 10
"""


def _network(row: dict[str, str]) -> cnn.Network:
    """Return our network of a configuration of pycls."""
    architecture: dict[str, Any] = json.loads(row["architecture"])
    kind = architecture["MODEL"]["TYPE"]
    if kind == "effnet":
        name = row["config"].partition("EN-")[2][:2].lower()
        return cnn.load(f"zoo:efficientnet_{name}", settings={"resolution": int(row["size"])})
    if kind == "regnet":
        said = architecture["REGNET"]
        names = {"DEPTH": "depth", "W0": "w_0", "WA": "w_a", "WM": "w_m", "GROUP_W": "group_width"}
        settings = {ours: said[theirs] for theirs, ours in names.items()}
        settings["excitation"] = said.get("SE_ON", False)
        return cnn.load("zoo:regnet_y_400mf", settings=settings)
    if architecture["MODEL"]["NUM_CLASSES"] == 10:
        said = architecture.get("ANYNET") or {"DEPTHS": [(architecture["MODEL"]["DEPTH"] - 2) // 6]}
        is_plain = said.get("BLOCK_TYPE") == "vanilla_block"
        return cnn.loads(CIFAR, settings={"depth": said["DEPTHS"][0], "is_plain": is_plain})
    if kind == "anynet":
        said = architecture["ANYNET"]
        depths, group = said["DEPTHS"], said["GROUP_WS"][0]
        groups = round(said["WIDTHS"][0] * said["BOT_MULS"][0]) // group
    else:
        said = architecture["RESNET"]
        depths, group = DEPTHS[architecture["MODEL"]["DEPTH"]], said["WIDTH_PER_GROUP"]
        groups = said["NUM_GROUPS"]
    settings = {"depths": list(depths), "cardinality": groups, "bottleneck_width": group}
    return cnn.load("zoo:resnext50_32x4d", settings=settings)


def test_all_rows_are_there() -> None:
    assert len(ROWS) == 65


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["config"].removeprefix("configs/"))
def test_complexities_are_those_that_pycls_publishes(row: dict[str, str]) -> None:
    report = cnn.analyze(_network(row))
    pooled = sum(facts.activations for facts in report if facts.node.kind == "maxpool")
    assert report.total.parameters == int(row["params"])
    assert report.total.operations("mac-with-bias") == int(row["flops"])
    assert measure(find("conv_activations"), report.total) == int(row["acts"]) - pooled


def _counter() -> Any:
    """Return pycls; skip where it is not installed."""
    pytest.importorskip("torch", reason="torch is not installed")
    return pytest.importorskip("pycls.models.regnet", reason="pycls is not installed")


REGNET = {"DEPTH": "depth", "W0": "w_0", "WA": "w_a", "WM": "w_m", "GROUP_W": "group_width"}
"""What the parameters of a RegNet are called in pycls and in our spec."""


@pytest.mark.frameworks
@pytest.mark.parametrize("has_excitation", [True, False], ids=["RegNetY", "RegNetX"])
def test_quantiles_of_a_thousand_regnets_are_those_that_pycls_counts(has_excitation: bool) -> None:
    regnet = _counter()
    from pycls.core.config import cfg

    cfg.MODEL.NUM_CLASSES = 1000
    cfg.REGNET.SE_ON = has_excitation
    plan = read_sweep(SPACE)
    keys = ("parameters", "operations", "conv_activations")
    points = Sweep(
        replace(
            plan,
            given=(("excitation", has_excitation),),
            quantities=keys,
            pareto=(),
            terms=Terms("mac-with-bias"),
        )
    )
    ours: list[list[Any]] = []
    theirs: list[list[Any]] = []
    for point in points:
        for name, word in REGNET.items():
            cfg.REGNET[name] = point.parameters[word]
        counted = regnet.RegNet.complexity({"h": 224, "w": 224, "flops": 0, "params": 0, "acts": 0})
        ours.append([point.numbers[key] for key in keys])
        theirs.append([counted[key] for key in ("params", "flops", "acts")])
    assert len(ours) >= 1000
    assert ours == theirs
    shares = np.linspace(0, 1, 21)
    assert (np.quantile(ours, shares, axis=0) == np.quantile(theirs, shares, axis=0)).all()


@pytest.mark.frameworks
def test_networks_with_four_stages_are_those_that_pycls_keeps() -> None:
    regnet = _counter()
    plan, count = read_sweep(SPACE), 2000
    columns = columns_of(plan, 0, count)
    stages = [formula for formula in plan.where if "macs" not in formula.names]
    kept = np.all([formula.holds(columns, {}, count) for formula in stages], axis=0)
    told = zip(*(columns[name] for name in ("w_a", "w_0", "w_m", "depth")), strict=True)
    found = [regnet.generate_regnet(*one)[1:3] for one in told]
    assert kept.tolist() == [number == most == 4 for number, most in found]
    assert 0.1 < kept.mean() < 0.9
