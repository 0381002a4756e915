"""``cnnanalyze check``: is a model the network that its spec declares?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cnnanalyze.cli import completion as complete
from cnnanalyze.cli import options as option

EXAMPLES = (
    (
        "cnnanalyze check net.yaml --against net.onnx",
        "does the exported model do what is declared?",
    ),
    (
        "cnnanalyze check net.yaml --against net.onnx --folded",
        "the exporter worked batch normalisation into convolutions",
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
    found = checked(load(spec, read_settings(settings)), load(against, {}), folded=folded)
    told = findings(found)
    chosen = format or usual_finding_format()
    if found.holds and chosen == "text":
        remark(str(found))
    else:
        show.result(told, chosen, quiet=False)
    for name, path in outputs:
        show.write(told, name, path)
    if not found.holds:
        for note in found.notes:
            remark(note)
        raise typer.Exit(1)
