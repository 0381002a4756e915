"""The same network written in two ways is proved the same; a model that departs is told where."""

from __future__ import annotations

import re
from itertools import product

import pytest

import cnnanalyze as cnn
from cnnanalyze.comparison.conformance.proof import conform
from cnnanalyze.language.zoo import zoo

INPUT = "cnn: 1, input: 11x13x4"
MAP = "{conv: {filters: 6, kernel: 3}}"


def network(layers: str, given: str = INPUT) -> cnn.Network:
    return cnn.loads(f"{{{given}, layers: [{layers}]}}")


SAME = {
    "a dropout does nothing in use": (f"{MAP}, dropout", MAP),
    "same is the zeros that it comes to": (
        "{conv: {filters: 6, kernel: 3, padding: same}}",
        "{conv: {filters: 6, kernel: 3, padding: 1}}",
    ),
    "zeros that no window reads": (
        "{conv: {filters: 6, kernel: 2, stride: 3, padding: [[0, 1], [0, 0]]}}",
        "{conv: {filters: 6, kernel: 2, stride: 3}}",
    ),
    "zeros of a layer are those of the convolution": (
        "{zeropad: 1}, {conv: {filters: 6, kernel: 3, padding: 1}}",
        "{conv: {filters: 6, kernel: 3, padding: 2}}",
    ),
    "zeros never win behind a relu": (
        "relu, {zeropad: 1}, {maxpool: {kernel: 3, stride: 2}}",
        "relu, {maxpool: {kernel: 3, stride: 2, padding: 1}}",
    ),
    "depthwise is one group for each channel": (
        "{depthwise: {kernel: 3, multiplier: 2}}",
        "{conv: {filters: 8, kernel: 3, groups: 4}}",
    ),
    "separable is depthwise and pointwise": (
        "{separable: {filters: 7, kernel: 3}}",
        "{depthwise: {kernel: 3, bias: false}}, {conv: {filters: 7, kernel: 1}}",
    ),
    "dense is a convolution over the whole map": (
        "{dense: 5}",
        "{conv: {filters: 5, kernel: [11, 13]}}",
    ),
    "dense on channels is a convolution of one position": (
        "gap, {dense: 5}",
        "gap, {conv: {filters: 5, kernel: 1}}",
    ),
    "a dense layer asks for no order": ("flatten, relu, {dense: 5}", "relu, {dense: 5}"),
    "a mean over the whole map": ("gap", "{avgpool: [11, 13]}"),
    "a reduction is a pool": ("gmp", "{reduce: {axes: positions, method: max}}"),
    "one bin is the whole map": ("gap", "{adaptive_avgpool: 1}"),
    "relu is a clip": ("relu", "{clip: {min: 0}}"),
    "relu6 is a clip": ("relu6", "{hard_tanh: {min: 0, max: 6}}"),
    "branches in another order": ("{add: [relu, tanh]}", "{add: [tanh, relu]}"),
    "sums of sums": ("{add: [relu, {add: [tanh, gelu]}]}", "{add: [gelu, relu, tanh]}"),
    "concatenations of concatenations": (
        "{concat: [relu, {concat: [tanh, gelu]}]}",
        "{concat: [relu, tanh, gelu]}",
    ),
    "the same pool twice": (
        "{maxpool: 2, as: a}, {concat: [[{conv: {filters: 3, kernel: 1}}], []]}",
        "{concat: [[{maxpool: 2}, {conv: {filters: 3, kernel: 1}}], [{maxpool: 2}]]}",
    ),
    "only one ends with a softmax": ("gap, {dense: 5}, softmax", "gap, {dense: 5}"),
    "all of one position are its channels": (
        "gap, {layernorm: {axes: all}}",
        "gap, layernorm",
    ),
    "the average counts padding where there is none": (
        "{avgpool: {kernel: 3, count_padding: true}}",
        "{avgpool: 3}",
    ),
}


@pytest.mark.parametrize("what", SAME)
def test_what_computes_the_same_conforms(what: str) -> None:
    one, other = map(network, SAME[what])
    for found in (conform(one, other), conform(other, one)):
        assert found.holds, str(found)


OTHER: dict[str, tuple[str, str, list[str]]] = {
    "order of concatenated maps": (
        "{concat: [relu, tanh]}",
        "{concat: [tanh, relu]}",
        ["wiring"],
    ),
    "zeros win before a relu": (
        "{zeropad: 1}, {maxpool: {kernel: 3, stride: 2}}",
        "{maxpool: {kernel: 3, stride: 2, padding: 1}}",
        ["missing", "attribute"],
    ),
    "two convolutions for one": (
        "{add: [[{conv: {filters: 4, kernel: 1}}], [{conv: {filters: 4, kernel: 1}}]]}",
        "{conv: {filters: 4, kernel: 1}, as: a}, {add: [[], []]}",
        ["missing"],
    ),
    "zeros win behind a limit from above alone": (
        "{clip: {max: 3}}, {zeropad: 1}, {maxpool: {kernel: 3, stride: 2}}",
        "{clip: {max: 3}}, {maxpool: {kernel: 3, stride: 2, padding: 1}}",
        ["missing", "attribute"],
    ),
    "a bias": (
        MAP,
        "{conv: {filters: 6, kernel: 3, bias: false}}",
        ["attribute"],
    ),
    "what padding counts": (
        "{avgpool: {kernel: 3, padding: 1, count_padding: true}}",
        "{avgpool: {kernel: 3, padding: 1}}",
        ["attribute"],
    ),
    "weights twice or once": (
        "{conv: {filters: 4, kernel: 1}, as: a}, {conv: {filters: 4, kernel: 1}, share: a}",
        "{conv: {filters: 4, kernel: 1}}, {conv: {filters: 4, kernel: 1}}",
        ["sharing"],
    ),
    "flattened for more than a sum": ("flatten, bn", "bn", ["missing"]),
}


@pytest.mark.parametrize("what", OTHER)
def test_what_computes_something_else_departs(what: str) -> None:
    one, other, aspects = OTHER[what]
    for a, b in ((one, other), (other, one)):
        found = conform(network(a), network(b))
        assert not found.holds
        if (a, b) == (one, other):
            assert [departure.aspect for departure in found] == aspects


def test_a_stride_of_a_transposed_convolution_is_told_as_any_other() -> None:
    one, other = (
        network(f"{{transposed_conv: {{filters: 3, kernel: 5, padding: 1, stride: {stride}}}}}")
        for stride in (2, 3)
    )
    assert str(conform(one, other)) == (
        "transposed_conv1: size 23x27 in the spec, 33x39 in transposed_conv1 of the model\n"
        "transposed_conv1: stride 2x2 in the spec, 3x3 in transposed_conv1 of the model"
    )


RESIDUAL = (
    "{conv: {filters: 4, kernel: 3, padding: same}}, bn, relu, "
    "{add: [[{conv: {filters: 4, kernel: 3, padding: same}}, bn], []]}, relu, "
    "{maxpool: 2}, {conv: {filters: 7, kernel: 3}}, gap, {dense: 5}"
)
CHANGES = [
    ("maxpool: 2", "maxpool: 3", "maxpool1: kernel 2x2 in the spec, 3x3 in maxpool1 of the model"),
    ("filters: 7", "filters: 8", "conv2: filters 7 in the spec, 8 in conv2 of the model"),
    ("dense: 5", "dense: 3", "dense1: units 5 in the spec, 3 in dense1 of the model"),
    ("relu, {max", "tanh, {max", "relu2: relu in the spec, tanh in tanh1 of the model"),
    ("relu, {max", "relu6, {max", "relu2: relu in the spec, relu6 in relu61 of the model"),
    ("relu, {max", "{max", "relu2 (relu) of the spec is not in the model"),
    ("gap", "selu, gap", "selu1 (selu) of the model is not in the spec, behind conv2"),
    (
        ", kernel: 3}}, gap",
        ", kernel: 3, padding: [[1, 0], [0, 0]]}}, gap",
        "conv2: padding 0+0 x 0+0 in the spec, 1+0 x 0+0 in conv2 of the model",
    ),
    (
        ", kernel: 3}}, gap",
        ", kernel: 3, bias: false}}, gap",
        "conv2: bias true in the spec, false in conv2 of the model",
    ),
]


@pytest.mark.parametrize(("old", "new", "said"), CHANGES)
def test_a_departure_is_told_where_it_is(old: str, new: str, said: str) -> None:
    found = conform(network(RESIDUAL), network(RESIDUAL.replace(old, new)))
    assert said in str(found).splitlines()


@pytest.mark.parametrize(
    ("one", "other"), [(a, b) for a, b in product(CHANGES[:6], CHANGES[6:]) if a[0] != b[0]]
)
def test_two_departures_are_both_told(one: tuple[str, ...], other: tuple[str, ...]) -> None:
    model = RESIDUAL.replace(one[0], one[1]).replace(other[0], other[1])
    told = [departure.message for departure in conform(network(RESIDUAL), network(model))]
    assert {one[2], other[2]} <= {*told}
    assert len(told) <= 4


def test_folded_batch_normalisation_conforms_when_that_is_asked_for() -> None:
    spec = network("{conv: {filters: 6, kernel: 3, bias: false}}, bn, relu, gap, {dense: 5}")
    model = network(f"{MAP}, relu, gap, {{dense: 5}}")
    assert [departure.aspect for departure in conform(spec, model)] == ["attribute", "missing"]
    found = conform(spec, model, folded=True)
    assert found.holds
    assert found.notes == ("batch normalisation is worked into the layers before it",)


def test_what_is_read_twice_is_not_folded() -> None:
    spec = network("{conv: {filters: 6, kernel: 3, bias: false}}, {add: [bn, relu]}")
    model = network(f"{MAP}, {{add: [identity, relu]}}")
    assert not conform(spec, model, folded=True).holds


def test_what_is_read_behind_a_dropout_is_not_folded_either() -> None:
    spec = network(
        "{conv: {filters: 6, kernel: 3, bias: false}}, {dropout: , as: d}, "
        "{add: [[identity, bn], relu]}"
    )
    model = network(f"{MAP}, {{add: [identity, relu]}}")
    assert not conform(spec, model, folded=True).holds


def test_inputs_of_other_sizes_are_told_before_all_else() -> None:
    found = conform(network(MAP), network(MAP, "cnn: 1, input: 11x13x3"))
    assert str(found) == "input: 11x13x4 in the spec, 11x13x3 in input of the model"


def test_other_numbers_of_inputs_are_told() -> None:
    two = cnn.loads("{cnn: 1, inputs: {a: 5x5x1, b: 5x5x1}, layers: [{add: , from: [a, b]}, relu]}")
    found = conform(two, network("relu", "cnn: 1, input: 5x5x1"))
    assert str(found) == "2 inputs in the spec, 1 in the model: a, b against input"


def test_what_leads_to_no_output_makes_no_difference() -> None:
    builder = cnn.NetworkBuilder()
    x = builder.input(9, 9, 3)
    builder.maxpool(x, kernel=2)
    assert conform(
        network("relu", "cnn: 1, input: 9x9x3"), builder.build(outputs=builder.relu(x))
    ).holds


def test_alike_departures_at_one_place_are_told_once() -> None:
    text = "cnn: 1\ninput: 9x9x4\nblocks: {b: {layers: [{conv: {filters: 4, kernel: 1}}, relu]}}\n"
    text += "layers: [{b: , repeat: 3}]\n"
    (found,) = conform(cnn.loads(text), cnn.loads(text.replace("relu", "tanh")))
    assert (found.instances, found.mark and found.mark.line) == (3, 3)


@pytest.mark.sampled(12)
@pytest.mark.parametrize("name", sorted(zoo()))
def test_a_network_conforms_to_itself_without_names(name: str) -> None:
    spec = cnn.load(f"zoo:{name}")
    text = re.sub(r"cnn: 1\nname: .*", "cnn: 1", cnn.dumps(spec))
    found = conform(spec, cnn.loads(text))
    assert found.holds, str(found)


@pytest.mark.parametrize(
    ("one", "other"),
    [("resnet50", "resnet101"), ("vgg16", "vgg19")],
)
def test_other_networks_do_not_conform(one: str, other: str) -> None:
    found = conform(cnn.load(f"zoo:{one}"), cnn.load(f"zoo:{other}"))
    assert not found.holds


def test_two_layers_that_changed_places_are_told_once() -> None:
    (found,) = conform(network(RESIDUAL), network(RESIDUAL.replace("bn, relu,", "relu, bn,")))
    assert found.message == (
        "relu1 (relu) reads batchnorm1 in the spec; relu1 of the model reads conv1"
    )


def test_of_many_maps_the_first_that_is_another_one_is_told() -> None:
    (found,) = conform(
        network("{concat: [relu, tanh, gelu, selu]}"), network("{concat: [relu, gelu, tanh, selu]}")
    )
    assert found.message == (
        "concat1 reads concat1/2/tanh1 as input 2 of 4 in the spec; "
        "concat1 of the model reads concat1/2/gelu1 there"
    )
