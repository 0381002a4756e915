"""PyTorch modules as networks: what each operator becomes computes what PyTorch computes."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import cnnanalyze as cnn
from cnnanalyze.errors import UsageError
from cnnanalyze.exchange.onnx.network import convert
from cnnanalyze.testing import assert_conforms
from tests.exchange.onnx.numbers import run
from tests.witnesses.model_zoos import zoo

torch: Any = pytest.importorskip("torch", reason="torch is not installed")
pytestmark = pytest.mark.frameworks
nn, F = torch.nn, torch.nn.functional
MAP = (1, 6, 11, 13)


class Calls(torch.nn.Module):  # type: ignore[misc]  # torch has no types here
    """A module that calls a function with its parts."""

    def __init__(self, function: Callable[..., Any], *parts: Any) -> None:
        super().__init__()
        self.function = function
        self.parts = nn.ModuleList(parts)

    def forward(self, *given: Any) -> Any:
        """Call the function."""
        return self.function(*given, *self.parts)


class Fixed(torch.nn.Module):  # type: ignore[misc]  # torch has no types here
    """A module that holds numbers which no training changes."""

    def __init__(self, *shape: int) -> None:
        super().__init__()
        self.register_buffer("numbers", torch.rand(shape))


def resized(**words: Any) -> Callable[[], Any]:
    return lambda: Calls(lambda x: F.interpolate(x, **words))


def padded(mode: str) -> Callable[[], Any]:
    return lambda: Calls(lambda x: F.pad(x, (1, 2, 3, 0), mode=mode))


MODULES: dict[str, tuple[Callable[[], Any], tuple[int, ...]]] = {
    "conv1d": (lambda: nn.Conv1d(6, 4, 3, stride=2, padding=2), (1, 6, 13)),
    "conv same": (lambda: nn.Conv2d(6, 4, (3, 5), padding="same", dilation=2), MAP),
    "conv3d": (lambda: nn.Conv3d(2, 3, (1, 2, 3), groups=1), (1, 2, 5, 7, 3)),
    "depthwise": (lambda: nn.Conv2d(6, 12, 3, groups=6, bias=False), MAP),
    "transposed": (lambda: nn.ConvTranspose2d(6, 4, 3, 2, 1, output_padding=1, groups=2), MAP),
    "maxpool": (lambda: nn.MaxPool2d(3, 2, 1, ceil_mode=True), MAP),
    "avgpool": (lambda: nn.AvgPool2d(3, 2, 1, ceil_mode=True), MAP),
    "avgpool without padding": (lambda: nn.AvgPool2d(3, 2, 1, count_include_pad=False), MAP),
    "adaptive mean": (lambda: nn.AdaptiveAvgPool2d((4, 5)), MAP),
    "adaptive mean of one": (lambda: nn.AdaptiveAvgPool2d(1), MAP),
    "adaptive max": (lambda: nn.AdaptiveMaxPool2d((4, 5)), MAP),
    "batch norm": (lambda: nn.BatchNorm2d(6), MAP),
    "batch norm that learns nothing": (lambda: nn.BatchNorm2d(6, affine=False), MAP),
    "layer norm of channels": (
        lambda: Calls(lambda x, m: m(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2), nn.LayerNorm(6)),
        MAP,
    ),
    "layer norm of all": (lambda: nn.LayerNorm([6, 11, 13]), MAP),
    "group norm": (lambda: nn.GroupNorm(3, 6), MAP),
    "group norm that learns nothing": (lambda: nn.GroupNorm(3, 6, affine=False), MAP),
    "instance norm": (lambda: nn.InstanceNorm2d(6, affine=True), MAP),
    "rms norm": (lambda: nn.RMSNorm(6, eps=1e-5), (1, 7, 6)),
    "linear": (lambda: Calls(lambda x, m: m(x.flatten(1)), nn.Linear(6 * 11 * 13, 5)), MAP),
    "linear on a sequence": (lambda: nn.Linear(6, 5), (1, 7, 6)),
    "relu6": (nn.ReLU6, MAP),
    "silu": (nn.SiLU, MAP),
    "hardswish": (nn.Hardswish, MAP),
    "hardsigmoid": (nn.Hardsigmoid, MAP),
    "hardtanh": (lambda: nn.Hardtanh(-0.5, 1.5), MAP),
    "gelu": (nn.GELU, MAP),
    "gelu by tanh": (lambda: nn.GELU("tanh"), MAP),
    "elu": (lambda: nn.ELU(0.7), MAP),
    "celu": (lambda: nn.CELU(0.7), MAP),
    "selu": (nn.SELU, MAP),
    "mish": (nn.Mish, MAP),
    "softplus": (nn.Softplus, MAP),
    "leaky relu": (lambda: nn.LeakyReLU(0.2), MAP),
    "prelu": (lambda: nn.PReLU(6), MAP),
    "prelu of one": (nn.PReLU, MAP),
    "softmax": (lambda: nn.Softmax(1), MAP),
    "log softmax": (lambda: nn.LogSoftmax(1), MAP),
    "glu": (lambda: nn.GLU(1), MAP),
    "clamp": (lambda: Calls(lambda x: x.clamp(-0.5)), MAP),
    "power": (lambda: Calls(lambda x: x.abs() ** 1.5), MAP),
    "one over a root": (lambda: Calls(lambda x: (x.abs() + 1).rsqrt()), MAP),
    "sum with a factor": (
        lambda: Calls(lambda x, m: torch.add(x, m(x), alpha=2), nn.Conv2d(6, 6, 1)),
        MAP,
    ),
    "difference the other way": (lambda: Calls(lambda x: 1 - x), MAP),
    "quotient": (lambda: Calls(lambda x, m: x / (m(x).abs() + 1), nn.Conv2d(6, 6, 1)), MAP),
    "stack": (lambda: Calls(lambda x: torch.stack([x, x.relu()], 1).sum(1)), MAP),
    "mean": (lambda: Calls(lambda x: x.mean((2, 3))), MAP),
    "largest": (lambda: Calls(lambda x: x.amax(1, keepdim=True)), MAP),
    "largest with its place": (lambda: Calls(lambda x: x.max(1, keepdim=True)[0]), MAP),
    "norm": (lambda: Calls(lambda x: F.normalize(x, dim=1)), MAP),
    "channel shuffle": (lambda: nn.ChannelShuffle(3), MAP),
    "pixel shuffle": (lambda: nn.PixelShuffle(2), (1, 8, 5, 7)),
    "pixel unshuffle": (lambda: nn.PixelUnshuffle(2), (1, 3, 10, 14)),
    "slice": (lambda: Calls(lambda x: x[:, 1:5:2, ::2, 3:]), MAP),
    "mirror": (lambda: Calls(lambda x: x.flip(3)), MAP),
    "mirror of channels and rows": (lambda: Calls(lambda x: x.flip(1, 2)), MAP),
    "one below the other": (lambda: Calls(lambda x, m: torch.cat([x, m(x)], 2), nn.ReLU()), MAP),
    "positions behind positions": (
        lambda: Calls(lambda x: torch.cat([x.flatten(2), x[:, :, ::2].flatten(2)], 2)),
        MAP,
    ),
    "channels around": (lambda: Calls(lambda x: F.pad(x, (0, 1, 2, 0, 3, 1), value=0.5)), MAP),
    "select": (lambda: Calls(lambda x: x[:, 2]), MAP),
    "index": (lambda: Calls(lambda x: x[:, [0, 5, 2]]), MAP),
    "chunk": (lambda: Calls(lambda x: sum(x.chunk(3, 1))), MAP),
    "unbind": (lambda: Calls(lambda x: x.unbind(1)[3] * x.unbind(1)[0]), MAP),
    "roll": (lambda: Calls(lambda x: torch.roll(x, (2, -3), (2, 3))), MAP),
    "zeros around": (padded("constant"), MAP),
    "mirrored": (padded("reflect"), MAP),
    "repeated at borders": (padded("replicate"), MAP),
    "in a circle": (padded("circular"), MAP),
    "nearest": (resized(scale_factor=2), MAP),
    "nearest exact": (resized(scale_factor=2, mode="nearest-exact"), MAP),
    "bilinear": (resized(scale_factor=2, mode="bilinear", align_corners=False), MAP),
    "bilinear with corners": (resized(size=(17, 19), mode="bilinear", align_corners=True), MAP),
    "bicubic": (resized(scale_factor=2, mode="bicubic", align_corners=False), MAP),
    "attention": (
        lambda: Calls(
            lambda x, m: m(x, x, x, need_weights=False)[0],
            nn.MultiheadAttention(12, 3, batch_first=True),
        ),
        (1, 7, 12),
    ),
    "products of attention": (
        lambda: Calls(lambda x: F.scaled_dot_product_attention(x, x, x)),
        (1, 2, 7, 4),
    ),
    "expand": (lambda: Calls(lambda x: x.mean(1, keepdim=True).expand(-1, 4, -1, -1) * 1.5), MAP),
    "repeat": (lambda: Calls(lambda x: x.repeat(1, 2, 1, 1)), MAP),
    "einsum": (lambda: Calls(lambda x: torch.einsum("bchw,bdhw->bcd", x, x)), MAP),
    "moved axis": (lambda: Calls(lambda x: x.movedim(1, -1).relu()), MAP),
    "dropout": (lambda: nn.Sequential(nn.Dropout(), nn.ReLU()), MAP),
    "number of a tensor": (
        lambda: Calls(lambda x: x + torch.full((1,), torch.tensor([2.0, 3.0])[1].item())),
        MAP,
    ),
    "fixed map": (lambda: Calls(lambda x, m: 2 - x * m.numbers, Fixed(6, 11, 13)), MAP),
    "fixed numbers of channels": (
        lambda: Calls(lambda x, m: x / m.numbers, Fixed(6, 1, 1)),
        MAP,
    ),
    "sum with a product": (
        lambda: Calls(lambda x, m: torch.addcmul(x, m(x), x, value=3), nn.Conv2d(6, 6, 1)),
        MAP,
    ),
    "limit that is computed": (lambda: Calls(lambda x: x.clamp(min=x.mean())), MAP),
    "places that come several times": (
        lambda: Calls(lambda x: x.repeat_interleave(3, dim=1)),
        MAP,
    ),
    "shape of another": (lambda: Calls(lambda x: x.flatten(2).reshape_as(x).relu()), MAP),
    "tiles": (lambda: Calls(lambda x: x.tile(2, 1)), MAP),
    "halves": (lambda: Calls(lambda x: x * torch.arange(0.5, 6)[1]), MAP),
    "nothing before something": (lambda: Calls(lambda x: torch.cat([x[:, :0], x.relu()], 1)), MAP),
    "learned map": (
        lambda: Calls(lambda x, m: x + m.weight.view(1, -1, 1, 1), nn.Conv1d(1, 6, 1, bias=False)),
        MAP,
    ),
}


@pytest.mark.parametrize("what", MODULES)
def test_a_module_becomes_layers_that_give_the_same(what: str) -> None:
    from cnnanalyze.exchange.torch.program import model_of

    build, shape = MODULES[what]
    torch.manual_seed(7)
    module = build().double().eval()
    with torch.no_grad():
        for tensor in (*module.parameters(), *module.buffers()):
            if tensor.is_floating_point():
                tensor.copy_(torch.rand_like(tensor) + 0.25)
    x = 4 * torch.rand(shape, dtype=torch.float64) - 2
    model = model_of(torch.export.export(module, (x,)), "module")
    converted = convert(model)
    wanted = module(x).detach().numpy()
    (value,) = model.graph.inputs
    tensors = {name: tensor.detach().numpy() for name, tensor in module.state_dict().items()}
    (found,) = run(converted, {value.name: x.numpy()}, tensors).values()
    assert converted.notes == ()
    np.testing.assert_allclose(found, wanted, rtol=1e-6, atol=1e-9)


class Recurrent(torch.nn.Module):  # type: ignore[misc]  # torch has no types here
    """The states of all steps, or the last one."""

    def __init__(self, layer: Any, *, last: bool) -> None:
        super().__init__()
        self.layer, self.last = layer, last

    def forward(self, x: Any) -> Any:
        """Run over all steps."""
        found, states = self.layer(x)
        state = states[0] if isinstance(states, tuple) else states
        return state[-1] if self.last else found


@pytest.mark.parametrize("last", [False, True])
@pytest.mark.parametrize(
    "build",
    [
        lambda: nn.LSTM(6, 5, batch_first=True),
        lambda: nn.LSTM(6, 5, num_layers=2, bidirectional=True, batch_first=True),
        lambda: nn.GRU(6, 5, bias=False),
        lambda: nn.GRU(6, 5, num_layers=2),
        lambda: nn.RNN(6, 5, bidirectional=True, batch_first=True),
        lambda: nn.RNN(6, 5, num_layers=2, nonlinearity="relu"),
    ],
    ids=[
        "lstm",
        "two lstms both ways",
        "gru without biases",
        "two grus",
        "rnn both ways",
        "two rnns",
    ],
)
def test_recurrent_layers_hold_what_the_module_holds(build: Any, last: bool) -> None:
    layer = build()
    shape = (1, 7, 6) if layer.batch_first else (7, 1, 6)
    net = cnn.from_torch(Recurrent(layer, last=last), shape)
    total = cnn.analyze(net).total
    assert net.notes == ()
    assert total.complete
    assert total.parameters == sum(p.numel() for p in layer.parameters())


TORCHVISION = ["resnet18", "densenet121", "mobilenet_v3_small", "shufflenet_v2_x0_5", "vit_b_16"]
TIMM = [
    "hrnet_w18_small",
    "mobilevit_xxs",
    "skresnet18",
    "resnest14d",
    "convnextv2_atto",
    "mixnet_s",
]


@pytest.mark.thorough
@pytest.mark.parametrize("name", [*TORCHVISION, *(f"timm/{name}" for name in TIMM)])
def test_a_network_costs_what_the_module_costs(name: str) -> None:
    from torch.utils.flop_counter import FlopCounterMode

    library, _, short = name.rpartition("/")
    if library:
        module, side = zoo("timm").create_model(short), (3, 224, 224)
    else:
        module, side = getattr(zoo("torchvision").models, name)(), (3, 224, 224)
    if library:
        side = module.default_cfg["input_size"]
    total = cnn.analyze(cnn.from_torch(module.eval(), (1, *side))).total
    assert total.parameters == sum(p.numel() for p in module.parameters())
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        module.to("meta")(torch.empty(1, *side, device="meta"))
    assert 2 * total.operations("mac") == counter.get_total_flops()


@pytest.mark.thorough
@pytest.mark.parametrize("name", ["resnet18", "resnet50", "vgg16", "densenet201", "mobilenet_v2"])
def test_torchvision_conforms_to_the_zoo(name: str) -> None:
    module = getattr(zoo("torchvision").models, name)()
    found = cnn.check(f"zoo:{name}", module)
    assert found.holds, str(found)


@pytest.mark.thorough
def test_torchvision_counts_the_padding_of_inception_v3_that_tf_slim_does_not() -> None:
    module = zoo("torchvision").models.inception_v3(init_weights=False)
    found = cnn.check("zoo:inception_v3", module)
    assert {departure.attribute for departure in found} == {"count_padding"}
    assert sum(departure.instances for departure in found) == 9
    assert cnn.check("zoo:inception_v3", module, settings={"count_padding": True}).holds


def test_layers_have_the_names_of_modules() -> None:
    inner = nn.Sequential(OrderedDict(act=nn.ReLU(), conv=nn.Conv2d(4, 5, 3)))
    module = nn.Sequential(OrderedDict(stem=nn.Conv2d(3, 4, 3), body=inner))
    net = cnn.from_torch(module, (1, 3, 9, 9), name="Two")
    assert (net.name, [node.id for node in net]) == ("Two", ["stem", "body.act", "body.conv"])


def test_a_module_in_training_is_read_as_it_is_in_use_and_stays_in_training() -> None:
    module = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.Dropout())
    module[1].eval()
    net = cnn.from_torch(module, (1, 3, 9, 9))
    assert [node.kind for node in net] == ["conv", "batchnorm"]
    assert [one.training for one in module.modules()] == [True, True, False, True]


def test_other_numbers_than_the_module_reads_are_told() -> None:
    doubled = Calls(
        lambda x, m: x + (2 * m.weight).repeat(3, 1).view(1, 6, 1, 1), nn.Embedding(2, 1)
    )
    *_, note = cnn.from_torch(doubled, MAP).notes
    assert note == (
        "the layers hold 6 learned numbers, and the module reads 2: it computes with 2 of its own, "
        "the first of them in 'parts.0.weight', and layers hold 6 results of that"
    )


@pytest.mark.parametrize(
    ("function", "attributes"),
    [
        (lambda x, m: x + m.numbers, {"operation": "add", "along": "all", "table": None}),
        (lambda x, m: m.numbers * x, {"operation": "multiply", "along": "all", "table": None}),
        (
            lambda x, m: x - m.numbers[:, :1, :1].sin(),
            {"operation": "add", "along": "channels", "table": None},
        ),
    ],
)
def test_buffers_are_constants_and_no_parameters(
    function: Callable[..., Any], attributes: dict[str, Any]
) -> None:
    net = cnn.from_torch(Calls(function, Fixed(6, 11, 13)), MAP)
    assert [(node.kind, dict(node.attributes)) for node in net] == [("constant_map", attributes)]
    assert net.notes == ()
    total = cnn.analyze(net).total
    assert (total.parameters, total.complete) == (0, True)


def test_layers_whose_weights_are_buffers_are_frozen_and_told() -> None:
    blur = Calls(
        lambda x, one, other: F.conv2d(other(x), one.numbers, padding=1, groups=6),
        Fixed(6, 1, 3, 3),
        nn.Conv2d(6, 6, 1),
    )
    net = cnn.from_torch(blur, MAP)
    assert [(node.kind, node.frozen) for node in net] == [("conv", False), ("depthwise", True)]
    (note,) = net.notes
    assert note == (
        "54 parameters are numbers of the module that no training changes: the layers that hold "
        "them are frozen"
    )
    total = cnn.analyze(net).total
    assert (total.parameters, total.trainable) == (96, 42)


@pytest.mark.parametrize("rows", [6, 61])
def test_numbers_that_are_looked_up_are_those_of_their_table(rows: int) -> None:
    places = Fixed(1)
    places.numbers = torch.randint(rows, (11 * 13 * 6,))
    table = nn.Embedding(rows, 1)
    looked_up = Calls(lambda x, p, t: x + t.weight[p.numbers].view(1, 6, 11, 13), places, table)
    net = cnn.from_torch(looked_up, MAP)
    assert [(node.kind, node.attributes["table"]) for node in net] == [("constant_map", rows)]
    assert net.notes == ()


def test_a_table_that_two_layers_read_is_held_once() -> None:
    table = nn.Embedding(7, 6)

    def twice(x: Any, m: Any) -> Any:
        one, other = (m.weight[[row]].view(1, 6, 1, 1) for row in (3, 4))
        return (x + one).relu() + other

    net = cnn.from_torch(Calls(twice, table), MAP)
    assert [node.share for node in net if node.kind == "constant_map"] == [None, net.nodes[0].id]
    assert cnn.analyze(net).total.parameters == 42


def test_a_module_is_held_to_its_spec() -> None:
    spec = cnn.loads("{cnn: 1, input: 9x7x3, layers: [{conv: {filters: 4, kernel: 3}}, relu]}")
    assert_conforms(nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU()), spec)
    with pytest.raises(AssertionError, match="relu1: relu in the spec, tanh in"):
        assert_conforms(nn.Sequential(nn.Conv2d(3, 4, 3), nn.Tanh()), spec)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (("net", (1, 3, 9, 9)), "a PyTorch module is needed, not str"),
        ((nn.ReLU(),), "the module needs an example of what goes in"),
        ((nn.ReLU(), "1x3x9x9"), "an example is a shape or a tensor, not '1x3x9x9'"),
        ((nn.ReLU(), (1, 0)), "an example is a shape or a tensor, not (1, 0)"),
        ((nn.Conv2d(3, 4, 3), (1, 2, 9, 9)), "torch.export cannot record Conv2d: "),
    ],
)
def test_what_cannot_be_read_is_refused(given: tuple[Any, ...], message: str) -> None:
    with pytest.raises(UsageError) as caught:
        cnn.from_torch(*given)
    assert message in str(caught.value)
