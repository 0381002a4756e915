"""Layer tables in the style of the lectures: what each of them shows, and how it writes it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from collections.abc import Set as AbstractSet
from math import prod
from typing import Any, NamedTuple

from cnnanalyze.analysis.result import Analysis, NodeFacts
from cnnanalyze.core.registry import nearest
from cnnanalyze.core.shape import Shape
from cnnanalyze.core.versions import VERSIONS
from cnnanalyze.errors import UsageError
from cnnanalyze.layers.attributes import per_axis
from cnnanalyze.layers.traits import Trait
from cnnanalyze.layers.window import stride_of
from cnnanalyze.report import document as document_model
from cnnanalyze.report.document import Block, Document, Paragraph, Tabular, lines
from cnnanalyze.report.numbers import exact
from cnnanalyze.report.table import Heading, Table, cells_of


class LectureRow(NamedTuple):
    """One row of a lecture's table: a layer, with what the lecture counts to it."""

    facts: NodeFacts
    merged: tuple[NodeFacts, ...]
    """Layers after it that have no row of their own."""

    @property
    def kind(self) -> str:
        """The kind of the layer."""
        return self.facts.node.kind

    @property
    def is_softmax(self) -> bool:
        """Whether the row is a dense layer that ends in softmax."""
        return self.is_any(_DENSE) and any(_is_softmax(f) for f in self.merged)

    def is_any(self, traits: AbstractSet[Trait]) -> bool:
        """Whether the layer has any of these traits."""
        return self.facts.node.layer.is_any(traits)

    @property
    def input(self) -> Shape:
        """The shape of the (first) input."""
        return self.facts.node.input_shapes[0]


_DENSE = frozenset({Trait.DENSE})
_ACTIVATIONS = frozenset({Trait.ACTIVATION, Trait.SOFTMAX})
_SILENT = frozenset({Trait.IDENTITY_AT_INFERENCE})
_FLATTENING = frozenset({Trait.FLATTENING})
_POOLS = frozenset({Trait.POOLING})


def _is_any(facts: NodeFacts, traits: AbstractSet[Trait]) -> bool:
    return facts.node.layer.is_any(traits)


def _is_softmax(facts: NodeFacts) -> bool:
    """Whether a layer makes probabilities of the scores of all classes."""
    return facts.node.layer.traits >= {Trait.SOFTMAX, Trait.PROBABILITIES}


def _lines(analysis: Analysis, hidden: Callable[[NodeFacts], bool]) -> list[LectureRow]:
    """Return the rows: every layer that is not hidden, with the hidden ones behind it."""
    found: list[tuple[NodeFacts, list[NodeFacts]]] = []
    for facts in analysis:
        if found and hidden(facts):
            found[-1][1].append(facts)
        else:
            found.append((facts, []))
    return [LectureRow(facts, tuple(merged)) for facts, merged in found]


def _follows_weights(analysis: Analysis, facts: NodeFacts) -> bool:
    """Whether a layer stands directly behind a dense layer or a convolution."""
    source = facts.node.inputs[0]
    if source in analysis.network.inputs:
        return False
    layer = analysis.network[source].layer
    weighted = layer.is_any({Trait.FULL_DEPTH, Trait.DEPTHWISE, Trait.SEPARABLE})
    return weighted and Trait.TRANSPOSED_CONVOLUTION not in layer.traits


def _given(analysis: Analysis) -> list[tuple[str, Shape]]:
    """Return the shape of each input, and of several what is said behind the word: a name."""
    inputs = analysis.network.inputs
    several = len(inputs) > 1
    return [(f" {name}" if several else "", given.shape) for name, given in inputs.items()]


def _times(extents: tuple[int, ...], sign: str) -> str:
    return sign.join(map(str, extents))


def _kernel(line: LectureRow) -> tuple[int, ...]:
    kernel = line.facts.node.attributes.get("kernel")
    return () if kernel is None else per_axis(kernel, line.input.rank, "kernel")


def _one_or_all(extents: tuple[int, ...]) -> str:
    return str(extents[0]) if len(set(extents)) == 1 else _times(extents, "x")


def _stride(line: LectureRow) -> tuple[int, ...]:
    stride = stride_of({"stride": 1, **line.facts.node.attributes})
    return per_axis(stride, max(line.input.rank, 1), "stride")


_SHORT = {
    "conv": "CONV",
    "depthwise": "CONV-DW",
    "separable": "CONV-SEP",
    "dense": "FC",
    "maxpool": "POOL",
    "avgpool": "POOL",
    "batchnorm": "BN",
    "global_avgpool": "GAP",
}
_WITH_INDEX = frozenset({Trait.CONVOLUTION, Trait.DENSE})


def _numbered(lines: list[LectureRow]) -> Iterator[tuple[int, LectureRow]]:
    """Number the rows as the courses do: only layers with weights raise the index."""
    index = 0
    for line in lines:
        index += line.is_any(_WITH_INDEX)
        yield max(index, 1), line


def _ng(analysis: Analysis) -> Table:
    lines = _lines(
        analysis,
        lambda f: _is_any(f, _ACTIVATIONS | _SILENT | _FLATTENING) and not f.stored,
    )
    rows = [
        cells_of(f"Input{name}:", _tuple(shape), shape.count, 0) for name, shape in _given(analysis)
    ]
    for index, line in _numbered(lines):
        facts = line.facts
        label = f"{_SHORT.get(line.kind, line.kind.upper())}{index}"
        if line.is_softmax:
            label = "Softmax"
        elif (kernel := _kernel(line)) and not line.is_any(_POOLS):
            words = f"f={_one_or_all(kernel)}, s={_one_or_all(_stride(line))}"
            padding = {n for f in facts.fit for n in (f.before, f.after)} - {0}
            padded = f", p={max(padding)}" if len(padding) == 1 else ""
            label += f" ({words}{padded})"
        rows.append(cells_of(label, _tuple(facts.output), facts.activations, facts.parameters))
    heads = _heads("", "Activation shape", "Activation Size", "# parameters")
    return Table(heads, tuple(rows), cells_of("total", "", "", analysis.total.parameters))


def _tuple(shape: Shape) -> str:
    return f"({','.join(map(str, shape.extents))}{',1' if shape.is_vector else ''})"


def _heads(*titles: str, left: int = 2) -> tuple[Heading, ...]:
    """Return headings; the first few columns hold words, the others numbers."""
    return tuple(
        Heading(title.lower() or "layer", title, "left" if i < left else "right")
        for i, title in enumerate(titles)
    )


_VNIT = {
    "conv": "Conv Layer",
    "depthwise": "Depthwise Layer",
    "dense": "FC Layer",
    "maxpool": "Maxpool",
    "avgpool": "Avgpool",
    "relu": "ReLU",
    "batchnorm": "Batch Norm",
}


def _vnit(analysis: Analysis) -> Table:
    lines = _lines(
        analysis,
        lambda f: (
            _is_any(f, _SILENT | _FLATTENING) or (_is_softmax(f) and _follows_weights(analysis, f))
        ),
    )
    rows = [
        cells_of(n, f"Input{name}", "-", "-", _times(x.extents, "*"), x.count, "", "", "")
        for n, (name, x) in enumerate(_given(analysis), start=1)
    ]
    for number, (index, line) in enumerate(_numbered(lines), start=len(rows) + 1):
        facts = line.facts
        name = "Softmax Output"
        if not line.is_softmax:
            name = f"{_VNIT.get(line.kind, line.kind.replace('_', ' ').capitalize())} {index}"
        held = (facts.weights, facts.biases, facts.parameters) if facts.params else ("", "", "")
        given = _times(line.input.extents, "*")
        if line.is_any(_DENSE) and line.input.rank:
            given += f" = {line.input.count}"
        rows.append(
            cells_of(
                number,
                name,
                given,
                _filter(line),
                _times(facts.output.extents, "*"),
                facts.activations,
                *held,
            )
        )
    heads = _heads(
        "No",
        "Layer Type",
        "Input data dim.",
        "Filter dim. (if any)",
        "Output data dim.",
        "Activation size",
        "Weights",
        "Biases",
        "No. of learnable parameters",
        left=5,
    )
    foot = ("", "Total Learnable Parameters", "", "", "", "", "", "", analysis.total.parameters)
    return Table(heads, tuple(rows), cells_of(*foot))


def _filter(line: LectureRow) -> str:
    kernel = _kernel(line)
    if not kernel:
        return "-"
    values = line.facts.node.attributes
    if (filters := values.get("filters")) is not None:
        deep = line.input.channels // values.get("groups", 1)
        return f"{filters} filters * {_times((*kernel, deep), '*')}"
    return _times((*kernel, line.input.channels), "*")


_KERAS = {
    "conv": "Conv{}D",
    "depthwise": "DepthwiseConv{}D",
    "separable": "SeparableConv{}D",
    "transposed_conv": "Conv{}DTranspose",
    "local_conv": "LocallyConnected{}D",
    "maxpool": "MaxPooling{}D",
    "avgpool": "AveragePooling{}D",
    "global_avgpool": "GlobalAveragePooling{}D",
    "global_maxpool": "GlobalMaxPooling{}D",
    "zeropad": "ZeroPadding{}D",
    "crop": "Cropping{}D",
    "resize": "UpSampling{}D",
    "batchnorm": "BatchNormalization",
    "layernorm": "LayerNormalization",
    "groupnorm": "GroupNormalization",
    "dense": "Dense",
    "flatten": "Flatten",
    "dropout": "Dropout",
    "reshape": "Reshape",
    "permute": "Permute",
    "add": "Add",
    "multiply": "Multiply",
    "maximum": "Maximum",
    "minimum": "Minimum",
    "subtract": "Subtract",
    "average": "Average",
    "concat": "Concatenate",
    "leaky_relu": "LeakyReLU",
    "prelu": "PReLU",
}


def _keras(analysis: Analysis) -> Table:
    lines = _lines(
        analysis,
        lambda f: (
            _is_any(f, _ACTIVATIONS)
            and f.node.kind not in _KERAS  # which are layers of their own there
            and _follows_weights(analysis, f)
        ),
    )
    rows = [
        cells_of(f"{name} (InputLayer)", _batched(given.shape), 0)
        for name, given in analysis.network.inputs.items()
    ]
    for line in lines:
        name = _KERAS.get(line.kind, "Activation" if line.is_any(_ACTIVATIONS) else line.kind)
        shape = line.facts.output
        if line.is_any({Trait.GLOBAL_POOLING}):
            shape = Shape((), shape.channels)
        label = f"{line.facts.node.id} ({name.format(line.input.rank)})"
        rows.append(cells_of(label, _batched(shape), line.facts.stored))
    heads = _heads("Layer (type)", "Output Shape", "Param #")
    return Table(heads, tuple(rows), cells_of("Total params", "", analysis.total.stored))


def _batched(shape: Shape) -> str:
    return f"(None, {', '.join(map(str, shape.extents))})"


_MOBILENET = {
    "conv": "Conv",
    "depthwise": "Conv dw",
    "dense": "FC",
    "avgpool": "Avg Pool",
    "global_avgpool": "Avg Pool",
    "maxpool": "Max Pool",
    "softmax": "Softmax",
}


def _mobilenet(analysis: Analysis) -> Table:
    traits = {
        Trait.ACTIVATION,
        Trait.LOG_PROBABILITIES,
        Trait.BATCH_STATISTICS,
        *_SILENT,
        *_FLATTENING,
    }
    found = []
    for line in _lines(analysis, lambda f: _is_any(f, traits)):
        if line.is_any(traits):
            continue
        stride = _one_or_all(_stride(line))
        kind = _MOBILENET.get(line.kind, line.kind.replace("_", " ").capitalize())
        found.append((f"{kind} / s{stride}", _volume(line), str(line.input)))
    rows = [
        cells_of(f"{times}×" if times > 1 else "", *cells)
        for times, block in _repeated(found)
        for cells in block
    ]
    return Table(_heads("×", "Type / Stride", "Filter Shape", "Input Size", left=4), tuple(rows))


def _volume(line: LectureRow) -> str:
    kernel, x = _kernel(line), line.input
    if line.is_any({Trait.DEPTHWISE}):
        return f"{_times((*kernel, x.channels), 'x')} dw"
    if line.is_any(_DENSE):
        return f"{x.count}x{line.facts.output.channels}"
    if _is_softmax(line.facts):
        return "Classifier"
    if line.is_any({Trait.GLOBAL_POOLING}):
        return f"Pool {_times(x.size, 'x')}"
    if line.is_any(_POOLS):
        return f"Pool {_times(kernel, 'x')}"
    node = line.facts.node  # whose weights may be those of another
    held = next((p.shape for p in node.layer.params(*node.input_shapes)), ())
    return _times(held, "x") if prod(held) > 1 else "-"


Cells = tuple[str, str, str]


def _repeated(rows: list[Cells]) -> Iterator[tuple[int, list[Cells]]]:
    """Put equal blocks of one or two rows that follow each other together."""
    at = 0
    while at < len(rows):
        best, size = 1, 1
        for length in (2, 1):
            block, times = rows[at : at + length], 1
            while rows[at + times * length : at + (times + 1) * length] == block:
                times += 1
            if len(block) == length and times > best:
                best, size = times, length
                break
        yield best, rows[at : at + size]
        at += best * size


STYLES: dict[str, Callable[[Analysis], Table]] = {
    "ng": _ng,
    "vnit": _vnit,
    "keras": _keras,
    "mobilenet": _mobilenet,
}
"""The tables by the name of their style."""


def lecture_table(analysis: Analysis, style: str) -> Table:
    """Return the layer table of a network as a lecture would draw it.

    Raises
    ------
    UsageError
        If there is no such style.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> table = lecture_table(cnn.analyze("zoo:lecture_000_lenet").analysis, "ng")
    >>> [cell.text for cell in table.rows[1]]
    ['CONV1 (f=5, s=1)', '(28,28,8)', '6,272', '608']
    """
    if style not in STYLES:
        raise UsageError(
            f"there is no table '{style}'{nearest(style, list(STYLES))}",
            help=f"the tables are {', '.join(STYLES)}",
        )
    return STYLES[style](analysis)


def document(analysis: Analysis, style: str) -> Document:
    """Return the layer table of a network, as a lecture would draw it, as a document."""
    table = lecture_table(analysis, style)
    blocks: list[Block] = [document_model.Heading(analysis.network.name), Tabular(table)]
    if style == "keras":
        total = analysis.total
        blocks.append(
            Paragraph(
                lines(
                    f"Trainable params: {exact(total.trainable)}",
                    f"Non-trainable params: {exact(total.non_trainable)}",
                )
            )
        )
    return Document(analysis.network.name, tuple(blocks), lambda: to_dict(table, style))


def to_dict(table: Table, style: str) -> dict[str, Any]:
    """Return a layer table as plain data."""
    return {
        "schema": VERSIONS["lecture_table"],
        "table": style,
        "columns": [heading.title for heading in table.headings],
        "rows": [[cell.value for cell in row] for row in table.rows],
        "total": [cell.value for cell in table.foot],
    }
