"""``cnnanalyze export``: how do other programs get this network?"""

from __future__ import annotations

from typing import Annotated, Literal, get_args

import typer

from cnnanalyze.cli import completion as complete
from cnnanalyze.cli import options as option
from cnnanalyze.errors import UsageError

Target = Literal["torch", "keras", "onnx", "mermaid", "dot"]
_BY_NAME = ("torch", "onnx", "mermaid", "dot")
"""What the name of a file says; Python means PyTorch."""


def _read(name: str) -> str:
    from cnnanalyze.core.registry import nearest

    known = get_args(Target)
    if name not in known:
        raise UsageError(
            f"unknown target '{name}'{nearest(name, known)}", help=f"known: {', '.join(known)}"
        )
    return name


To = Annotated[
    str | None,
    typer.Option(
        "--to",
        parser=_read,
        metavar="|".join(get_args(Target)),
        autocompletion=complete.one_of(lambda: get_args(Target)),
        help="What it is written for; by default what the name of the file says, or torch.",
        show_default=False,
    ),
]

Weights = Annotated[
    bool,
    typer.Option("--weights", help="Write weights as well: those with which 'verify' runs it."),
]

EXAMPLES = (
    ("cnnanalyze export zoo:resnet50 --to torch -o resnet50.py", "a PyTorch module"),
    ("cnnanalyze export zoo:lenet5 -o lenet5.onnx", "a file for Netron and other tools"),
    ("cnnanalyze export zoo:lenet5 --to mermaid", "a flowchart for a README"),
    ("cnnanalyze export zoo:unet -o unet.dot", "a graph for Graphviz"),
)


def export(
    spec: option.Spec,
    *,
    to: To = None,
    output: option.Output = None,
    weights: Weights = False,
    settings: option.Settings = None,
) -> None:
    """Write the network for another program: as code, as a file of a model, as a graph.

    A PyTorch module has a class for each block of the spec, with arguments for what differs from
    one instance to the next, loops for repeats, and the names of the spec. An ONNX file says the
    shapes of weights, and holds some with --weights.
    """
    from cnnanalyze.api.exporting import export as exported
    from cnnanalyze.cli.formats import ENDINGS, choose_format
    from cnnanalyze.cli.output import write
    from cnnanalyze.cli.specs import load, read_settings
    from cnnanalyze.exporting.targets import TARGETS

    endings = ENDINGS | {name: target.endings for name, target in TARGETS.items()}
    target = to or choose_format(
        None, output, _BY_NAME, has_option=False, shows_network=True, endings=endings
    )
    made = exported(load(spec, read_settings(settings)), target, weights=weights)
    if isinstance(made.content, bytes) and output is not None:
        made.write(output)
        return
    write(made.text, output, "raw" if output is not None else "text")
