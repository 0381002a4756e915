"""Folding: the same graph in the words that a person would use, and never another graph."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

import cnnanalyze as cnn
from cnnanalyze.exchange.folding import fold as folding
from cnnanalyze.exchange.folding.fold import fold
from cnnanalyze.exchange.folding.proof import spread_concats
from cnnanalyze.exchange.folding.step import Step
from cnnanalyze.exchange.folding.text import Folded
from cnnanalyze.language.writer import write
from tests.exchange.folding import yolov8n
from tests.exchange.folding.flat import nameless, signature
from tests.fuzz.networks import texts
from tests.strategies.wired import wired

SPECS = Path(__file__).parents[3] / "specs"


def lines(text: str) -> int:
    return len(text.splitlines())


@pytest.mark.sampled(12)
@pytest.mark.parametrize("path", sorted(SPECS.glob("*.yaml")), ids=lambda p: p.stem)
def test_a_published_network_is_the_same_when_it_is_folded(path: Path) -> None:
    network = nameless(cnn.load(path))
    text = fold(network)
    again = cnn.loads(text)
    assert signature(again) == signature(network)
    assert lines(text) <= lines(write(network)) + 3
    assert cnn.analyze(again).total.parameters == cnn.analyze(network).total.parameters


@pytest.mark.parametrize(
    ("name", "most"),
    [
        ("resnet50", 35),
        ("resnet152", 36),
        ("densenet201", 40),
        ("mobilenet_v2", 50),
        ("efficientnet_b0", 70),
        ("convnext_tiny", 31),
        ("inception_resnet_v2", 87),
        ("resnet50_cbam", 60),
        ("vgg16", 24),
        ("yolov3", 55),
        ("yolov8n", 110),
        ("nasnet_a_large", 300),
    ],
)
def test_a_published_network_is_short(name: str, most: int) -> None:
    assert lines(fold(nameless(cnn.load(f"zoo:{name}")))) <= most


@pytest.mark.thorough
def test_most_published_networks_are_short() -> None:
    counts = [lines(fold(nameless(cnn.load(path)))) for path in SPECS.glob("*.yaml")]
    assert sorted(counts)[len(counts) // 2] <= 45


def test_resnet50_reads_as_somebody_would_write_it() -> None:
    network = nameless(cnn.load("zoo:resnet50"))
    assert fold(network) == RESNET50
    total = cnn.analyze(cnn.loads(RESNET50)).total
    assert (total.parameters, total.operations("mac")) == (25_557_032, 4_089_184_256)


RESNET50 = """\
cnn: 1
name: nameless
input: 224x224x3
defaults: {conv: {bias: false}}
blocks:
  conv_bn_relu:
    params: {filters: , kernel: , stride: 1}
    layers:
      - conv: {filters: $filters, kernel: $kernel, stride: $stride, padding: $kernel // 2}
      - bn
      - relu
  conv_bn:
    params: {filters: , stride: 1}
    layers: [{conv: {filters: $filters, kernel: 1, stride: $stride, padding: 0}}, bn]
  bottleneck:
    params: {filters: , stride: 1}
    layers:
      - add:
          - - conv_bn_relu: {filters: $filters, kernel: 1}
            - conv_bn_relu: {filters: $filters, kernel: 3, stride: $stride}
            - conv_bn: 4 * $filters
          - {conv_bn: {filters: 4 * $filters, stride: $stride}, when: $in != 4 * $filters}
      - relu
layers:
  - conv_bn_relu: {filters: 64, kernel: 7, stride: 2}
  - maxpool: {kernel: 3, stride: 2, padding: 1}
  - {bottleneck: 64, repeat: 3}
  - for: {filters: [128, 256, 512], count: [3, 5, 2]}
    do:
      - bottleneck: {filters: $filters, stride: 2}
      - {bottleneck: $filters, repeat: $count}
  - gap
  - dense: 1000
  - softmax
"""


def test_a_dense_block_that_joins_all_its_layers_at_once_is_folded_too() -> None:
    network = spread_concats(nameless(cnn.load("zoo:densenet121")))
    assert max(len(node.inputs) for node in network) > 20
    text = fold(network)
    assert lines(text) <= 40
    assert signature(cnn.loads(text)) == signature(network)


def test_cells_that_read_two_maps_are_blocks_with_two_inputs() -> None:
    text = fold(nameless(cnn.load("zoo:pnasnet5_large")))
    assert "inputs: [x, y]" in text
    assert "from: [^1, map" in text


def test_a_detector_with_three_outputs_is_short() -> None:
    network = nameless(yolov8n.build())
    assert cnn.analyze(network).total.parameters == yolov8n.PARAMETERS
    text = fold(network)
    assert lines(text) <= 90
    assert signature(cnn.loads(text)) == signature(network)


def test_a_padding_of_no_number_is_half_of_a_kernel_of_one() -> None:
    b = cnn.NetworkBuilder("padded")
    x = b.input(31, 37, 3)
    for filters, kernel in ((5, 3), (7, 1), (11, 5), (13, 1)):
        more = {} if kernel == 1 else {"padding": kernel // 2}
        x = b.relu(b.conv(x, filters=filters, kernel=kernel, **more))
    network = b.build(outputs=x)
    text = fold(network)
    assert "padding: $kernel // 2" in text
    assert signature(cnn.loads(text)) == signature(network)


def test_names_of_a_source_are_those_of_blocks() -> None:
    b = cnn.NetworkBuilder("named")
    x = b.input(31, 37, 8)
    for number in range(1, 5):
        with b.block(f"unit{number}"):
            y = b.conv(x, filters=8, kernel=3, padding="same")
            x = b.add(b.conv(y, filters=8, kernel=5, padding="same"), x)
        x = b.maxpool(x, kernel=3, stride=1)
    assert "unit: " in fold(b.build(outputs=x))


def test_stages_and_ends_have_the_names_of_the_source() -> None:
    text = fold(cnn.load("zoo:resnet50").network)
    assert '    as: "stage${index + 1}"' in text
    assert "  - {gap: , as: pool5}" in text
    again = cnn.loads(text)
    assert again["stage2/residual1/add1"].output.channels == 512


SHARED = """
cnn: 1
inputs: {left: 31x37x3, right: 31x37x3}
blocks:
  tower: [{conv: {filters: 5, kernel: 3}}, relu, {conv: {filters: 7, kernel: 3}}, relu, gap]
layers:
  - {tower: , as: one, from: left}
  - {tower: , as: other, from: right, share: one}
  - {subtract: , from: [one, other]}
  - {dense: 2, frozen: true}
"""
AUXILIARY = """
cnn: 1
input: 31x37x3
layers:
  - {conv: {filters: 5, kernel: 3}, as: a, weights: {bias: [1, 2, 3, 4, 5]}}
  - {maxpool: 2, as: b}
  - {gap: , as: c}
  - {dense: 3, as: d}
  - {softmax: , from: b, as: e}
outputs: [e, d]
"""


@pytest.mark.parametrize("text", [SHARED, AUXILIARY], ids=["shared", "auxiliary"])
def test_what_is_shared_frozen_given_and_given_out_stays(text: str) -> None:
    network = cnn.loads(text)
    again = cnn.loads(fold(network))
    assert signature(again) == signature(network)


@pytest.mark.parametrize("depth", [5, 60])
def test_branches_in_branches_become_no_deeper_than_a_spec_may_be(depth: int) -> None:
    b = cnn.NetworkBuilder("deep")
    x = b.input(31, 37, 3)
    kept = [x := b.relu(x) for _ in range(depth)]
    for y in reversed(kept):
        x = b.add(b.tanh(x), y)
    network = b.build(outputs=x)
    assert signature(cnn.loads(fold(network))) == signature(network)


@pytest.mark.parametrize("kept", [0, 1])
def test_a_wrong_text_is_never_given_out(kept: int, monkeypatch: pytest.MonkeyPatch) -> None:
    network = cnn.loads("{cnn: 1, name: n, input: 31x37x3, layers: [relu, {maxpool: 2}, tanh]}")
    wrong = Folded({}, (Step("relu"), Step("maxpool", (("kernel", 3),)), Step("tanh")))
    broken = Folded({}, (Step("relu"), Step("maxpool", (("kernel", 0),)), Step("tanh")))
    attempts = (lambda _: wrong, lambda _: broken, *folding._ATTEMPTS[2 - kept :])
    monkeypatch.setattr(folding, "_ATTEMPTS", attempts)
    text = fold(network)
    assert signature(cnn.loads(text)) == signature(network)
    assert ("as: relu1" in text) == (not kept)  # the flat text names every layer


def test_sections_and_texts_stay() -> None:
    network = cnn.loads(
        "cnn: 1\nname: n\nfamily: F\nyear: 1998\ninput: HxWx3\n"
        "layers: [{conv: {filters: 5, kernel: 3}}, relu]\n"
        "train: {samples: 1000}\nbudgets: {parameters: 150}\nlint: {ignore: [CV001]}\n"
    )
    text = fold(network)
    assert text.splitlines() == [
        "cnn: 1",
        "name: n",
        "family: F",
        "year: 1998",
        "input: HxWx3",
        "layers:",
        "  - conv: {filters: 5, kernel: 3}",
        "  - relu",
        "train: {samples: 1000}",
        'budgets: {parameters: "150"}',
        "lint: {ignore: [CV001]}",
    ]


@st.composite
def repetitive(draw: st.DrawFn) -> cnn.Network:
    """Return a network in which things repeat, with and without changes."""
    b = cnn.NetworkBuilder("repetitive")
    x = b.input(61, 67, draw(st.sampled_from([2, 4])))
    for _ in range(draw(st.integers(1, 4))):
        form = draw(st.sampled_from(["chain", "residual", "dense", "inception", "gate"]))
        filters = draw(st.sampled_from([2, 4, 8]))
        for _ in range(draw(st.integers(1, 4))):
            filters = draw(st.sampled_from([filters, filters, 2 * filters]))
            x = _unit(b, x, form, filters, draw)
    return b.build(outputs=x)


def _unit(
    b: cnn.NetworkBuilder, x: cnn.Tensor, form: str, filters: int, draw: st.DrawFn
) -> cnn.Tensor:
    def conv(y: cnn.Tensor, filters: int, kernel: int = 3) -> cnn.Tensor:
        y = b.conv(y, filters=filters, kernel=kernel, padding="same", bias=False)
        return b.relu(b.batchnorm(y))

    match form:
        case "chain":
            return conv(x, filters, draw(st.sampled_from([1, 3])))
        case "residual":
            y = conv(conv(x, filters, 1), filters)
            return b.relu(b.add(y, x if x.channels == filters else conv(x, filters, 1)))
        case "dense":
            return b.concat(x, conv(x, 2))
        case "inception":
            pooled = b.maxpool(x, kernel=3, stride=1, padding="same")
            return b.concat(conv(x, filters, 1), conv(conv(x, 2, 1), filters), conv(pooled, 2, 1))
        case _:
            squeezed = b.relu(b.conv(b.global_avgpool(x), filters=2, kernel=1))
            return b.multiply(x, b.sigmoid(b.conv(squeezed, filters=x.channels, kernel=1)))


def readable(networks: st.SearchStrategy[cnn.Network]) -> st.SearchStrategy[cnn.Network]:
    """Return networks all of whose inputs are read, as those of a spec have to be."""
    return networks.filter(
        lambda n: set(n.inputs) <= {source for node in n for source in node.inputs}
    )


@given(network=repetitive())
def test_what_repeats_is_the_same_when_it_is_folded(network: cnn.Network) -> None:
    assert signature(cnn.loads(fold(network))) == signature(network)


@given(network=readable(wired()))
def test_wired_crosswise_it_is_the_same_when_it_is_folded(network: cnn.Network) -> None:
    assert signature(cnn.loads(fold(network))) == signature(network)


@pytest.mark.thorough
@given(text=texts())
def test_layers_of_every_kind_are_the_same_when_they_are_folded(text: str) -> None:
    network = nameless(cnn.loads(text))
    assert signature(cnn.loads(fold(network))) == signature(network)


@pytest.mark.thorough
@pytest.mark.parametrize("attempt", folding._ATTEMPTS, ids=lambda a: a.__name__.strip("_"))
def test_a_large_network_that_is_wired_by_lot_is_folded(
    attempt: Callable[[cnn.Network], Folded],
) -> None:
    lot = Random(5)  # noqa: S311 - no secret
    b = cnn.NetworkBuilder("lot")
    maps = [b.input(31, 37, 3)]
    for _ in range(2000):
        one, other = lot.choice(maps[-4:]), lot.choice(maps[-4:])
        kind = lot.choices(("add", "relu", "tanh"), (4, 3, 3))[0]
        maps.append(b.layer(kind, *((one, other) if kind == "add" else (one,))))
    network = b.build(outputs=maps[-1])
    text = folding._written(network, attempt(network))
    assert signature(cnn.loads(text)) == signature(network)
