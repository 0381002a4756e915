"""``cnnanalyze check``: is a model the network that its spec declares?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cnnanalyze.cli import completion as complete
from cnnanalyze.cli import options as option
from cnnanalyze.errors import UsageError

if TYPE_CHECKING:
    from cnnanalyze.comparison.conformance.result import Conformance, Departure
    from cnnanalyze.comparison.conformance.weights import WeightConformance
    from cnnanalyze.graph.network import Network

EXAMPLES = (
    (
        "cnnanalyze check net.yaml --against net.onnx",
        "does the exported model do what is declared?",
    ),
    (
        "cnnanalyze check net.yaml --against net.onnx --folded",
        "the exporter worked batch normalisation into convolutions",
    ),
    (
        "cnnanalyze check net.yaml --against net.safetensors",
        "are these the weights of the network?",
    ),
    (
        "cnnanalyze check net.yaml --against net.onnx --diff",
        "what --update would write into the spec",
    ),
)


def check(
    spec: option.Spec,
    *,
    against: Annotated[
        str,
        typer.Option(
            "--against",
            metavar="MODEL",
            help="The model: a file that can be imported, such as net.onnx; another spec; "
            "or its weights: .safetensors, or a list of names and extents (.txt, .csv).",
            autocompletion=complete.specs,
            show_default=False,
        ),
    ],
    folded: Annotated[
        bool,
        typer.Option(
            "--folded",
            help="Work batch normalisation into the layers before it, as exporters do.",
        ),
    ] = False,
    update: Annotated[
        bool,
        typer.Option("--update", help="Write into the spec what the model has, where it is safe."),
    ] = False,
    diff: Annotated[
        bool,
        typer.Option("--diff", help="Show what --update would change; change nothing."),
    ] = False,
    tensors: Annotated[
        bool,
        typer.Option("--tensors", help="Show which tensor of the weights is of which layer."),
    ] = False,
    format: option.FindingReference = None,  # noqa: A002 - the name of the option
    output: option.FindingOutputs = None,
    settings: option.Settings = None,
) -> None:
    """Prove that a model is the network that its spec declares, or say in what it is not.

    Names do not matter, nor does how the same is written: 'same' or the zeros that it comes to, a
    depthwise layer or as many groups, a dense layer or a convolution over the whole map. Dropout
    and the softmax at the end are left out of account. Of weights the extents of all tensors are
    checked; no number is read. Exit code 1 if the model departs.
    """
    from cnnanalyze.cli import findings as show
    from cnnanalyze.cli.formats import read_finding_output, usual_finding_format
    from cnnanalyze.cli.output import remark
    from cnnanalyze.cli.specs import load, read_settings
    from cnnanalyze.exchange.weights.read import is_weights
    from cnnanalyze.report.findings.conformance import findings

    outputs: list[tuple[str, Path]] = [read_finding_output(text) for text in output or ()]
    values = read_settings(settings)
    _refuse_unfit(
        against, tensors=tensors, others={"update": update, "diff": diff, "folded": folded}
    )
    found: Conformance | WeightConformance
    changed = False
    if is_weights(against):
        found = _of_weights(load(spec, values), against, tensors=tensors)
    elif update or diff:
        found, changed = _updated(spec, load(against, {}), values, folded=folded, diff=diff)
    else:
        from cnnanalyze.comparison.conformance.proof import conform

        found = conform(load(spec, values), load(against, {}), folded=folded)
    told = findings(found)
    chosen = format or usual_finding_format()
    if diff:
        for departure in found:
            remark(f"left as it is: {departure.message}{_why_left(departure)}")
    elif found.holds and chosen == "text":
        remark(str(found))
    else:
        show.result(told, chosen, quiet=False)
    for name, path in outputs:
        show.write(told, name, path)
    if update:
        for departure in found:
            if why := _why_left(departure):
                remark(f"left as it is: {departure.message}{why}")
    if not found.holds:
        for note in found.notes:
            remark(note)
    if changed or not found.holds:
        raise typer.Exit(1)


def _refuse_unfit(against: str, *, tensors: bool, others: Mapping[str, bool]) -> None:
    """Refuse options of models for weights, and those of weights for models."""
    from cnnanalyze.exchange.weights.read import ENDINGS, is_weights

    given = [name for name, is_given in others.items() if is_given]
    if given and is_weights(against):
        raise UsageError(
            f"--{given[0]} needs a model, and '{against}' holds weights", help="leave it out"
        )
    if tensors and not is_weights(against):
        raise UsageError(
            f"--tensors needs a file of weights, and '{against}' is none",
            help=f"such a file ends in {', '.join(ENDINGS)}",
        )


def _why_left(departure: Departure) -> str:
    from cnnanalyze.updating.edits import why_left

    why = why_left(departure)
    return f"; {why}" if why else ""


def _of_weights(spec: Network, against: str, *, tensors: bool) -> WeightConformance:
    """Hold weights against a spec, and print which tensor is of which layer if that is asked."""
    from cnnanalyze.cli.output import write
    from cnnanalyze.comparison.conformance.weights import conform_weights
    from cnnanalyze.exchange.weights.read import read_weights

    found = conform_weights(spec, read_weights(against))
    if tensors:
        write("".join(_table([*found.rows()])))
    return found


def _updated(
    name: str, model: Network, settings: dict[str, Any], *, folded: bool, diff: bool
) -> tuple[Conformance, bool]:
    """Change a spec, or show how; return what departs then, and whether there was anything."""
    from cnnanalyze.cli import findings as show
    from cnnanalyze.cli.changes import show_diff
    from cnnanalyze.cli.specs import STDIN
    from cnnanalyze.core.files import read_stdin
    from cnnanalyze.exchange.network_source import file_of
    from cnnanalyze.linting.run import LintTarget, of_file
    from cnnanalyze.updating.update import update

    if name == STDIN:
        target = LintTarget("<stdin>", Path(), read_stdin())
    else:
        target = replace(of_file(file_of(name)), is_of_zoo=name.startswith("zoo:"))
    updated = update(target, model, settings, folded=folded)
    if diff:
        show_diff(updated.before, updated.after)
        return updated.left, bool(updated.written)
    show.changes(updated.write())
    return updated.left, False


def _table(rows: Sequence[Mapping[str, str]]) -> Iterator[str]:
    """Yield the lines of rows, whose columns stand one below the other."""
    wide = [max((len(row[key]) for row in rows), default=0) for key in ("layer", "tensor")]
    for row in rows:
        yield f"{row['layer']:{wide[0]}}  {row['tensor']:{wide[1]}}  {row['shape']}\n"
