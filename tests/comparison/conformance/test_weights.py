"""Tensors of a file are held against those of a spec, whatever they are called."""

from __future__ import annotations

import pytest

import cnnanalyze as cnn
from cnnanalyze.comparison.conformance.weights import WeightConformance, conform_weights
from cnnanalyze.exchange.weights.tensors import StoredTensor, StoredTensors
from tests.witnesses.model_zoos import zoo

SPEC = cnn.loads(
    "{cnn: 1, name: Net, input: 19x17x3, layers: ["
    "{conv: {filters: 5, kernel: [3, 7], bias: false}}, bn, relu,"
    " {conv: {filters: 5, kernel: 3}, as: again}, {depthwise: {kernel: 3, multiplier: 2}},"
    " {transposed_conv: {filters: 7, kernel: 2}}, flatten, {dense: 13}]}"
)
PYTORCH = {
    "0.weight": (5, 3, 3, 7),
    "1.weight": (5,),
    "1.bias": (5,),
    "1.running_mean": (5,),
    "1.running_var": (5,),
    "1.num_batches_tracked": (),
    "3.weight": (5, 5, 3, 3),
    "3.bias": (5,),
    "4.weight": (10, 1, 3, 3),
    "4.bias": (10,),
    "5.weight": (10, 7, 2, 2),
    "5.bias": (7,),
    "7.weight": (13, 784),
    "7.bias": (13,),
}
KERAS = {
    "conv2d/kernel:0": (3, 7, 3, 5),
    "bn/gamma:0": (5,),
    "bn/beta:0": (5,),
    "bn/moving_mean:0": (5,),
    "bn/moving_variance:0": (5,),
    "conv2d_1/kernel:0": (3, 3, 5, 5),
    "conv2d_1/bias:0": (5,),
    "depthwise/kernel:0": (3, 3, 5, 2),
    "depthwise/bias:0": (10,),
    "up/kernel:0": (2, 2, 7, 10),
    "up/bias:0": (7,),
    "dense/kernel:0": (784, 13),
    "dense/bias:0": (13,),
}


def against(shapes: dict[str, tuple[int, ...]], spec: cnn.Network = SPEC) -> WeightConformance:
    tensors = (StoredTensor(n, s, not n.endswith("tracked")) for n, s in shapes.items())
    return conform_weights(spec, StoredTensors("m.safetensors", tuple(tensors)))


def test_weights_of_pytorch_conform_in_its_own_order_of_axes() -> None:
    found = against(PYTORCH)
    assert found.holds, str(found)
    assert str(found) == (
        "Net: the weights are those of the spec, 13 tensors alike\n"
        "counters and tables of whole numbers are ignored: 1"
    )
    assert [(row["layer"], row["tensor"]) for row in found.rows()][:3] == [
        ("conv1", "0.weight"),
        ("batchnorm1", "1.weight"),
        ("batchnorm1", "1.bias"),
    ]


@pytest.mark.parametrize("shapes", [PYTORCH, KERAS], ids=["pytorch", "keras"])
def test_weights_conform_in_any_order(shapes: dict[str, tuple[int, ...]]) -> None:
    assert against(shapes).holds
    assert against(dict(sorted(shapes.items()))).holds
    assert against(dict(reversed(shapes.items()))).holds


CHANGES: dict[str, tuple[dict[str, tuple[int, ...] | None], list[str]]] = {
    "another kernel": (
        {"3.weight": (5, 5, 5, 5)},
        ["again: 3x3x5x5 in the spec, 3.weight 5x5x5x5 in the file"],
    ),
    "a bias too much": (
        {"0.bias": (5,)},
        ["conv1: no bias in the spec, 0.bias 5 in the file"],
    ),
    "a bias too little": (
        {"3.bias": None},
        ["again: bias 5 in the spec, none in 3 of the file"],
    ),
    "a layer too much": (
        {"8.weight": (13, 13), "8.bias": (13,)},
        ["8.weight 13x13 and 8.bias 13 in the file is not in the spec"],
    ),
    "a layer too little": (
        {"5.weight": None, "5.bias": None},
        ["transposed_conv1: 2x2x10x7 and 7 in the spec is not in the file"],
    ),
    "other classes": (
        {"7.weight": (11, 784), "7.bias": (11,)},
        [
            "dense1: 784x13 in the spec, 7.weight 11x784 in the file",
            "dense1: 13 in the spec, 7.bias 11 in the file",
        ],
    ),
    "axes in an order of nobody": (
        {"0.weight": (3, 5, 7, 3)},
        ["conv1: 3x7x3x5 in the spec, 0.weight 3x5x7x3 in the file"],
    ),
    "a window on its side": (
        {"0.weight": (5, 3, 7, 3)},
        ["conv1: 3x7x3x5 in the spec, 0.weight 5x3x7x3 in the file"],
    ),
}


@pytest.mark.parametrize("what", CHANGES)
def test_what_differs_is_told_with_both_sides(what: str) -> None:
    changes, told = CHANGES[what]
    changed = {n: s for n, s in {**PYTORCH, **changes}.items() if s is not None}
    found = against(changed)
    assert [departure.message for departure in found] == told
    assert len(against(dict(sorted(changed.items())))) == len(told)


def test_names_of_the_spec_are_found_first() -> None:
    """Two layers of the same extents, in the wrong order."""
    spec = cnn.loads(
        "{cnn: 1, input: 9x9x3, layers: [{conv: {filters: 3, kernel: 3}, as: a},"
        " {conv: {filters: 3, kernel: 3}, as: b}]}"
    )
    names = {"b.weight": (3, 3, 3, 3), "b.bias": (3,), "a.weight": (3, 3, 3, 3), "a.bias": (3,)}
    found = against(names, spec)
    assert {row["tensor"]: row["layer"] for row in found.rows()} == {
        "a.weight": "a",
        "a.bias": "a",
        "b.weight": "b",
        "b.bias": "b",
    }


@pytest.mark.parametrize(
    "names",
    [
        {"attn.in_proj_weight": (36, 12), "attn.in_proj_bias": (36,)},
        {"attn.qkv.weight": (36, 12), "attn.qkv.bias": (36,)},
        {f"attn.{w}.{r}": (12, 12)[: 2 - (r == "bias")] for w in "qkv" for r in ("weight", "bias")},
    ],
    ids=["pytorch", "timm", "one by one"],
)
def test_queries_keys_and_values_may_come_from_one_matrix(
    names: dict[str, tuple[int, ...]],
) -> None:
    spec = cnn.loads("{cnn: 1, input: 7x12, layers: [{attention: {heads: 3}}]}")
    found = against({**names, "attn.proj.weight": (12, 12), "attn.proj.bias": (12,)}, spec)
    assert found.holds, str(found)


def test_one_layer_of_many_alike_is_missing_where_it_is() -> None:
    spec = cnn.load("zoo:resnet50")
    net = against(names_of(spec), spec)
    assert net.holds
    short = {n: s for n, s in names_of(spec).items() if not n.startswith("stage3.residual4.")}
    sorted_ = dict(sorted((f"x.{n}", s) for n, s in short.items()))
    for shapes in (short, sorted_):
        found = against(shapes, spec)
        assert {str(d.in_spec and d.in_spec.id)[:16] for d in found} == {"stage3/residual4"}


def names_of(spec: cnn.Network) -> dict[str, tuple[int, ...]]:
    words = {"kernel": "weight", "gamma": "weight", "beta": "bias", "bias": "bias"}
    return {
        f"{node.id.replace('/', '.')}.{words.get(p.role, p.role.replace(' ', '_'))}": p.shape
        for node in spec
        for p in node.layer.params(*node.input_shapes)
    }


CONFORM = ["resnet50", "vgg16", "densenet201", "mobilenet_v2", "vit_b_16", "swin_t"]


@pytest.mark.frameworks
@pytest.mark.parametrize("name", CONFORM)
def test_weights_of_torchvision_conform_to_the_zoo(name: str) -> None:
    models = zoo("torchvision").models
    import torch

    with torch.device("meta"):
        module = getattr(models, name)()
    shapes = {n: tuple(t.shape) for n, t in module.state_dict().items() if t.is_floating_point()}
    for some in (shapes, dict(sorted(shapes.items()))):
        found = against(some, cnn.load(f"zoo:{name}"))
        assert found.holds, str(found)
