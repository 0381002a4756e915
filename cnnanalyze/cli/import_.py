"""``cnnanalyze import``: what is a network of another program, as a spec?"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cnnanalyze.cli import completion as complete
from cnnanalyze.errors import UsageError

if TYPE_CHECKING:
    from cnnanalyze.language.spec import Spec

EXAMPLES = (
    ("cnnanalyze import model.onnx -o net.yaml", "an ONNX file as a spec that people read"),
    ("cnnanalyze import model.keras --input input_layer=64x64x3", "for images of another size"),
    ("cnnanalyze import model.keras --output gap", "up to one of the layers of the file"),
    ("cnnanalyze import yolov3-tiny.cfg --flat", "a configuration of Darknet, a line a layer"),
    ("cnnanalyze import timm:resnet18 --run-code", "a model that code makes, which is run"),
)


def import_(
    source: Annotated[
        str,
        typer.Argument(
            metavar="SOURCE",
            help="A file of another program, such as model.onnx or model.keras; with --run-code "
            "code that makes a PyTorch module: package.module:function, timm:NAME or "
            "ultralytics:FILE.",
            show_default=False,
            autocompletion=complete.specs,
        ),
    ],
    *,
    file: Annotated[
        Path | None,
        typer.Option(
            "-o",
            metavar="FILE",
            help="Write the spec to a file that ends in .yaml or .yml, instead of stdout.",
        ),
    ] = None,
    flat: Annotated[
        bool,
        typer.Option(
            "--flat",
            help="Write one line a layer, under the names of the file; by default what repeats is "
            "written once, as blocks, tables and repeats.",
        ),
    ] = False,
    inputs: Annotated[
        list[str] | None,
        typer.Option(
            "--input",
            metavar="NAME=SHAPE",
            help="Extents of an input, such as x=3x224x224, in place of those of the file, the "
            "channels where it has them; may be repeated.",
        ),
    ] = None,
    outputs: Annotated[
        list[str] | None,
        typer.Option(
            "--output",
            metavar="NAME",
            help="What comes out, by its name in the file, in place of all that the file gives: "
            "a part of the network; may be repeated.",
        ),
    ] = None,
    shapes: Annotated[
        list[str] | None,
        typer.Option(
            "--shape",
            metavar="NAME=SHAPE",
            help="Extents of a value that the file does not declare, such as what an operator of "
            "your own gives, with the batch; may be repeated.",
        ),
    ] = None,
    run_code: Annotated[
        bool,
        typer.Option(
            "--run-code",
            help="Import the code that SOURCE names, and run it: only what you trust.",
        ),
    ] = False,
) -> None:
    """Write a network of another program as a spec: ONNX, Keras, TFLite, Darknet, Caffe, PyTorch.

    The spec is read again before it is written, and it is the same graph. Nothing in the file is
    run, no weight is read, and no other file is opened; code is run only with --run-code. What the
    network does not show is noted on stderr, and at the top of the spec.
    """
    from cnnanalyze.api.reading import dumps
    from cnnanalyze.cli.formats import choose_format
    from cnnanalyze.cli.output import write
    from cnnanalyze.cli.specs import load, read_sizes
    from cnnanalyze.core.files import SPEC_ENDINGS, exists
    from cnnanalyze.exchange.torch.recognition import is_code

    choose_format("", file, ("spec",), has_option=False, endings={"spec": SPEC_ENDINGS})
    sizes, told = read_sizes(inputs), read_sizes(shapes, "--shape")
    spec = (
        _run(source, sizes, [*(outputs or ()), *told], is_allowed=run_code)
        if is_code(source) and not exists(source)
        else load(source, {}, inputs=sizes, outputs=outputs, shapes=told)
    )
    notes = "".join(f"# {' '.join(note.split())}\n" for note in spec.notes)
    write(notes + dumps(spec, folded=not flat), file)


def _run(
    source: str,
    sizes: Mapping[str, tuple[int, ...]] | None,
    named: list[str],
    *,
    is_allowed: bool,
) -> Spec:
    """Return the network that code makes, if it may be run; notes go to stderr."""
    from cnnanalyze.cli.output import remark
    from cnnanalyze.exchange.torch.factory import run_factory

    if not is_allowed:
        raise UsageError(
            f"{source} is code, and to import it is to run it",
            help="add --run-code if you trust it; a file such as model.onnx needs none of that",
        )
    if named:
        raise UsageError(
            "--output and --shape name values of a file, and a module has none",
            help="let the code return the part that is wanted",
        )
    spec = run_factory(source, list((sizes or {}).values()))
    for note in spec.notes:
        remark(f"{source}: {note}")
    return spec
