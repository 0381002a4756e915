"""``cnnanalyze convolve``: convolution, pooling and what follows, by hand, on given numbers."""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cnnanalyze.cli import completion as complete
from cnnanalyze.cli import options as option
from cnnanalyze.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cnnanalyze.course.worked_steps.backward import Gradients
    from cnnanalyze.course.worked_steps.network import WindowAttributes
    from cnnanalyze.course.worked_steps.result_check import CheckResult
    from cnnanalyze.course.worked_steps.volume import Volume
    from cnnanalyze.course.worked_steps.worked_layer import WorkedLayer
    from cnnanalyze.report.convolution.step_selection import Shown

    Back = Callable[[Volume | None], Gradients]

SPECS = {".yaml", ".yml"}


EXAMPLES = (
    (
        'cnnanalyze convolve --image "3 0 1; 1 5 8; 2 7 2" --kernel "1 0; 0 1"',
        "every window, product and sum",
    ),
    (
        'cnnanalyze convolve --image "1 2 3; 4 5 6; 7 8 9" --kernel "1 0; 0 1" --gradient ones',
        "the gradients by kernel and input, too",
    ),
    (
        "cnnanalyze convolve image.csv -k sobel-x --apply relu --pool max 2",
        "a filter, an activation and a pooling",
    ),
    ("cnnanalyze convolve --filters", "the filters that have a name"),
)


def convolve(
    source: Annotated[
        str,
        typer.Argument(
            metavar="[FILE]",
            help="A .csv, .npy or image file; or a spec with values and weights, zoo:NAME, "
            "- for stdin.",
            show_default=False,
            autocompletion=complete.specs,
        ),
    ] = "",
    *,
    image: Annotated[
        list[str] | None,
        typer.Option(
            "--image",
            metavar="ROWS",
            help='The numbers: "[[3, 0, 1], [1, 5, 8]]" or "3 0 1; 1 5 8"; may be repeated, a '
            "channel each.",
        ),
    ] = None,
    kernel: Annotated[
        list[str] | None,
        typer.Option(
            "--kernel",
            "-k",
            metavar="FILTER",
            help="A name such as vertical-edge, a matrix, or one for each channel: "
            '"\\[sobel-x, 0, 0]"; may be repeated, a filter each.',
            autocompletion=complete.one_of(complete.filters),
        ),
    ] = None,
    stride: Annotated[
        str, typer.Option("--stride", "-s", metavar="N", help="Step of the window: 2, or 2,1.")
    ] = "",
    padding: Annotated[
        str,
        typer.Option("--padding", "-p", metavar="N", help="A number per side, 1,0, same or valid."),
    ] = "valid",
    dilation: Annotated[
        str,
        typer.Option("--dilation", metavar="N", help="Distance between elements of the kernel."),
    ] = "1",
    bias: Annotated[
        str, typer.Option("--bias", metavar="B", help="Added to each sum: 1, or [1, -2].")
    ] = "",
    flip: Annotated[
        bool,
        typer.Option("--flip", help="Rotate the kernel by 180 degrees first: a true convolution."),
    ] = False,
    depthwise: Annotated[
        bool, typer.Option("--depthwise", help="Filter each channel separately.")
    ] = False,
    apply: Annotated[
        list[str] | None,
        typer.Option(
            "--apply",
            metavar="WHAT",
            help="Then relu, softmax, cross-entropy, batchnorm or another; may be repeated.",
            autocompletion=complete.one_of(complete.applied),
        ),
    ] = None,
    target: Annotated[
        str, typer.Option("--target", metavar="Y", help="For cross-entropy: [1, 0, 0].")
    ] = "",
    gamma: Annotated[str, typer.Option("--gamma", metavar="G", help="For batchnorm.")] = "",
    beta: Annotated[str, typer.Option("--beta", metavar="B", help="For batchnorm.")] = "",
    epsilon: Annotated[
        str, typer.Option("--epsilon", metavar="E", help="For batchnorm.")
    ] = "0.00001",
    pool: Annotated[
        tuple[str, str] | None,
        typer.Option(
            "--pool",
            metavar="max|average N",
            help="Then pool windows of N; without a kernel --stride is its stride.",
            show_default=False,
        ),
    ] = None,
    expect: Annotated[
        list[str] | None,
        typer.Option(
            "--expect",
            metavar="ROWS",
            help="A printed result to check: reports wrong cells, and exits with 1.",
        ),
    ] = None,
    gradient: Annotated[
        list[str] | None,
        typer.Option(
            "--gradient",
            metavar="ROWS",
            help="Go back, from this gradient of the loss by the output, or from ones; may be "
            "repeated, a channel each.",
        ),
    ] = None,
    of: Annotated[
        str,
        typer.Option(
            "--of",
            metavar="WHAT",
            help="Show this gradient alone: input, kernel, bias, conv1.kernel.",
        ),
    ] = "",
    steps: Annotated[
        int | None,
        typer.Option("--steps", metavar="N", min=0, help="Show this many windows of each step."),
    ] = None,
    step: Annotated[
        str,
        typer.Option("--step", metavar="R,C", help="Show one window: row, column[, filter]."),
    ] = "",
    grey: Annotated[
        bool, typer.Option("--grey", help="Read a picture without its colours.")
    ] = False,
    filters: Annotated[
        bool, typer.Option("--filters", help="List the named filters, and exit.")
    ] = False,
    format: option.Reference = None,  # noqa: A002 - the name of the option
    output: option.Output = None,
    settings: option.Settings = None,
) -> None:
    """Work convolution, pooling and what follows out by hand: every window, product and sum.

    Numbers stay exact: whole numbers, decimals as they are written, fractions such as 1/9.
    Filters are applied unflipped, as networks do; --flip rotates them first.
    """
    from cnnanalyze.cli.formats import choose_document_format
    from cnnanalyze.cli.output import write, write_document
    from cnnanalyze.course.worked_steps.image_file import is_picture
    from cnnanalyze.report.convolution.blocks import document
    from cnnanalyze.report.convolution.step_selection import Shown

    if filters:
        write(_catalogue(), output)
        return
    wanted = choose_document_format(format, output)
    found = _read(source, image or [], grey=grey)
    if isinstance(found, str):
        _refuse_beside_a_spec(kernel=kernel, pool=pool, apply=apply, flip=flip, bias=bias)
        title, sections, back = _of_spec(found, image or [], settings)
    else:
        title = source or (
            "Convolution by hand" if kernel else "Pooling by hand" if pool else "By hand"
        )
        sections = _operations(
            found,
            kernels=kernel or [],
            window=_window(stride, padding, dilation),
            bias=bias,
            flip=flip,
            depthwise=depthwise,
            applied=apply or [],
            numbers=(target, gamma, beta, epsilon),
            pooled=pool,
        )
        back = partial(_back, sections)
    if gradient:
        sections = _with_gradients(sections, back, gradient, of)
    elif of:
        raise UsageError(
            "--of names a gradient, and nothing goes back", help="give --gradient ones, too"
        )
    shown = Shown(
        title,
        sections,
        steps,
        _place(step) if step else None,
        is_picture=bool(source) and not isinstance(found, str) and is_picture(Path(source)),
    )
    if expect:
        shown = shown._replace(verdict=_judge(sections[-1], expect))
    _check_place(shown)
    write_document(document(shown), wanted, output)
    if shown.verdict is not None and shown.verdict.mistakes:
        raise typer.Exit(1)


# --- what there is to work with -------------------------------------------------------------------


def _read(source: str, image: Sequence[str], *, grey: bool) -> Volume | str:
    """Return the numbers that were given, or the name of a spec."""
    from cnnanalyze.course.worked_steps.image_file import read_file
    from cnnanalyze.course.worked_steps.matrix_parser import read_image
    from cnnanalyze.exchange.front_end import find as find_front_end

    _refuse_files(image)
    if source == "-" or source.startswith("zoo:") or Path(source).suffix.lower() in SPECS:
        return source
    if find_front_end(source) is not None:
        return source
    if source and image:
        raise UsageError(
            f"there are two images: '{source}' and --image", help="leave one of them out"
        )
    if source:
        return read_file(Path(source), grey=grey)
    if not image:
        raise UsageError(
            "no input given",
            help='cnnanalyze convolve --image "[[3, 0, 1], [1, 5, 8], [2, 7, 2]]" '
            "--kernel vertical-edge",
        )
    return read_image(image)


def _refuse_files(image: Sequence[str]) -> None:
    """Refuse names of files where numbers are meant."""
    from cnnanalyze.core.files import is_file, printable

    for text in image:
        if is_file(text):
            name = printable(text)
            raise UsageError(
                f"--image takes numbers, and '{name}' is a file",
                help=f"give it without the option: cnnanalyze convolve {name}",
            )


def _of_spec(
    name: str, image: Sequence[str], settings: list[str] | None
) -> tuple[str, tuple[WorkedLayer, ...], Back]:
    from cnnanalyze.cli.specs import load, read_settings
    from cnnanalyze.course.worked_steps.backward import go_back_through
    from cnnanalyze.course.worked_steps.matrix_parser import read_image
    from cnnanalyze.course.worked_steps.network import work_out

    network = load(name, read_settings(settings))
    sections = work_out(network, read_image(image) if image else None)
    return network.name, sections, partial(go_back_through, network, sections)


def _back(sections: tuple[WorkedLayer, ...], upstream: Volume | None) -> Gradients:
    from cnnanalyze.course.worked_steps.backward import go_back

    return go_back(sections, upstream)


def _with_gradients(
    sections: tuple[WorkedLayer, ...], back: Back, texts: Sequence[str], of: str
) -> tuple[WorkedLayer, ...]:
    """Return what was worked out with the way back behind it, or one gradient alone."""
    from cnnanalyze.core.registry import nearest
    from cnnanalyze.course.worked_steps.backward import ONES
    from cnnanalyze.course.worked_steps.matrix_parser import read_result

    upstream = None if list(texts) == [ONES] else read_result(texts, "--gradient")
    found = back(upstream).sections
    if not of:
        return (*sections, *found)
    wanted = tuple(s for s in found if of in {s.gradient_of, f"{s.name}.{s.gradient_of}"})
    if not wanted:
        known = list(dict.fromkeys(f"{s.name}.{s.gradient_of}" for s in found))
        raise UsageError(
            f"there is no gradient '{of}'{nearest(of, known)}", help=f"there are {', '.join(known)}"
        )
    return wanted


def _refuse_beside_a_spec(**given: object) -> None:
    for name, value in given.items():
        if value:
            raise UsageError(
                f"--{name} is for numbers that are given directly, not for a spec",
                help="write it into the spec as a layer",
            )


def _operations(
    image: Volume,
    *,
    kernels: Sequence[str],
    window: WindowAttributes,
    bias: str,
    flip: bool,
    depthwise: bool,
    applied: Sequence[str],
    numbers: tuple[str, str, str, str],
    pooled: tuple[str, str] | None,
) -> tuple[WorkedLayer, ...]:
    """Do what was asked for, one after the other: filter, apply, pool."""
    from cnnanalyze.core.registry import nearest
    from cnnanalyze.course.worked_steps import network as hand
    from cnnanalyze.course.worked_steps.matrix_parser import read_kernel, read_vector

    sections: list[WorkedLayer] = []

    def last() -> Volume:
        return sections[-1].after if sections else image

    if kernels:
        sections.append(
            hand.convolve(
                image,
                [read_kernel(text) for text in kernels],
                window,
                biases=read_vector(bias, "--bias") if bias else (),
                flip=flip,
                depthwise=depthwise,
            )
        )
    target, gamma, beta, epsilon = (
        read_vector(text, f"--{name}") if text else ()
        for name, text in zip(("target", "gamma", "beta", "epsilon"), numbers, strict=True)
    )
    if len(epsilon) != 1:
        raise UsageError(
            f"--epsilon takes one number, not {len(epsilon)}", help="--epsilon 0.00001"
        )
    for kind in applied:
        if kind not in (known := hand.applied()):
            raise UsageError(
                f"there is no '{kind}' to apply{nearest(kind, known)}",
                help=f"there are {', '.join(known)}",
            )
        sections.append(
            hand.apply(
                last(), kind, target=target, gamma=gamma, beta=beta, epsilon=float(epsilon[0])
            )
        )
    if pooled:
        how, size = pooled
        sections.append(
            hand.pool(
                last(),
                how,
                _extent(size, "--pool", 1),
                hand.WindowAttributes() if kernels else window,
            )
        )
    if not sections:
        raise UsageError(
            "there is nothing to do with the image",
            help="--kernel vertical-edge, --pool max 2 or --apply relu",
        )
    return tuple(sections)


# --- options --------------------------------------------------------------------------------------


def _window(stride: str, padding: str, dilation: str) -> WindowAttributes:
    from cnnanalyze.course.worked_steps.network import WindowAttributes

    return WindowAttributes(
        _extent(stride, "--stride", 1) if stride else None,
        padding if padding in {"same", "valid"} else _extent(padding, "--padding", 0),
        _extent(dilation, "--dilation", 1),
    )


def _extent(text: str, name: str, least: int) -> int | tuple[int, int]:
    """Read one whole number, or one for rows and one for columns."""
    found = re.fullmatch(r"(\d{1,6})(?:\s*[,x]\s*(\d{1,6}))?", text.strip())
    numbers = [int(n) for n in found.groups() if n is not None] if found else []
    if not numbers or min(numbers) < least:
        more = ", 'same' or 'valid'" if name == "--padding" else ""
        raise UsageError(
            f"{name} takes a whole number of at least {least}, not '{text}'",
            help=f"write {name} 2, or 2,1 for rows and columns{more}",
        )
    return numbers[0] if len(numbers) == 1 else (numbers[0], numbers[1])


def _place(text: str) -> tuple[int, int, int]:
    found = re.fullmatch(r"\s*(\d{1,6})\s*,\s*(\d{1,6})(?:\s*,\s*(\d{1,6}))?\s*", text)
    numbers = [int(n or 1) for n in found.groups()] if found else [0]
    if min(numbers) < 1:
        raise UsageError(
            f"--step takes a row and a column that count from 1, not '{text}'",
            help="--step 2,3, or --step 2,3,1 for the first filter",
        )
    return numbers[0] - 1, numbers[1] - 1, numbers[2] - 1


def _check_place(shown: Shown) -> None:
    if shown.place is None:
        return
    sliding_windows = [s.sliding_window for s in shown.sections if s.sliding_window is not None]
    if not sliding_windows:
        raise UsageError("--step shows a window, but nothing here has windows")
    sliding_windows[-1].step(*shown.place)


def _judge(section: WorkedLayer, texts: Sequence[str]) -> CheckResult:
    from cnnanalyze.course.worked_steps.matrix_parser import read_result
    from cnnanalyze.course.worked_steps.result_check import compare

    return compare(section, read_result(texts, "--expect"))


def _catalogue() -> str:
    from cnnanalyze.core.filters import CATALOGUE
    from cnnanalyze.report.convolution.step_selection import divisor

    lines = []
    for name, entry in CATALOGUE.items():
        over = divisor((entry.matrix,))
        rows = "; ".join(" ".join(str(v * over) for v in row) for row in entry.matrix)
        lines.append(f"{name}: {entry.about} ({entry.source})")
        lines.append(f"  {f'1/{over} of ' if over > 1 else ''}{rows}")
    return "\n".join(lines) + "\n"
