"""Layers of every kind, drawn without looking whether they fit: some are valid, some are not.

They are for witnesses, who must accept and refuse the same. Small maps and many forms: a number for
all axes or one per axis, words, pairs, what is left out, and now and then a number that nobody
takes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from cnnanalyze.core.shape import Shape
from tests.strategies.case import Case, Cases, one_or_each

Draw = st.DrawFn
JOINS = ("add", "multiply", "maximum", "minimum", "average", "concat")
PAIRS = ("subtract", "divide")
methods = st.sampled_from(("mean", "sum", "max", "min", "var", "l2"))
along = st.sampled_from(
    ("channels", "channels", "positions", "all", "height", "length", 1, 2, ["height", "width"])
)
rates = st.sampled_from((0, 0.5, 1, 1.5, -0.5))
limits = st.sampled_from((-0.5, 0, 0.75))
Shapes = st.SearchStrategy[Shape]
flags = st.booleans()
ranks = st.sampled_from((1, 2, 2, 3))
counts = st.sampled_from((1, 1, 2, 3, 4, 6))
extents = st.integers(1, 9)
amounts = st.sampled_from((0, 0, 1, 1, 2, 3))
wrong = st.sampled_from((False,) * 19 + (True,))
"""Whether a number that must be at least 1 is 0."""


@st.composite
def shapes(draw: Draw, rank: int | None = None) -> Shape:
    """Return the shape of a small map."""
    axes = draw(ranks) if rank is None else rank
    return Shape(tuple(draw(extents) for _ in range(axes)), draw(counts))


vectors = st.builds(Shape, st.just(()), counts)
anything = st.one_of(shapes(), shapes(), vectors)


@st.composite
def perhaps(draw: Draw, values: st.SearchStrategy[Any], name: str) -> dict[str, Any]:
    """Return an attribute, or nothing: what is left out must mean what a witness means by it."""
    return {name: draw(values)} if draw(flags) else {}


@st.composite
def numbers(draw: Draw, most: int, rank: int) -> int | list[int]:
    """Return a number from 1 on for all axes or per axis; rarely a 0."""
    return 0 if draw(wrong) else draw(one_or_each(st.integers(1, most), rank))


@st.composite
def padding(draw: Draw, rank: int, *words: str) -> Any:
    """Return padding in any form."""
    match draw(st.sampled_from(("word", "word", "side", "axis", "border"))):
        case "word" if words:
            return draw(st.sampled_from(words))
        case "axis":
            return [draw(amounts) for _ in range(rank)]
        case "border":
            return [[draw(amounts), draw(amounts)] for _ in range(rank)]
        case _:
            return draw(amounts)


@st.composite
def windows(draw: Draw, rank: int, *words: str, dilated: bool = True) -> dict[str, Any]:
    """Return the attributes of a window."""
    found = {"kernel": draw(numbers(5, rank))}
    found |= draw(perhaps(numbers(4, rank), "stride"))
    found |= draw(perhaps(padding(rank, *words), "padding"))
    return found | (draw(perhaps(numbers(3, rank), "dilation")) if dilated else {})


@st.composite
def grouped(draw: Draw, x: Shape) -> tuple[Shape, dict[str, Any]]:
    """Return filters and groups, which mostly divide the channels, and the shape for them."""
    groups = draw(st.sampled_from((1, 1, 2, 3)))
    many = draw(counts) if draw(wrong) else groups * draw(counts)
    channels = draw(counts) if draw(wrong) else groups * x.channels
    filters = 0 if draw(wrong) else many
    return Shape(x.size, channels), {"filters": filters, "groups": groups}


WORDS = ("valid", "same", "causal", "valid", "same", "circular", "reflect", "replicate")


@st.composite
def convolutions(draw: Draw, kind: str, maps: Shapes) -> Case:
    x = draw(maps)
    attributes = draw(windows(x.rank, *WORDS)) | draw(perhaps(flags, "bias"))
    match kind:
        case "conv":
            x, more = draw(grouped(x))
            more |= draw(perhaps(flags, "weight_standardized")) | draw(perhaps(wrong, "gain"))
            if more.get("weight_standardized"):
                more |= draw(perhaps(flags, "gain"))
        case "depthwise":
            more = draw(perhaps(counts, "multiplier"))
        case "separable":
            more = {"filters": draw(counts), **draw(perhaps(counts, "multiplier"))}
        case "table_conv":
            row = st.lists(st.integers(0, x.channels), min_size=1, max_size=3, unique=True)
            more = {"table": draw(st.lists(row, min_size=1, max_size=4))}
        case _:
            more = {"filters": draw(counts)}
    return Case(kind, (x,), attributes | more)


@st.composite
def transposed(draw: Draw, maps: Shapes) -> Case:
    x, attributes = draw(grouped(draw(maps)))
    attributes |= draw(windows(x.rank)) | draw(perhaps(flags, "bias"))
    if draw(flags):
        # The words are Keras', which neither groups nor strides and dilates at once.
        attributes |= {"padding": draw(st.sampled_from(("valid", "same"))), "groups": 1}
        attributes.pop(draw(st.sampled_from(("stride", "dilation", "dilation"))), None)
    attributes |= draw(perhaps(one_or_each(amounts, x.rank), "output_padding"))
    return Case("transposed_conv", (x,), attributes)


@st.composite
def pools(draw: Draw, kind: str, maps: Shapes) -> Case:
    x = draw(maps)
    attributes = draw(windows(x.rank, "valid", "same", dilated=kind != "subsample"))
    if kind != "subsample":
        attributes |= draw(perhaps(flags, "ceil_mode"))
    if kind == "avgpool":
        attributes |= draw(perhaps(flags, "count_padding"))
    if kind == "lppool":
        attributes |= draw(perhaps(st.sampled_from((1, 2, 3, 1.5)), "norm"))
    return Case(kind, (x,), attributes)


@st.composite
def adaptive(draw: Draw, kind: str, maps: Shapes) -> Case:
    x = draw(maps)
    return Case(kind, (x,), {"size": draw(numbers(11, x.rank))})


@st.composite
def resizes(draw: Draw, maps: Shapes) -> Case:
    x = draw(maps)
    methods = ("nearest", "nearest_exact", "bilinear", "bicubic", "bicubic")
    attributes = draw(perhaps(st.sampled_from(methods), "method"))
    attributes |= draw(perhaps(flags, "align_corners"))
    if attributes.get("method") in methods[2:] and not attributes.get("align_corners"):
        words = ("half_pixel", "align_corners", "asymmetric")
        attributes |= draw(perhaps(st.sampled_from(words), "coordinates"))
    if attributes.get("method") == "bicubic":
        x = draw(shapes(rank=2))
        attributes |= {"coefficient": draw(st.sampled_from((-0.75, -0.75, -0.5)))}
        attributes |= {"exclude_outside": draw(flags)}
    if draw(flags):
        fractions = st.sampled_from((1.5, 2.25, 0.5, 0.75))
        factors = st.one_of(one_or_each(extents, x.rank), fractions)
        return Case("resize", (x,), attributes | {"scale": draw(factors)})
    return Case("resize", (x,), attributes | {"size": draw(one_or_each(extents, x.rank))})


@st.composite
def joins(draw: Draw, kind: str, most: int = 4) -> Case:
    """Return inputs that mostly agree, some with an extent of 1, some that do not agree."""
    x = draw(anything)
    inputs = [x]
    for _ in range(draw(st.integers(1, most - 1))):
        size = tuple(1 if draw(wrong) else draw(extents) if draw(wrong) else n for n in x.size)
        inputs.append(Shape(size, draw(counts) if draw(flags) and kind == "concat" else x.channels))
    if draw(wrong):
        inputs = [*inputs[: most - 1], draw(anything)]
    found = {"axis": draw(st.sampled_from(AXES))} if kind == "concat" and draw(flags) else {}
    return Case(kind, tuple(draw(st.permutations(inputs))), found)


@st.composite
def permutations(draw: Draw, maps: Shapes) -> Case:
    x = draw(maps)
    axes = x.rank if not draw(wrong) else draw(ranks)
    return Case("permute", (x,), {"order": draw(st.permutations(range(1, axes + 1)))})


AXES = ("length", "height", "width", "depth", "channels", 1, 2, 3, 4)
"""What an axis may be called, whether the map has it or not."""


@st.composite
def stretches(draw: Draw, inputs: Shapes) -> Case:
    attributes = {"axis": draw(st.sampled_from(AXES))}
    places = st.integers(-5, 9)
    attributes |= draw(perhaps(places, "start")) | draw(perhaps(places, "stop"))
    return Case("slice", (draw(inputs),), attributes | draw(perhaps(st.integers(-3, 3), "step")))


@st.composite
def gathers(draw: Draw, inputs: Shapes) -> Case:
    positions = draw(st.lists(st.integers(-5, 9), min_size=1, max_size=4))
    axis = draw(st.sampled_from(AXES))
    return Case("gather", (draw(inputs),), {"axis": axis, "positions": positions})


@st.composite
def attentions(draw: Draw, inputs: Shapes) -> Case:
    x = draw(inputs)
    heads = draw(st.sampled_from((1, 1, 2, 3)))
    x = Shape(x.size, x.channels * (1 if draw(wrong) else heads))
    found: dict[str, Any] = {"heads": heads}
    if draw(flags):
        for name in ("key_size", "value_size", "output"):
            found |= draw(perhaps(st.sampled_from((1, 2, 3)), name))
        for name in ("bias", "output_bias"):
            found |= draw(perhaps(flags, name))
    else:
        found["projections"] = draw(flags)
    for name in ("relative_position", "causal"):
        found |= draw(st.one_of(st.just({}), perhaps(flags, name)))
    match draw(st.sampled_from(("", "window", "window", "axis"))):
        case "window":
            found |= {"window": draw(one_or_each(st.integers(1, 4), max(x.rank, 1)))}
            found |= draw(perhaps(one_or_each(st.integers(0, 3), max(x.rank, 1)), "shift"))
        case "axis":
            found["axis"] = draw(st.sampled_from(AXES))
        case _:
            pass
    asked = []
    if draw(st.sampled_from((False, False, True))):
        asked = [Shape(x.size, draw(counts)) for _ in range(draw(st.integers(1, 2)))]
    return Case("attention", (x, *asked), found)


SUMS = (
    *("i c, j c -> i j", "i c, i c -> i c", "c, c -> c", "h w c, h w d -> c d", "i c, c d -> i d"),
    *("i c, j c, j d -> i d", "a b c, a c d -> b a d", "c, d -> c d", "i c, j c -> c"),
)


@st.composite
def einsums(draw: Draw, inputs: Shapes) -> Case:
    pattern = draw(st.sampled_from(SUMS))
    lengths = {name: draw(extents) for name in "abcdhijw"}
    sides = [side.split() for side in pattern.partition("->")[0].split(",")]
    shapes = [Shape(tuple(lengths[n] for n in s[:-1]), lengths[s[-1]]) for s in sides]
    if draw(wrong):
        shapes[0] = draw(inputs)
    return Case("einsum", tuple(shapes), {"pattern": pattern})


@st.composite
def matmuls(draw: Draw, inputs: Shapes) -> Case:
    x = draw(inputs)
    other = draw(st.sampled_from((x.channels, x.channels, *x.size[-1:])))
    second = Shape((*x.size[:-1], other), draw(st.sampled_from((x.channels, *x.size[-1:]))))
    turned = draw(perhaps(flags, "transpose_first")) | draw(perhaps(flags, "transpose_second"))
    return Case("matmul", (x, second if x.rank else x), turned)


PATTERNS = (
    *("c -> 1 c", "n c -> c n", "h w c -> (h w) c", "h w c -> 1 1 (h w c)", "1 c -> c"),
    *("(h p) w c -> h w (p c)", "h w (p c) -> (h p) w c", "(h p) (w q) c -> (h w) (p q c)"),
    *("a b c d -> b a d c", "(a b) c -> (b a) c", "h w c -> w h c"),
)


@st.composite
def rearrangements(draw: Draw, inputs: Shapes) -> Case:
    pattern = draw(st.sampled_from(PATTERNS))
    sizes = {name: draw(st.integers(1, 4)) for name in "pqahb" if name in pattern and draw(flags)}
    return Case("rearrange", (draw(inputs),), {"pattern": pattern, "sizes": sizes})


@st.composite
def evened(draw: Draw, inputs: Shapes) -> Shape:
    """Return a shape with mostly an even number of channels."""
    x = draw(inputs)
    return x if draw(wrong) else Shape(x.size, 2 * x.channels)


@st.composite
def slices(draw: Draw, inputs: Shapes) -> Case:
    x, start = draw(inputs), draw(st.integers(0, 4))
    return Case("slice", (x,), {"channels": [start, start + draw(st.integers(1, 4))]})


@st.composite
def reshapes(draw: Draw, inputs: Shapes) -> Case:
    x = draw(inputs)
    turned = [*x.extents[1:], x.extents[0]] if not draw(wrong) else [draw(extents), draw(extents)]
    return Case("reshape", (x,), {"to": "x".join(map(str, turned))})


@st.composite
def blocks(draw: Draw, kind: str, maps: Shapes) -> Case:
    x, block = draw(maps), draw(st.sampled_from((1, 2, 3)))
    if not draw(wrong) and kind == "space_to_depth":
        x = Shape(tuple(block * n for n in x.size), x.channels)
    elif not draw(wrong):
        x = Shape(x.size, x.channels * block**x.rank)
    return Case(kind, (x,), {"block": block})


@st.composite
def of(
    draw: Draw,
    kind: str,
    inputs: Shapes,
    make: Callable[[Draw, Shape], dict[str, Any]] = lambda _, __: {},
) -> Case:
    """Return a layer of a kind of one input, whose attributes are made for it."""
    x = draw(inputs)
    return Case(kind, (x,), make(draw, x))


def optional(**values: st.SearchStrategy[Any]) -> Callable[[Draw, Shape], dict[str, Any]]:
    """Return what draws each of these attributes, or leaves it out."""

    def make(draw: Draw, x: Shape) -> dict[str, Any]:
        del x
        found: dict[str, Any] = {}
        for name, strategy in values.items():
            found |= draw(perhaps(strategy, name))
        return found

    return make


def required(**values: st.SearchStrategy[Any]) -> Callable[[Draw, Shape], dict[str, Any]]:
    """Return what draws each of these attributes."""
    return lambda draw, _: {name: draw(strategy) for name, strategy in values.items()}


@st.composite
def recurrences(draw: Draw, kind: str) -> Case:
    x = draw(shapes(rank=2 if draw(wrong) else 1))
    attributes: dict[str, Any] = {"units": draw(counts)}
    if draw(flags):
        attributes["biases"] = draw(st.sampled_from((0, 1, 2)))
    attributes |= draw(perhaps(st.sampled_from(("sequence", "last")), "output"))
    attributes |= draw(perhaps(flags, "bidirectional"))
    attributes |= draw(perhaps(st.sampled_from((1, 1, 2, 3)), "layers"))
    if kind == "gru":
        attributes |= draw(perhaps(flags, "reset_after"))
    if kind == "rnn":
        attributes |= draw(perhaps(st.sampled_from(("tanh", "relu")), "activation"))
    return Case(kind, (x,), attributes)


@st.composite
def deformed(draw: Draw) -> Case:
    """Return images with offsets that mostly belong to them."""
    kernel, stride, padding, dilation = (draw(st.integers(a, 2)) for a in (1, 1, 0, 1))
    size = tuple(draw(st.integers(4, 9)) for _ in range(2))
    together, groups = (draw(st.sampled_from((1, 1, 2))) for _ in range(2))
    x = Shape(size, together * groups * draw(st.sampled_from((1, 2))))
    output = tuple((n + 2 * padding - dilation * (kernel - 1) - 1) // stride + 1 for n in size)
    if draw(wrong):
        output = size
    taps = kernel * kernel + draw(wrong)
    inputs = [x, Shape(output, 2 * together * taps)]
    if draw(flags):
        inputs.append(Shape(output, together * taps))
    attributes = {"filters": groups * draw(counts), "kernel": kernel}
    attributes |= {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups}
    return Case("deform_conv", tuple(inputs), attributes | draw(perhaps(flags, "bias")))


@st.composite
def unpools(draw: Draw, maps: Shapes) -> Case:
    x, kernel = draw(maps), draw(st.sampled_from((1, 2, 2, 3)))
    size = tuple(n // kernel + draw(wrong) for n in x.size)
    return Case("unpool", (Shape(size, x.channels), x), {"kernel": kernel})


affine = {"scale": flags, "center": flags, "epsilon": st.sampled_from((1e-5, 1e-3, 0.1))}
units = {"units": counts}


def layers(maps: Shapes, inputs: Shapes) -> dict[str, Cases]:
    """Return layers by kind: of those that need one on these maps, of others on these inputs."""
    return {
        **{
            kind: convolutions(kind, maps)
            for kind in ("conv", "depthwise", "separable", "table_conv", "local_conv")
        },
        "transposed_conv": transposed(maps),
        **{kind: pools(kind, maps) for kind in ("maxpool", "avgpool", "lppool", "subsample")},
        **{kind: of(kind, maps) for kind in ("global_maxpool", "global_avgpool")},
        **{kind: adaptive(kind, maps) for kind in ("adaptive_maxpool", "adaptive_avgpool")},
        "dense": of(
            "dense", inputs, lambda d, _: {"units": d(counts), **d(perhaps(flags, "bias"))}
        ),
        "maxout": of(
            "maxout",
            inputs,
            lambda d, x: {"units": d(counts), **optional(pieces=counts, bias=flags)(d, x)},
        ),
        "rbf": of("rbf", inputs, required(**units)),
        "batchnorm": of("batchnorm", inputs, optional(**affine)),
        "layernorm": of(
            "layernorm", inputs, optional(axes=st.sampled_from(("channels", "all")), **affine)
        ),
        "groupnorm": of(
            "groupnorm",
            inputs,
            lambda d, x: {"groups": d(st.sampled_from((1, 2, 3))), **optional(**affine)(d, x)},
        ),
        "instancenorm": of("instancenorm", maps, optional(**affine)),
        "lrn": of(
            "lrn",
            maps,
            optional(
                size=st.sampled_from((1, 2, 3, 4, 5, 7)),
                alpha=st.sampled_from((1e-4, 0.5)),
                beta=st.sampled_from((0.5, 0.75)),
                offset=st.sampled_from((1.0, 2.0)),
            ),
        ),
        **{
            kind: of(kind, inputs)
            for kind in (
                *("relu", "relu6", "sigmoid", "tanh", "softmax", "log_softmax", "selu", "silu"),
                *("hard_sigmoid", "hard_swish", "softplus", "mish", "identity", "flatten"),
                *("abs", "sqrt", "exp", "log"),
            )
        },
        "leaky_relu": of("leaky_relu", inputs, optional(slope=st.sampled_from((0.01, 0.3, 2.0)))),
        "elu": of("elu", inputs, optional(alpha=st.sampled_from((1.0, 0.5)))),
        "celu": of("celu", inputs, optional(alpha=st.sampled_from((1.0, 0.5, 2, 0)))),
        **{kind: of(kind, evened(inputs)) for kind in ("glu", "geglu", "swiglu")},
        "reduce": of(
            "reduce",
            inputs,
            lambda d, x: {"axes": d(along), **optional(method=methods, keep=flags)(d, x)},
        ),
        "rmsnorm": of(
            "rmsnorm",
            inputs,
            optional(
                axes=st.sampled_from(("channels", "all")),
                scale=flags,
                epsilon=st.sampled_from((1e-6, 0.5)),
            ),
        ),
        "grn": of("grn", maps, optional(epsilon=st.sampled_from((1e-6, 0.5)))),
        "hard_tanh": of("hard_tanh", inputs, optional(min=limits, max=limits)),
        "gelu": of("gelu", inputs, optional(approximate=flags)),
        "prelu": of("prelu", inputs, optional(shared=flags, per_position=flags)),
        "power": of("power", inputs, required(exponent=st.sampled_from((2, 3.0, -1, 0.5, 0)))),
        "clip": of("clip", inputs, optional(min=limits, max=limits)),
        "scale": of(
            "scale",
            inputs,
            required(factor=st.sampled_from((0.17, 2.0)), offset=st.sampled_from((0, 0.5))),
        ),
        "affine": of("affine", inputs, optional(scale=flags, center=flags, shared=flags)),
        "constant_map": of(
            "constant_map",
            inputs,
            optional(
                operation=st.sampled_from(("add", "multiply")),
                along=st.sampled_from(("all", "channels")),
                table=st.sampled_from((5, 1009)),
            ),
        ),
        "layer_scale": of(
            "layer_scale", inputs, optional(initial=st.sampled_from((1e-6, 1.0)), shared=flags)
        ),
        "dropout": of("dropout", inputs, optional(rate=rates, per_channel=flags)),
        "drop_path": of("drop_path", inputs, optional(rate=rates)),
        **{kind: joins(kind) for kind in JOINS},
        **{kind: joins(kind, most=2) for kind in PAIRS},
        "reshape": reshapes(inputs),
        **{
            kind: of(kind, maps, lambda d, x: {"padding": d(padding(x.rank))})
            for kind in ("zeropad", "circularpad", "reflectpad", "replicatepad")
        },
        "crop": of("crop", maps, lambda d, x: {"amount": d(padding(x.rank))}),
        "permute": permutations(maps),
        "slice": st.one_of(slices(inputs), stretches(inputs)),
        "gather": gathers(inputs),
        "rearrange": rearrangements(inputs),
        "attention": attentions(inputs),
        "einsum": einsums(inputs),
        "roll": of(
            "roll", maps, lambda d, x: {"amount": d(one_or_each(st.integers(-9, 9), x.rank))}
        ),
        "pad": of(
            "pad",
            maps,
            lambda d, x: {
                "padding": d(padding(x.rank)),
                **d(
                    st.one_of(
                        perhaps(st.sampled_from((0.0, 2.5)), "fill"),
                        perhaps(st.sampled_from(("constant", "reflect", "circular")), "mode"),
                        perhaps(st.sampled_from((1, [0, 2], [3, 1])), "channels"),
                    )
                ),
            },
        ),
        "matmul": matmuls(inputs),
        "class_token": of("class_token", inputs, optional(tokens=st.sampled_from((1, 2)))),
        "position_embedding": of(
            "position_embedding",
            inputs,
            optional(method=st.sampled_from(("learned", "sinusoidal"))),
        ),
        "pad_channels": of(
            "pad_channels", inputs, optional(before=st.integers(0, 4), after=st.integers(0, 4))
        ),
        "channel_shuffle": of(
            "channel_shuffle", inputs, required(groups=st.sampled_from((1, 2, 3)))
        ),
        **{kind: blocks(kind, maps) for kind in ("space_to_depth", "depth_to_space")},
        "shift": of(
            "shift", maps, lambda d, x: {"amount": d(one_or_each(st.integers(-3, 3), x.rank))}
        ),
        "resize": resizes(maps),
        "deform_conv": deformed(),
        "unpool": unpools(maps),
        **{kind: recurrences(kind) for kind in ("lstm", "gru", "rnn")},
        "embedding": of("embedding", inputs, required(words=st.just(7), size=counts)),
    }


LOOSE = layers(shapes(), anything)
"""By layer kind, layers that may be valid."""
