"""Worked answers on the page: every cell of a table says what its numbers come to."""

from __future__ import annotations

import re

import pytest

import cnnanalyze as cnn
from cnnanalyze.course.explanations.explain import explain
from cnnanalyze.report.derivation.blocks import document
from cnnanalyze.report.page.answers import work
from cnnanalyze.report.page.network import to_html
from cnnanalyze.report.writers import render
from tests.report.page.reader import Page


@pytest.mark.parametrize("name", ["lenet5", "alexnet", "m5", "c3d"])
def test_every_cell_with_an_operation_has_its_result_behind_a_sign(name: str) -> None:
    analysis = cnn.analyze(f"zoo:{name}").analysis
    cells = [
        cell
        for text in work(analysis).values()
        for cell in re.findall(r"<td><math>(.*?)</math></td>", text)
    ]
    worked = [cell for cell in cells if re.search(r"<mo>[+−·]</mo>", cell)]
    assert len(worked) > 20
    for cell in worked:
        _, sign, result = cell.rpartition("<mo>=</mo>" if "<mo>=</mo>" in cell else "<mo>≈</mo>")
        assert sign
        assert re.fullmatch(r"<mn>[\d,.]+</mn>", result)


def test_the_field_of_the_first_pool_of_lenet() -> None:
    """r = 1 + (5 - 1) + (2 - 1) = 6 (LeCun et al. 1998: 5×5 kernels, then 2×2 subsampling)."""
    explanation = explain(cnn.analyze("zoo:lenet5").analysis, "S2", "receptive_field")
    written = document("", (explanation,))
    lines = [line.strip() for line in render(written).splitlines()]
    assert "C1     5  1  1 + (5 - 1)·1 = 5  1·1 = 1" in lines
    shown = re.sub(r"<[^>]+>", "", render(written, "html"))
    assert "1+(5−1)·1=5" in shown


def test_no_two_regions_of_the_answers_have_one_name() -> None:
    analysis = cnn.analyze("zoo:lenet5").analysis
    found = Page(to_html(analysis, answers=work(analysis))).root
    names = [e.attributes["aria-label"] for e in found.all("div", role="region")]
    assert len(names) == len(set(names))
