"""Layers that read their whole input, look numbers up, or go along a sequence."""

from __future__ import annotations

from math import prod

from cnnanalyze.exporting.arrangement import rows_first
from cnnanalyze.exporting.code import call
from cnnanalyze.exporting.flattening import flattened, is_read_flat
from cnnanalyze.exporting.part import Held, Step, Steps, refuse
from cnnanalyze.exporting.torch.registry import TARGET, function, own, writes
from cnnanalyze.graph.network import Network
from cnnanalyze.graph.node import Node


def flat(node: Node) -> Steps:
    """Return the step that makes a vector of a map."""
    is_vector = node.input_shapes[0].is_vector
    return () if is_vector else (Step(call("nn.Flatten"), suffix="flatten", stands_alone=True),)


@writes("flatten")
def _flatten(node: Node, network: Network) -> Steps:
    x = node.input_shapes[0]
    if x.is_vector or is_read_flat(node, network) or x.positions == 1 or x.channels == 1:
        return (Step(call("nn.Flatten")),)
    return function("{0}.movedim(1, -1).flatten(1)")


@writes("dense")
def _dense(node: Node, network: Network) -> Steps:
    a, x = node.attributes, node.input_shapes[0]
    made = call("nn.Linear", in_features=x.count, out_features=a["units"])
    rows = rows_first(flattened(node, network))
    tensors = {"kernel": Held("weight", lambda kernel: rows(kernel).T), "bias": Held("bias")}
    return (*flat(node), Step(made.with_options(bias=(a["bias"], True)), tensors=tensors))


@writes("maxout")
def _maxout(node: Node, network: Network) -> Steps:
    a, x = node.attributes, node.input_shapes[0]
    name = own(
        "Maxout",
        '''
class Maxout(nn.Module):
    """The largest of several linear layers, unit by unit."""

    def __init__(
        self, in_features: int, out_features: int, pieces: int = 2, bias: bool = True
    ) -> None:
        super().__init__()
        self.pieces = pieces
        self.linear = nn.Linear(in_features, pieces * out_features, bias=bias)

    def forward(self, x: Tensor) -> Tensor:
        return self.linear(x).unflatten(1, (self.pieces, -1)).amax(dim=1)
''',
    )
    made = call(name, in_features=x.count, out_features=a["units"]).with_options(
        pieces=(a["pieces"], 2), bias=(a["bias"], True)
    )
    rows = rows_first(flattened(node, network))
    tensors = {
        "kernel": Held("linear.weight", lambda k: rows(k).reshape(k.shape[0], -1).T),
        "bias": Held("linear.bias", lambda bias: bias.reshape(-1)),
    }
    return (*flat(node), Step(made, tensors=tensors))


@writes("rbf")
def _rbf(node: Node, network: Network) -> Steps:
    a, x = node.attributes, node.input_shapes[0]
    name = own(
        "RadialBasis",
        '''
class RadialBasis(nn.Module):
    """The squared distances to fixed centres."""

    def __init__(self, in_features: int, out_features: int) -> None:
        super().__init__()
        self.register_buffer("centres", torch.randn(out_features, in_features))

    def forward(self, x: Tensor) -> Tensor:
        away = x.unsqueeze(1) - self.centres
        return torch.einsum("nuf,nuf->nu", away, away)
''',
    )
    rows = rows_first(flattened(node, network))
    made = call(name, in_features=x.count, out_features=a["units"])
    return (
        *flat(node),
        Step(made, tensors={"centres": Held("centres", lambda centres: rows(centres.T).T)}),
    )


@writes("embedding")
def _embedding(node: Node, _: Network) -> Steps:
    a, x = node.attributes, node.input_shapes[0]
    name = own(
        "Lookup",
        '''
class Lookup(nn.Embedding):
    """An embedding of numbers that are rounded down, its rows along the channels."""

    def forward(self, x: Tensor) -> Tensor:
        words = x.floor().clamp(0, self.num_embeddings - 1).long()
        return super().forward(words).movedim(-1, 1)
''',
    )
    squeeze: Steps = () if x.is_vector else (Step(forward="{0}[:, 0]", suffix="words"),)
    made = call(name, num_embeddings=a["words"], embedding_dim=a["size"])
    return (*squeeze, Step(made, tensors={"table": Held("weight")}))


_RECURRENT = '''
class Sequence{name}(nn.{name}):
    """{article} {name} along a sequence, whose channels are the first axis{last}."""

    def forward(self, x: Tensor) -> Tensor:
        states, {ends} = super().forward(x.movedim(1, -1))
        return {result}
'''


@writes("lstm", "gru", "rnn")
def _recurrent(node: Node, _: Network) -> Steps:
    a, x = node.attributes, node.input_shapes[0]
    name = node.kind.upper()
    if a["biases"] == 1 or not a.get("reset_after", True):
        raise refuse(node, TARGET, f" with {'one bias' if a['biases'] == 1 else 'reset before'}")
    is_sequence = a["output"] == "sequence"
    ways = 1 + a["bidirectional"]
    made = f"Sequence{name}" if is_sequence else f"Last{name}"
    if is_sequence:
        ends, result = "_", "states.movedim(-1, 1)"
    else:
        ends = "(ends, _)" if name == "LSTM" else "ends"
        result = "ends[-self.directions :].transpose(0, 1).flatten(1)"
    text = _RECURRENT.format(
        name=name,
        article="A" if name == "GRU" else "An",
        last="" if is_sequence else "; the last states",
        ends=ends,
        result=result,
    ).replace(f"class Sequence{name}", f"class {made}")
    if not is_sequence:
        text = (
            text.replace("self.directions", "(1 + self.bidirectional)")
            .replace("states, (ends", "_, (ends")
            .replace("states, ends", "_, ends")
        )
    own(made, text)
    tensors: dict[str, Held] = {}
    roles = {"kernel": "weight_ih", "recurrent kernel": "weight_hh"}
    if a["biases"]:
        roles |= {"bias": "bias_ih", "recurrent bias": "bias_hh"}
    for layer in range(a["layers"]):
        of = f" of layer {layer + 1}" if layer else ""
        for way, suffix in (("", ""), ("backward ", "_reverse"))[:ways]:
            for role, word in roles.items():
                tensors[f"{way}{role}{of}"] = Held(f"{word}_l{layer}{suffix}", lambda t: t.T)
    made_call = call(made, input_size=x.channels, hidden_size=a["units"]).with_options(
        num_layers=(a["layers"], 1),
        nonlinearity=(a.get("activation", "tanh"), "tanh"),
        bias=(a["biases"] > 0, True),
        batch_first=(True, False),
        bidirectional=(a["bidirectional"], False),
    )
    return (Step(made_call, tensors=tensors),)


@writes("class_token")
def _class_token(node: Node, _: Network) -> Steps:
    name = own(
        "ClassTokens",
        '''
class ClassTokens(nn.Module):
    """Learned tokens before those of a sequence."""

    def __init__(self, channels: int, tokens: int = 1) -> None:
        super().__init__()
        self.tokens = nn.Parameter(torch.zeros(channels, tokens))

    def forward(self, x: Tensor) -> Tensor:
        return torch.cat([self.tokens.expand(len(x), -1, -1), x], dim=2)
''',
    )
    made = call(name, channels=node.input_shapes[0].channels).with_options(
        tokens=(node.attributes["tokens"], 1)
    )
    return (Step(made, tensors={"tokens": Held("tokens", lambda tokens: tokens.T)}),)


@writes("position_embedding")
def _position_embedding(node: Node, _: Network) -> Steps:
    x = node.input_shapes[0]
    if node.attributes["method"] == "learned":
        name = own(
            "PositionEmbedding",
            '''
class PositionEmbedding(nn.Module):
    """Learned numbers for every position, which are added."""

    def __init__(self, channels: int, *size: int) -> None:
        super().__init__()
        self.positions = nn.Parameter(torch.randn(channels, *size) * 0.02)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.positions
''',
        )
        last = x.rank
        sizes = {f"size{k}": n for k, n in enumerate(x.size)}
        return (
            Step(
                call(name, channels=x.channels, **sizes),
                tensors={"positions": Held("positions", lambda p: p.transpose(last, *range(last)))},
            ),
        )
    name = own(
        "SinusoidalPositions",
        '''
class SinusoidalPositions(nn.Module):
    """Sines and cosines that tell the positions of a sequence, which are added."""

    def __init__(self, channels: int, length: int) -> None:
        super().__init__()
        pairs = torch.arange(0.0, channels, 2).repeat_interleave(2)[:channels]
        turned = torch.arange(length) / (10000.0 ** (pairs / channels))[:, None]
        is_even = (torch.arange(channels) % 2 == 0)[:, None]
        waves = torch.where(is_even, turned.sin(), turned.cos())
        self.register_buffer("waves", waves, persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.waves
''',
    )
    return (Step(call(name, channels=x.channels, length=prod(x.size))),)
