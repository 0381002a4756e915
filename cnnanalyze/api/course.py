"""The course: explained numbers, sheets and their grading."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from cnnanalyze.analysis.pipeline import analyze as analyze_network
from cnnanalyze.api.reading import Settings
from cnnanalyze.exchange.network_source import name_of, read
from cnnanalyze.graph.network import Network

if TYPE_CHECKING:
    from cnnanalyze.course.grading.grade import GradedClass
    from cnnanalyze.report.derivation.worked import Worked
    from cnnanalyze.report.sheet import Homework


def explain(
    network: Network | str | Path,
    layer: str | int = "",
    quantity: str = "parameters",
    *,
    notation: str = "plain",
    settings: Settings | None = None,
) -> Worked:
    """Why is a number of a layer, or of the network, what it is?

    Parameters
    ----------
    network
        The network, or where to load it from.
    layer
        The id of a layer or of a block, or the place of a layer; nothing for the whole network.
    quantity
        What to explain: ``output``, ``parameters``, ``macs``, ``receptive_field`` and others.
    notation
        Symbols and habits: ``plain``, ``ng``, ``cs231n``, ``bologna``, ``keras`` or ``pytorch``.
    settings
        Values for the spec's parameters, by name.

    Returns
    -------
    Worked
        The formula, the numbers put in, the result, and the reasons.

    Raises
    ------
    UsageError
        If there is no such layer, quantity or notation.

    Examples
    --------
    >>> answer = explain("zoo:lecture_000_lenet", "conv1", "output", notation="ng")
    >>> str(answer.value), answer.formula
    ('28x28x8', '⌊(n^[l-1] + 2p - f) / s + 1⌋')
    """
    from cnnanalyze.course.explanations.explain import explain as work_out
    from cnnanalyze.report.derivation.worked import Worked

    analysis = analyze_network(read(network, settings))
    path = layer if isinstance(layer, str) else analysis[layer].node.id
    return Worked(work_out(analysis, path, quantity, notation))


def solve(sheet: str | Path, *, notation: str = "") -> Homework:
    """Work out every question of a homework sheet.

    Parameters
    ----------
    sheet
        A file, or ``zoo:NAME`` for one that comes along.
    notation
        Symbols and habits of all answers; by default what the sheet says.

    Returns
    -------
    Homework
        Every question with its answers; ``[question, answer]`` gives one.

    Raises
    ------
    CnnError
        With all that is wrong with the sheet, each at its place.

    Examples
    --------
    >>> sheet = solve("zoo:first_course")
    >>> sheet["sizes", "same"], sheet["softmax", "p"][0].denominator > 1
    (6, True)
    """
    from cnnanalyze.course.sheets.sheet_reading import load_sheet
    from cnnanalyze.course.sheets.solve import solve as work_out
    from cnnanalyze.report.sheet import Homework

    return Homework(work_out(load_sheet(name_of(sheet, _SHEET)), notation))


def grade(sheet: str | Path, *answers: str | Path | dict[str, Any]) -> GradedClass:
    """Mark answers, and find the slip that leads to each wrong one.

    Parameters
    ----------
    sheet
        The sheet, as for ``solve``.
    *answers
        Files of answers, or mappings from questions (``"A1.p0"``) to answers.

    Returns
    -------
    GradedClass
        The papers with their marks, and how often each mistake was made.

    Raises
    ------
    CnnError
        With all that is wrong with the sheet, or if there is no file of answers.

    Examples
    --------
    >>> graded = grade("zoo:first_course", {"filters.parameters": "270"})
    >>> [m.mistakes[0].words for m in graded.papers[0].marks if m.outcome == "wrong"]
    ['forgot the biases']
    """
    from cnnanalyze.course.grading.answers import Paper, load_papers
    from cnnanalyze.course.grading.grade import grade as mark
    from cnnanalyze.course.sheets.sheet_reading import load_sheet
    from cnnanalyze.course.sheets.solve import solve as work_out

    papers: list[Paper] = []
    for given in answers:
        if isinstance(given, dict):
            answered = {(str(key), ""): value for key, value in given.items()}
            papers.append(Paper(f"student {len(papers) + 1}", answered))
        else:
            papers += load_papers(name_of(given, "answers are files or mappings"))
    return mark(work_out(load_sheet(name_of(sheet, _SHEET))), papers)


_SHEET = "a sheet is a file or 'zoo:NAME'"
