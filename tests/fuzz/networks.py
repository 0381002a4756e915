"""Valid networks by lot: every kind and rank, several inputs, branches, shared weights, blocks.

What a layer is given is drawn by its own strategy in ``tests.strategies``; in front of it the map
is brought into that shape, whatever it was, so that any kind can follow any other.
"""

from __future__ import annotations

import json
from typing import Any

import yaml
from hypothesis import strategies as st

from cnnanalyze.core.shape import Shape
from cnnanalyze.layers.base import KINDS, Layer
from tests.strategies import STRATEGIES
from tests.strategies.case import CHANNELS, Case

Steps = list[Any]
"""A list of layers, as YAML reads it."""

LARGEST = 1_500
"""The most elements of a map: what is larger is computed no otherwise, only for longer."""
DEEPEST = 2
"""How many blocks stand in each other."""
START = (Shape((7, 5), 3), Shape((11,), 2), Shape((3, 5, 2), 2), Shape((), 13), Shape((5, 11), 1))

SINGLE = tuple(kind for kind in sorted(STRATEGIES) if KINDS.get(kind).arity == (1, 1))  # type: ignore[union-attr]
JOINING = tuple(kind for kind in sorted(STRATEGIES) if kind not in SINGLE)


def layer_of(case: Case) -> Layer:
    """Return the layer of a case."""
    cls = KINDS.get(case.kind)
    assert cls is not None
    return cls(**case.attributes)


def output_of(case: Case) -> Shape:
    """Return the shape that comes out of a case."""
    return layer_of(case).shape(*case.inputs)


class Builder:
    """Writes the steps of one network, and remembers its blocks, parameters and names."""

    def __init__(self, draw: st.DrawFn) -> None:
        self.draw = draw
        self.blocks: dict[str, Any] = {}
        self.params: dict[str, Any] = {}
        self.names = 0

    def name(self, stem: str) -> str:
        """Return a new name."""
        self.names += 1
        return f"{stem}_{self.names}"

    def flag(self) -> bool:
        """Return yes or no."""
        return self.draw(st.booleans())

    def one_of(self, *values: Any) -> Any:
        """Return one of some values."""
        return self.draw(st.sampled_from(values))

    # --- single layers ----------------------------------------------------------------------------

    def case(self, kinds: tuple[str, ...], rank: int) -> Case:
        """Return a layer of some kind that is no larger than need be, rather of this rank."""
        kind, case = self.one_of(*kinds), Case("identity", (Shape((), 3),))
        for _ in range(4):
            case = self.draw(STRATEGIES[kind])
            is_small = max(s.count for s in (*case.inputs, output_of(case))) <= LARGEST
            if is_small and (case.inputs[0].rank == rank or self.flag()):
                return case
        return (
            Case("add", (Shape((), 3),) * 2) if kind in JOINING else Case("identity", case.inputs)
        )

    def fit(self, given: Shape, wanted: Shape) -> Steps:
        """Return steps that bring a map into a shape."""
        if given == wanted:
            return []
        if given.rank == wanted.rank and given.rank:
            return [*self._resize(given, wanted), *self._channels(given, wanted)]
        if given.count == wanted.count:
            return [{"reshape": str(wanted)}]
        steps: Steps = ["gap"] if given.rank and (wanted.rank or self.flag()) else []
        steps.append({"dense": {"units": wanted.channels, "bias": self.flag()}})
        if wanted.rank:
            point = Shape((1,) * wanted.rank, wanted.channels)
            steps += [{"reshape": str(point)}, *self._resize(point, wanted)]
        return steps

    def _resize(self, given: Shape, wanted: Shape) -> Steps:
        if given.size == wanted.size:
            return []
        kind = self.one_of("resize", "adaptive_avgpool", "adaptive_maxpool")
        return [{kind: {"size": list(wanted.size)}}]

    def _channels(self, given: Shape, wanted: Shape) -> Steps:
        more = wanted.channels - given.channels
        if not more:
            return []
        if self.flag():
            return [{"conv": {"filters": wanted.channels, "kernel": 1, "bias": self.flag()}}]
        if more > 0:
            return [{"pad_channels": {"before": 0, "after": more}}]
        return [{"slice": {"channels": [0, wanted.channels]}}]

    def attributes(self, case: Case) -> dict[str, Any] | None:
        """Return the attributes of a layer, some numbers as parameters of the network."""
        written = dict(case.attributes)
        for name, value in written.items():
            if type(value) is int and not self.draw(st.integers(0, 5)):
                parameter = self.name("p")
                self.params[parameter] = value
                written[name] = self.one_of(f"${parameter}", f"${parameter} + 0")
            elif isinstance(value, tuple):
                written[name] = list(value)
        return written or None

    def layer(self, kind: str, shape: Shape) -> tuple[Steps, Shape]:
        """Return one layer of this kind."""
        found = self.join if kind in JOINING else self.single
        return found(shape, (kind,))

    def single(self, shape: Shape, kinds: tuple[str, ...] = SINGLE) -> tuple[Steps, Shape]:
        """Return one layer of some kind, perhaps used twice."""
        case = self.case(kinds, shape.rank)
        output = output_of(case)
        written, name = self.attributes(case), self.name("n")
        step: dict[str, Any] = {case.kind: written}
        steps = [*self.fit(shape, case.inputs[0]), step]
        if output == case.inputs[0] and self.flag():
            step["repeat"] = self.one_of(1, 2)
        elif layer_of(case).params(*case.inputs) and self.flag():
            step["as"] = name
            again = {case.kind: written, "share": name, "frozen": self.flag()}
            steps += [*self.fit(output, case.inputs[0]), again]
        elif self.flag():
            step["as"] = name
        return steps, output

    # --- branches ---------------------------------------------------------------------------------

    def join(self, shape: Shape, kinds: tuple[str, ...] = JOINING) -> tuple[Steps, Shape]:
        """Return a join, of branches or of steps with names."""
        case = self.case(kinds, shape.rank)
        ends = []
        for wanted in case.inputs:
            steps, given = self.single(shape) if self.flag() else ([], shape)
            ends.append([*steps, *self.fit(given, wanted)])
        if not case.attributes and self.flag():
            return [{case.kind: ends}], output_of(case)
        begin = self.name("begin")
        steps = [{"identity": None, "as": begin}]
        names = []
        for branch in ends:
            names.append(self.name("end"))
            # Whatever the branch is, its first step reads what all of them read.
            steps += [
                {"identity": None, "from": begin},
                *branch,
                {"identity": None, "as": names[-1]},
            ]
        return [*steps, {case.kind: case.attributes or None, "from": names}], output_of(case)

    def merge(self, inputs: dict[str, Shape]) -> tuple[Steps, Shape]:
        """Return what leads all inputs to one map: each is read, by a layer or as it is."""
        wanted, steps, names = self.one_of(*inputs.values()), [], []
        for name, shape in inputs.items():
            branch, given = self.single(shape) if self.flag() else ([], shape)
            names.append(self.name("end"))
            steps += [
                {"identity": None, "from": name},
                *branch,
                *self.fit(given, wanted),
                {"identity": None, "as": names[-1]},
            ]
        return [*steps, {self.one_of("add", "maximum"): None, "from": names}], wanted

    # --- blocks and tables ------------------------------------------------------------------------

    def block(self, shape: Shape, depth: int) -> tuple[Steps, Shape]:
        """Return a call of a new block, perhaps two."""
        inner, output = self.steps(shape, depth + 1)
        name = self.name("b")
        described = {"layers": inner, "params": {"unused": 3}} if self.flag() else inner
        self.blocks[name] = described
        steps: Steps = [self.one_of(name, {name: None})]
        if self.flag():
            steps += [*self.fit(output, shape), {name: None, "as": self.name("call")}]
        return steps, output

    def table(self, shape: Shape) -> tuple[Steps, Shape]:
        """Return a table whose rows are convolutions."""
        rows = self.draw(st.lists(st.sampled_from(CHANNELS), min_size=1, max_size=2))
        if not shape.rank:
            step: dict[str, Any] = {"dense": "$f"}
        else:
            step = {"conv": {"filters": "$f", "kernel": 1}}
        step["when"] = self.one_of(True, "$f > 0")
        do = [step, *self.one_of([], ["relu"], [{"tanh": None, "as": "last"}])]
        table = {"for": {"f": rows}, "as": self.name("rows"), "do": do}
        return [table], Shape(shape.size, rows[-1])

    def steps(self, shape: Shape, depth: int = 0) -> tuple[Steps, Shape]:
        """Return some steps, and what comes out of them."""
        steps: Steps = []
        for _ in range(self.draw(st.integers(1, 3 - depth))):
            match self.one_of("single", "single", "single", "join", "block", "table"):
                case "join":
                    more, shape = self.join(shape)
                case "block" if depth < DEEPEST:
                    more, shape = self.block(shape, depth)
                case "table":
                    more, shape = self.table(shape)
                case _:
                    more, shape = self.single(shape)
            steps += more
        return steps, shape


@st.composite
def documents(draw: st.DrawFn, kind: str | None = None) -> dict[str, Any]:
    """Return a valid spec as plain data, with a layer of a kind if it is given."""
    builder = Builder(draw)
    document: dict[str, Any] = {"cnn": 1}
    if draw(st.integers(0, 3)):
        start = draw(st.sampled_from(START))
        document["input"] = str(start)
        before: Steps = []
    else:
        count = draw(st.sampled_from((2, 3)))
        starts = draw(st.lists(st.sampled_from(START), min_size=count, max_size=count))
        inputs = dict(zip(("left", "right", "aside"), starts, strict=False))
        document["inputs"] = {name: str(shape) for name, shape in inputs.items()}
        before, start = builder.merge(inputs)
    asked, output = builder.layer(kind, start) if kind else ([], start)
    layers, output = builder.steps(output)
    document["layers"] = [*before, *asked, *layers, {"identity": None, "as": "end"}]
    if builder.params:
        document["params"] = builder.params
    if builder.blocks:
        document["blocks"] = builder.blocks
    if draw(st.booleans()):
        document |= draw(headers(output))
    return document


@st.composite
def headers(draw: st.DrawFn, output: Shape) -> dict[str, Any]:
    """Return the sections of a spec that are not its layers."""
    whole = {
        "name": st.sampled_from(("net", "a b", "漢字")),
        "year": st.integers(1980, 2040),
        "outputs": st.sampled_from(("end", ["end"])),
        "defaults": st.sampled_from(({}, {"leaky_relu": {"slope": 0.25}})),
        "expect": st.just(
            [
                {
                    "source": "us",
                    "total": {"parameters": "12T"},
                    "verdict": "wrong",
                    "reason": "so",
                },
                {"source": "rule", "layers": {"end": {"output": str(output)}}},
            ]
        ),
        "train": st.sampled_from(
            ({"samples": 1_000}, {"samples": 70, "batch": 7, "optimizer": "adam", "epochs": 2})
        ),
        "budgets": st.sampled_from(
            (
                {"macs": "10M"},
                {"parameters": {"at_least": 0, "at_most": "1G"}, "depth": 90},
                {"layers": {"**": {"macs": 10**9}}},
            )
        ),
        "lint": st.sampled_from(({"profile": "strict"}, {"ignore": ["CV"], "target": None})),
    }
    kept = draw(st.lists(st.sampled_from(sorted(whole)), unique=True, max_size=4))
    return {name: draw(whole[name]) for name in kept}


@st.composite
def texts(draw: st.DrawFn, kind: str | None = None) -> str:
    """Return a valid spec, as YAML in one style or another, or as JSON."""
    document = draw(documents(kind))
    match draw(st.sampled_from(("block", "flow", "json"))):
        case "json":
            return json.dumps(document)
        case style:
            return yaml.safe_dump(
                document, sort_keys=False, allow_unicode=True, default_flow_style=style == "flow"
            )
