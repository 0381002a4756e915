"""The closing lines of a report: the totals in words, each count with its convention."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from cnnanalyze.analysis.depth import last_spatial
from cnnanalyze.analysis.field_text import BESIDE, brief, mark, together
from cnnanalyze.analysis.quantities import lacking, measure
from cnnanalyze.analysis.result import Analysis, NodeFacts
from cnnanalyze.analysis.seen_input import SeenInput, seen_inputs
from cnnanalyze.analysis.statistics import is_beside, sees_beside, through
from cnnanalyze.core.conventions import convention as find_convention
from cnnanalyze.core.quantities import QUANTITIES, Quantity, counted_under
from cnnanalyze.core.spelling import count_of
from cnnanalyze.graph.network import inputs_of
from cnnanalyze.language.inputs import channels_first_inputs, explain_channels_first
from cnnanalyze.language.spec import spec_of
from cnnanalyze.report.numbers import exact, readable, size
from cnnanalyze.report.receptive_field_text import NOTE
from cnnanalyze.report.view import View

if TYPE_CHECKING:
    from cnnanalyze.graph.training import Training

Line = tuple[str, str]
"""A label and a sentence."""


def heading(view: View) -> str:
    """Return what is analysed: the name, the input, the settings.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> from cnnanalyze.report.view import view
    >>> net = cnn.loads("{cnn: 1, name: tiny, input: 5x7x1, layers: [relu]}")
    >>> heading(view(cnn.analyze(net).analysis))
    'tiny · input 5x7x1 · 1 layer'
    """
    network = view.analysis.network
    parts = [
        network.name,
        inputs_of(network, view.options.shape),
        count_of(len(network), "layer"),
        *(f"{name}={value}" for name, value in spec_of(network).settings),
    ]
    if view.options.layout != "hwc":
        parts.append("channels first")
    return " · ".join(parts)


def closing(view: View) -> tuple[Line, ...]:
    """Return the totals in words."""
    return tuple(_lines(view))


def _lines(view: View) -> Iterator[Line]:
    analysis, options, total = view.analysis, view.options, view.total
    yield "parameters", _parameters(view)
    for count in counts(options.convention):
        terms = options.terms
        number = readable(measure(count, total, terms, least=True) or 0)
        least = "at least " if lacking(count, total, terms) else ""
        how = find_convention(count.under(terms)).description
        yield count.title, f"{least}{number} ({how})"
    held, live = (measure(QUANTITIES[key], total, options.terms) or 0 for key in MEMORY)
    yield (
        "memory",
        (
            f"weights {size(held)}, activations at most {size(live)} at {analysis.memory.peak_at} "
            f"({options.dtype}, batch {options.batch})"
        ),
    )
    for n, field in enumerate(receptive_fields(analysis)):
        yield "" if n else "field", field
    if (document := spec_of(analysis.network).document) is not None:
        shapes = {name: given.shape for name, given in analysis.network.inputs.items()}
        for one in channels_first_inputs(document, shapes):
            read = explain_channels_first(one.shape)
            yield one.name, f"{read}; if its channels came first, it is {one.meant}"
    if any(sees_beside(row.last) for row in view.rows):
        yield BESIDE, NOTE
    if (training := spec_of(analysis.network).training) is not None:
        yield from _training(view, training)
    yield "status", _status(analysis.notes_under(options.convention))


MEMORY = ("weight_memory", "peak_memory")


def counts(convention: str) -> tuple[Quantity, ...]:
    """Return the counts of operations that are always shown, and the chosen one.

    Examples
    --------
    >>> [count.title for count in counts("torchinfo")]
    ['MACs', 'FLOPs', 'torchinfo']
    """
    return tuple(dict.fromkeys(map(counted_under, ("mac", "flop", convention))))


def _parameters(view: View) -> str:
    total = view.total
    text = readable(total.parameters)
    frozen = total.parameters - total.trainable
    constant = total.statistics
    parts = []
    if frozen:
        parts.append(f"{exact(total.trainable)} trainable, {exact(frozen)} frozen")
    if constant:
        parts.append(f"stored beside them: {exact(constant)} statistics and constants")
    return f"{text} ({'; '.join(parts)})" if parts else text


def receptive_fields(analysis: Analysis) -> tuple[str, ...]:
    """Return, for each input, the receptive field in it of the last spatial layer against it.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> net = cnn.loads(
    ...     "{cnn: 1, inputs: {left: 9x9x1, right: 7x7x1}, layers: ["
    ...     "{maxpool: 3, from: left}, {conv: {filters: 1, kernel: 5}, from: right}, "
    ...     "{add: [maxpool1, conv1]}]}"
    ... )
    >>> for sentence in receptive_fields(cnn.analyze(net).analysis):
    ...     print(sentence)
    3x3 of left at add1; left is 9x9: does not cover it
    5x5 of right at add1; right is 7x7: does not cover it
    """
    found = (_receptive_field(image, last_spatial(image)) for image in seen_inputs(analysis))
    return tuple(said for said in found if said is not None)


def _receptive_field(image: SeenInput, facts: NodeFacts | None) -> str | None:
    """Return the receptive field of a layer in an input against the input."""
    if facts is None or not facts.fields:
        return None
    sizes = [f.local.size for f in facts.fields]
    extents = image.shape.size
    covers = all(s >= n for s, n in zip(sizes, extents, strict=True))
    source = through(image, facts)
    if not source:
        verdict = "covers it" if covers else "does not cover it"
        if beyond := _seeing_all(image):
            verdict += f"; from {beyond} on units see all of it"
    elif covers:
        verdict = f"covers it; all of it is seen through {source}, too"
    else:
        verdict = f"does not cover it by itself, but all of it is seen through {source}"
    seen = mark([str(s) for s in sizes], [is_beside(f) for f in facts.fields], short=False)
    where = f"{seen}{image.label} at {facts.node.id}"
    return f"{where}; {image.noun} is {'x'.join(map(str, extents))}: {verdict}"


def _seeing_all(image: SeenInput) -> str:
    """Return the first layer whose units see everything and are more than one, if there is one."""
    return next(
        (
            facts.node.id
            for facts in image
            if facts.output.positions > 1
            and facts.fields
            and not any(f.local.advance for f in facts.fields)
        ),
        "",
    )


def field_size(analysis: Analysis) -> str:
    """Return the size of the receptive field of the last spatial layer, of each input, in short.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> net = cnn.loads(
    ...     "{cnn: 1, inputs: {left: 9x9x1, age: 7}, layers: ["
    ...     "{maxpool: 3, from: left}, gap, flatten, {concat: [flatten1, age]}]}"
    ... )
    >>> field_size(cnn.analyze(net).analysis)
    '3'
    """
    return together([(image.name, _field_size(image)) for image in seen_inputs(analysis)])


def _field_size(image: SeenInput) -> str:
    facts = last_spatial(image)
    if facts is None or facts.fields is None:
        return "?" if image.shape.rank else ""
    return brief(facts.fields)


def _training(view: View, training: Training) -> Iterator[Line]:
    from cnnanalyze.analysis.training import plan_of  # noqa: PLC0415 - few specs say how they train

    plan = plan_of(view.analysis, training)
    yield (
        "training",
        (
            f"{exact(plan.samples)} examples in batches of {exact(training.batch)}: "
            f"{count_of(plan.iterations_per_epoch, 'iteration')} per epoch, "
            f"{count_of(plan.updates, 'update')} in {count_of(training.epochs, 'epoch')}; "
            f"{readable(plan.forward_macs)} MACs forward, about twice as many backward"
        ),
    )
    yield (
        "",
        (
            f"about {size(view.bytes(plan.numbers_kept))} for weights, gradients, the state of "
            f"{training.optimizer} and the activations of a batch; left out: workspace, "
            "fragmentation, copies for mixed precision"
        ),
    )


def _status(notes: tuple[str, ...]) -> str:
    if not notes:
        return "complete, every layer is counted"
    shown = "; ".join(notes[:MOST_NOTES])
    more = len(notes) - MOST_NOTES
    return f"partial: {shown}" + (f"; and {more} more" if more > 0 else "")


MOST_NOTES = 5
