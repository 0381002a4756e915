"""``cnnanalyze check``: is a model the network that its spec declares?"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cnnanalyze.cli import completion as complete
from cnnanalyze.cli import options as option

if TYPE_CHECKING:
    from cnnanalyze.graph.network import Network
    from cnnanalyze.updating.update import Update

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
            help="The model: a file that can be imported, such as net.onnx, or another spec.",
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
    format: option.FindingReference = None,  # noqa: A002 - the name of the option
    output: option.FindingOutputs = None,
    settings: option.Settings = None,
) -> None:
    """Prove that a model is the network that its spec declares, or say in what it is not.

    Names do not matter, nor does how the same is written: 'same' or the zeros that it comes to, a
    depthwise layer or as many groups, a dense layer or a convolution over the whole map. Dropout
    and the softmax at the end are left out of account. Exit code 1 if the model departs.
    """
    from cnnanalyze.api import check as checked
    from cnnanalyze.cli import findings as show
    from cnnanalyze.cli.formats import read_finding_output, usual_finding_format
    from cnnanalyze.cli.output import remark
    from cnnanalyze.cli.specs import load, read_settings
    from cnnanalyze.report.findings.conformance import findings

    outputs: list[tuple[str, Path]] = [read_finding_output(text) for text in output or ()]
    values = read_settings(settings)
    changed = False
    if update or diff:
        updated = _updated(spec, load(against, {}), values, folded=folded)
        found, changed = updated.left, bool(updated.diff) and diff
        if diff:
            from cnnanalyze.cli.changes import show_diff

            show_diff(updated.before, updated.after)
        else:
            show.changes(updated.write())
    else:
        found = checked(load(spec, values), load(against, {}), folded=folded)
    told = findings(found)
    chosen = format or usual_finding_format()
    if diff:
        for departure in found:
            remark(f"left as it is: {departure.message}")
    elif found.holds and chosen == "text":
        remark(str(found))
    else:
        show.result(told, chosen, quiet=False)
    for name, path in outputs:
        show.write(told, name, path)
    if not found.holds:
        for note in found.notes:
            remark(note)
    if changed or not found.holds:
        raise typer.Exit(1)


def _updated(name: str, model: Network, settings: dict[str, Any], *, folded: bool) -> Update:
    from cnnanalyze.cli.specs import STDIN
    from cnnanalyze.core.files import read_stdin
    from cnnanalyze.exchange.network_source import file_of
    from cnnanalyze.linting.run import LintTarget, of_file
    from cnnanalyze.updating.update import update

    if name == STDIN:
        target = LintTarget("<stdin>", Path(), read_stdin())
    else:
        target = replace(of_file(file_of(name)), is_of_zoo=name.startswith("zoo:"))
    return update(target, model, settings, folded=folded)
