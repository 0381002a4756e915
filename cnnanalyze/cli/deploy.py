"""``cnnanalyze deploy``: what does a network need where it runs, and does it fit?"""

from __future__ import annotations

from typing import Annotated

import typer

from cnnanalyze.cli import completion as complete
from cnnanalyze.cli import options as option

Target = Annotated[
    str,
    typer.Option(
        "--target",
        metavar="NAME|FILE",
        help="Where it runs: a target that comes along, or a .toml file of your own.",
        autocompletion=complete.one_of(complete.deployment_targets),
    ),
]
Numbers = Annotated[
    str | None,
    typer.Option(
        "--dtype",
        metavar="TYPE",
        help="int8, int16x8, float16, float32 or mixed; by default the target's.",
        autocompletion=complete.one_of(complete.number_formats),
    ),
]
Planner = Annotated[
    str | None,
    typer.Option(
        "--planner",
        metavar="NAME",
        help="How tensors are laid out; by default as the target's runtime does.",
        autocompletion=complete.one_of(complete.planners),
    ),
]
Flash = Annotated[
    str | None,
    typer.Option("--flash", metavar="SIZE", help="Flash that there is, such as 1MiB."),
]
Sram = Annotated[
    str | None,
    typer.Option("--sram", metavar="SIZE", help="RAM that there is, such as 256KiB."),
]
Verify = Annotated[
    bool,
    typer.Option(
        "--verify",
        help="Run the network as written, folded, and inside the planned buffer, and compare.",
    ),
]

EXAMPLES = (
    ("cnnanalyze deploy zoo:mobilenet_v2 --sram 2MiB", "does it fit into 2 MiB of RAM?"),
    (
        "cnnanalyze deploy zoo:ds_cnn --target cortex-m7 --dtype int16x8",
        "on a microcontroller, with activations of 16 bits",
    ),
    (
        "cnnanalyze deploy zoo:lenet5_common --planner in-place --verify",
        "another plan, and the proof that it computes the same",
    ),
)


def deploy(
    spec: option.Spec,
    *,
    target: Target = "tflm-reference",
    dtype: Numbers = None,
    planner: Planner = None,
    flash: Flash = None,
    sram: Sram = None,
    verify: Verify = False,
    memory: option.Memory = "1GiB",
    operations: option.Operations = "200G",
    format: option.Format = None,  # noqa: A002 - the name of the option
    output: option.Output = None,
    settings: option.Settings = None,
) -> None:
    """Tell flash, RAM, traffic and the least time of a network on a target.

    Batch normalisations are folded where that is exact, activations are fused as the target's
    runtime does, and the tensors are laid out in one buffer. Exit code 1 if the network does not
    fit into the memory that the target, --flash or --sram says, or if --verify finds a difference.
    """
    from cnnanalyze.api.deploying import deploy as deployed
    from cnnanalyze.cli.formats import choose_document_format
    from cnnanalyze.cli.output import remark, write_document
    from cnnanalyze.cli.specs import load, read_settings
    from cnnanalyze.cli.verify import read_operations, read_size
    from cnnanalyze.report.deployment import document
    from cnnanalyze.report.verification import describe

    format = choose_document_format(format, output, tables=True)  # noqa: A001 - the option
    limit, most = read_size(memory), read_operations(operations)
    found = deployed(
        load(spec, read_settings(settings)),
        target=target,
        dtype=dtype,
        planner=planner,
        flash=flash,
        sram=sram,
    )
    write_document(document(found.deployment, found.limits), format, output)
    is_balanced = True
    if verify:
        from cnnanalyze.crosscheck.deployment import balance_deployment

        balance = balance_deployment(found.deployment, limit=limit, operations=most)
        is_balanced = balance.is_balanced
        for line in describe(balance):
            remark(line)
    if not found.is_kept or not is_balanced:
        raise typer.Exit(1)
