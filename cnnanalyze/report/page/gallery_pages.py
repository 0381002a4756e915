"""Examples: what a gallery shows besides the page of each network.

An example is one line of :data:`EXAMPLES`. Its function gets the networks by the names they have
in the zoo and returns a whole page.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from cnnanalyze.analysis.pipeline import analyze
from cnnanalyze.errors import Source
from cnnanalyze.language.spec import Spec

Load = Callable[[str], Spec]
"""Returns the network of a name."""


class Example(NamedTuple):
    """One page of a gallery that is not the page of a network."""

    name: str
    """What the file is called, without its ending."""
    title: str
    about: str
    """One line under the title."""
    networks: tuple[str, ...]
    """The networks that it needs; without them it is left out."""
    make: Callable[[Load], str]


def _comparison(load: Load) -> str:
    from cnnanalyze.report.difference import difference  # noqa: PLC0415

    return difference([analyze(load(name)) for name in _COMPARED]).render("html")


_COMPARED = ("resnet50", "resnext50_32x4d")


def _convolution(load: Load) -> str:
    from cnnanalyze.course.worked_steps.network import work_out  # noqa: PLC0415
    from cnnanalyze.report.convolution.step_selection import Shown  # noqa: PLC0415
    from cnnanalyze.report.page.convolution import page  # noqa: PLC0415

    (network,) = map(load, _CONVOLVED)
    return page(Shown(network.name, work_out(network)))


_CONVOLVED = ("edge_detection",)


def _solved(_: Load) -> str:
    from cnnanalyze.course.sheets.sheet_reading import load_sheet  # noqa: PLC0415
    from cnnanalyze.course.sheets.solve import solve  # noqa: PLC0415
    from cnnanalyze.report.sheet import document  # noqa: PLC0415
    from cnnanalyze.report.writers import render  # noqa: PLC0415

    return render(document(solve(load_sheet(_SHEET))), "html")


def _graded(_: Load) -> str:
    from cnnanalyze.course.grading.answers import load_papers  # noqa: PLC0415
    from cnnanalyze.course.grading.grade import grade  # noqa: PLC0415
    from cnnanalyze.course.sheets.sheet import find_sheet  # noqa: PLC0415
    from cnnanalyze.course.sheets.sheet_reading import load_sheet  # noqa: PLC0415
    from cnnanalyze.course.sheets.solve import solve  # noqa: PLC0415
    from cnnanalyze.report.graded import document  # noqa: PLC0415
    from cnnanalyze.report.writers import render  # noqa: PLC0415

    papers = load_papers(find_sheet(_SHEET).with_suffix(".csv"))
    return render(document(grade(solve(load_sheet(_SHEET)), papers)), "html")


_SHEET = "zoo:first_course"


def _audit(load: Load) -> str:
    from cnnanalyze.auditing.tables import audit_table, read_table  # noqa: PLC0415
    from cnnanalyze.report.audit_document import document  # noqa: PLC0415
    from cnnanalyze.report.writers import render  # noqa: PLC0415

    # The table is in the folder of the specs that its rows are about.
    folder = Path(str(load(_AUDITED[0]).folder))
    board = read_table(folder / "tables" / "leaderboard_003.table")
    audited = document(
        [audit_table(board)],
        "A leaderboard, audited",
        f"Every figure of a table of image classifiers is computed anew. Source: {board.source}.",
    )
    return render(audited, "html")


_AUDITED = (
    "amoebanet_b",
    "dpn131",
    "inception_resnet_v2",
    "nasnet_a_large",
    "pnasnet5_large",
    "polynet",
    "pyramidnet200_alpha300",
    "pyramidnet200_alpha450",
    "resnet101_v1d",
    "resnet152_v1d",
    "resnext101_64x4d",
    "senet154",
)


def _lint(load: Load) -> str:
    from cnnanalyze.linting.engine import lint_network, lint_source  # noqa: PLC0415
    from cnnanalyze.linting.result import LintResult  # noqa: PLC0415
    from cnnanalyze.linting.selection import Level  # noqa: PLC0415
    from cnnanalyze.linting.settings import Settings, SettingsSource  # noqa: PLC0415
    from cnnanalyze.report.page.lint import page  # noqa: PLC0415

    settings = Settings(caller=SettingsSource("the gallery", Level(profile="teaching")))
    classics = [lint_network(load(name), settings) for name in _LINTED]
    first = lint_source(Source("first.yaml", FIRST), settings=settings)
    return page(
        LintResult((first, *classics)),
        "A lint report",
        "What cnnanalyze lint says, under the profile for teaching, of a first attempt and of two "
        "classics.",
    )


_LINTED = ("alexnet", "zfnet")
FIRST = """\
cnn: 1
name: First attempt
input: 150x150x3
layers:
  - conv: {filters: 32, kernel: 8, stride: 4}
  - maxpool: 2
  - conv: {filters: 60, kernel: 3, padding: 1}
  - batchnorm
  - relu
  - relu
  - conv: {filters: 64, kernel: 3, stride: 5}
  - conv: {filters: 64, kernel: 1, stride: 2}
  - dropout: 0.5
  - batchnorm
  - sigmoid
  - flatten
  - dense: 4096
  - relu
  - dense: 10
  - relu
  - softmax
"""
"""A network with the mistakes that beginners make."""

EXAMPLES: tuple[Example, ...] = (
    Example(
        "comparison",
        "ResNet-50 against ResNeXt-50",
        "cnnanalyze compare: what 32 narrow paths in place of one wide path change, layer by layer",
        _COMPARED,
        _comparison,
    ),
    Example(
        "convolution",
        "A convolution that plays",
        "cnnanalyze convolve: every window of the lectures' edge detection, with its products",
        _CONVOLVED,
        _convolution,
    ),
    Example(
        "audit",
        "A leaderboard, audited",
        "cnnanalyze audit: which figures of a lecture's table hold, and what makes the others",
        _AUDITED,
        _audit,
    ),
    Example(
        "lint",
        "A lint report",
        "cnnanalyze lint: a first attempt with its mistakes, and two classics under the same rules",
        _LINTED,
        _lint,
    ),
    Example(
        "solved_sheet",
        "A homework sheet, solved",
        "cnnanalyze solve: every answer with its formula, the numbers put in, and the reasons",
        (),
        _solved,
    ),
    Example(
        "graded_sheet",
        "The same sheet, graded",
        "cnnanalyze grade: each wrong answer with the slip that leads exactly there",
        (),
        _graded,
    ),
)
"""In the order in which the gallery shows them."""
