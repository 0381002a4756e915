"""The closing lines of a report: the totals in words, each count with its convention."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from cnnanalyze.analysis.depth import last_spatial
from cnnanalyze.analysis.quantities import lacking, measure
from cnnanalyze.analysis.result import Analysis
from cnnanalyze.analysis.statistics import is_beside, sees_beside, through
from cnnanalyze.core.conventions import convention as find_convention
from cnnanalyze.core.quantities import QUANTITIES, Quantity, counted_under
from cnnanalyze.language.inputs import explain_turned, turned
from cnnanalyze.language.spec import spec_of
from cnnanalyze.report.numbers import count_of, exact, readable, size
from cnnanalyze.report.receptive_field_text import BESIDE, NOTE, brief, mark
from cnnanalyze.report.view import View

if TYPE_CHECKING:
    from cnnanalyze.core.shape import Shape
    from cnnanalyze.graph.network import Network
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


def inputs_of(network: Network, said: Callable[[Shape], str]) -> str:
    """Return the inputs of a network for a heading.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> b = cnn.NetworkBuilder()
    >>> x = b.add(b.input(5, 7, 1, name="left"), b.input(5, 7, 1, name="right"))
    >>> inputs_of(b.build(outputs=x), str)
    'inputs left 5x7x1, right 5x7x1'
    """
    return f"input{'s' if len(network.inputs) > 1 else ''} {shapes_in(network, said)}"


def shapes_in(network: Network, said: Callable[[Shape], str]) -> str:
    """Return the shape of the only input, or the shapes of several with their names."""
    if len(network.inputs) == 1:
        return said(network.input)
    return ", ".join(f"{name} {said(given.shape)}" for name, given in network.inputs.items())


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
    if (field := receptive_field(analysis)) is not None:
        yield "field", field
    document, inputs = spec_of(analysis.network).document, [*analysis.network.inputs.values()]
    if document and len(inputs) == 1 and (meant := turned(document, inputs[0].shape)) is not None:
        read = explain_turned(inputs[0].shape)
        yield "input", f"{read}; if its channels came first, it is {meant}"
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


def receptive_field(analysis: Analysis) -> str | None:
    """Return the receptive field of the last spatial layer against the input."""
    facts = last_spatial(analysis) if len(analysis.network.inputs) == 1 else None
    if facts is None or facts.fields is None:
        return None
    sizes = [f.local.size for f in facts.fields]
    extents = analysis.network.input.size
    covers = all(s >= n for s, n in zip(sizes, extents, strict=True))
    source = through(analysis, facts)
    if not source:
        verdict = "covers it" if covers else "does not cover it"
        if beyond := _seeing_all(analysis):
            verdict += f"; from {beyond} on units see all of it"
    elif covers:
        verdict = f"covers it; all of it is seen through {source}, too"
    else:
        verdict = f"does not cover it by itself, but all of it is seen through {source}"
    seen = mark([str(s) for s in sizes], [is_beside(f) for f in facts.fields], short=False)
    return f"{seen} at {facts.node.id}; the input is {'x'.join(map(str, extents))}: {verdict}"


def _seeing_all(analysis: Analysis) -> str:
    """Return the first layer whose units see everything and are more than one, if there is one."""
    return next(
        (
            facts.node.id
            for facts in analysis
            if facts.output.positions > 1
            and facts.fields
            and not any(f.local.advance for f in facts.fields)
        ),
        "",
    )


def field_size(analysis: Analysis) -> str:
    """Return the size of the receptive field of the last spatial layer, in short."""
    facts = last_spatial(analysis)
    if facts is None or facts.fields is None:
        is_spatial = any(one.shape.rank for one in analysis.network.inputs.values())
        return "?" if is_spatial else ""
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
