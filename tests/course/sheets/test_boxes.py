"""Boxes of detectors in sheets: overlap, suppression, grids with anchors."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from cnnanalyze.errors import CnnError
from tests.course.marking import one, solved


def value(question: str) -> Any:
    """Return the answer of a question."""
    (answer,) = solved(f"- {{id: A, {question}}}")["A"].answers.values()
    return answer.solution.value


def overlap(box: Any, other: Any, more: str = "", find: str = "iou") -> Any:
    """Return a quantity of two boxes."""
    return value(f"overlap: {{box: {list(box)}, other: {list(other)}{more}}}, find: {find}")


@pytest.mark.parametrize(
    ("box", "other", "right"),
    [
        # deeplearning.ai, "Convolutional Neural Networks", week 3, "Car detection": tests of iou
        ((2, 1, 4, 3), (1, 2, 3, 4), Fraction(1, 7)),
        ((1, 2, 3, 4), (5, 6, 7, 8), 0),
        ((1, 1, 2, 2), (2, 2, 3, 3), 0),
        ((1, 1, 3, 3), (2, 3, 3, 4), 0),
        ((0, 0, 2, 2), (0, 0, 2, 2), 1),
    ],
)
def test_overlap_is_what_courses_print(box: Any, other: Any, right: Any) -> None:
    assert overlap(box, other) == right
    assert overlap(other, box) == right


def test_overlap_is_the_share_of_cells_that_both_cover() -> None:
    generator = np.random.default_rng(7)
    for _ in range(13):
        masks, boxes = [], []
        for _ in range(2):
            x, y, w, h = (int(n) for n in generator.integers(1, 8, size=4))
            mask = np.zeros((20, 20), bool)
            mask[y : y + h, x : x + w] = True
            masks.append(mask)
            boxes.append((x, y, w, h))
        both, either = int((masks[0] & masks[1]).sum()), int((masks[0] | masks[1]).sum())
        more = ", form: corner_size"
        assert overlap(boxes[0], boxes[1], more) == Fraction(both, either)
        assert overlap(boxes[0], boxes[1], more, "intersection") == both
        assert overlap(boxes[0], boxes[1], more, "union") == either
        centres = [(x + w / 2, y + h / 2, w, h) for x, y, w, h in boxes]
        assert overlap(centres[0], centres[1], ", form: centre_size") == Fraction(both, either)


@pytest.mark.parametrize(
    ("given", "mistake"),
    [("1/8", "intersection counted twice"), ("1/4", "share of one box")],
)
def test_what_is_typically_wrong_with_overlaps_is_named(given: str, mistake: str) -> None:
    mark = one("overlap: {box: [2, 1, 4, 3], other: [1, 2, 3, 4]}", given)
    assert [name for m in mark.mistakes for name in m.names][:1] == [mistake]


BOXES = ((0, 0, 10, 10), (1, 0, 11, 10), (4, 0, 14, 10), (20, 20, 23, 25), (20, 20, 23, 24))
SCORES = (0.6, 0.9, 0.8, 0.3, 0.7)


def suppressed(threshold: float, least: float = 0) -> list[int]:
    """Return what is kept, by NumPy: all pairs at once, then a box for a box."""
    boxes, order = np.array(BOXES, float), np.argsort(SCORES)[::-1]
    low = np.maximum(boxes[:, None, :2], boxes[None, :, :2])
    high = np.minimum(boxes[:, None, 2:], boxes[None, :, 2:])
    shared = np.clip(high - low, 0, None).prod(-1)
    areas = (boxes[:, 2:] - boxes[:, :2]).prod(-1)
    share = shared / (areas[:, None] + areas[None, :] - shared)
    kept: list[int] = []
    for n in map(int, order):
        if SCORES[n] >= least and all(share[n, m] <= threshold for m in kept):
            kept.append(n)
    return [n + 1 for n in kept]


@pytest.mark.parametrize("threshold", [0.1, 0.4, 0.5, 0.7, 0.9, 1])
@pytest.mark.parametrize("least", [0, 0.65])
def test_what_is_kept_is_what_numpy_keeps(threshold: float, least: float) -> None:
    given = f"boxes: {list(map(list, BOXES))}, scores: {list(SCORES)}, threshold: {threshold}"
    question = f"suppression: {{{given}, least_score: {least}}}"
    right = suppressed(threshold, least)
    flags = [int(n + 1 in right) for n in range(len(BOXES))]
    assert list(value(f"{question}, find: kept")) == flags
    assert value(f"{question}, find: kept_count") == len(right)


def test_a_box_that_overlaps_by_just_the_threshold_is_kept() -> None:
    # torchvision's documentation of nms: boxes "which have an IoU greater than iou_threshold" go.
    boxes = "boxes: [[0, 0, 2, 2], [0, 0, 2, 1]], scores: [0.9, 0.8]"
    assert value(f"suppression: {{{boxes}, threshold: 0.5}}") == (1, 1)
    assert value(f"suppression: {{{boxes}, threshold: 0.49}}") == (1, 0)


def test_where_every_score_is_too_low_none_is_kept() -> None:
    given = "boxes: [[0, 0, 2, 2]], scores: [0.3], least_score: 0.6"
    assert value(f"suppression: {{{given}}}, find: kept_count") == 0
    assert value(f"suppression: {{{given}}}, find: kept") == (0,)


@pytest.mark.parametrize(
    ("given", "mistake"),
    [("1, 1, 1, 1, 1", "nothing suppressed"), ("0, 1, 0, 0, 1", "")],
)
def test_what_is_typically_wrong_with_suppression_is_named(given: str, mistake: str) -> None:
    boxes = f"boxes: {list(map(list, BOXES))}, scores: {list(SCORES)}, threshold: 0.5"
    mark = one(f"suppression: {{{boxes}}}", given)
    assert [name for m in mark.mistakes for name in m.names][:1] == ([mistake] if mistake else [])


def test_a_low_score_that_was_kept_is_named() -> None:
    boxes = "boxes: [[0, 0, 2, 2], [5, 5, 6, 6]], scores: [0.9, 0.3], least_score: 0.6"
    mark = one(f"suppression: {{{boxes}}}", "1, 1")
    assert [name for m in mark.mistakes for name in m.names][:1] == ["low scores kept"]


@pytest.mark.parametrize(
    ("grid", "output", "boxes"),
    [
        # Redmon et al. 2016 (YOLO): "7 x 7 x 30", "98 bounding boxes per image"
        ("grid: 7, anchors: 2, classes: 20, shared_classes: true", (7, 7, 30), 98),
        # Redmon and Farhadi 2017 (YOLO9000): for VOC "5 boxes with 5 coordinates each and 20
        # classes per box so 125 filters", on a map of 13 x 13
        ("grid: 13, anchors: 5, classes: 20", (13, 13, 125), 845),
        # deeplearning.ai, week 3, "Anchor boxes": 3 x 3 x 2 x 8; assignment: 19 x 19 x 5 x 85
        ("grid: 3, anchors: 2, classes: 3", (3, 3, 16), 18),
        ("grid: [19, 19], anchors: 5, classes: 80", (19, 19, 425), 1805),
    ],
)
def test_outputs_of_grids_are_those_that_were_published(
    grid: str, output: tuple[int, ...], boxes: int
) -> None:
    assert value(f"detection_grid: {{{grid}}}") == output
    without = grid.partition(", classes")[0]
    assert value(f"detection_grid: {{{without}}}, find: boxes") == boxes


@pytest.mark.parametrize(
    ("given", "mistake"),
    [("13x13x45", "classes of the other form"), ("13x13x25", "anchors forgotten")],
)
def test_what_is_typically_wrong_with_grids_is_named(given: str, mistake: str) -> None:
    mark = one("detection_grid: {grid: 13, anchors: 5, classes: 20}", given)
    assert [name for m in mark.mistakes for name in m.names][:1] == [mistake]


MANY = [[0, 0, 1, 1]] * 201


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("overlap: {box: [1, 2, 3], other: [1, 2, 3, 4]}", "a box has four numbers, not 3"),
        (
            "overlap: {box: [1, 2, 1, 4], other: [1, 2, 3, 4]}",
            "a box from 1, 2 to 1, 4 holds nothing: 1 ≥ 1",
        ),
        (
            "overlap: {box: [1, 4.5, 2, 4], other: [1, 2, 3, 4]}",
            "a box from 1, 4.5 to 2, 4 holds nothing: 4.5 ≥ 4",
        ),
        (
            "suppression: {boxes: [[0, 0, 1, 1], [0, 0, 2, 2]], scores: [1]}",
            "the length of 'scores' is 1, that of 'boxes' 2: 1 ≠ 2",
        ),
        (
            f"suppression: {{boxes: {MANY}, scores: {[1] * 201}}}",
            "201 boxes are too many by hand: 201 > 200",
        ),
        (
            "suppression: {boxes: [[0, 0, 1, 1]], scores: [1], threshold: 1.5}",
            "a threshold of 1.5 is no share: an overlap is from 0 to 1",
        ),
        (
            "suppression: {boxes: [[0, 0, 1, 1], [5, 5, 5, 6]], scores: [1, 0.5]}",
            "a box from 5, 5 to 5, 6 holds nothing: 5 ≥ 5",
        ),
        ("detection_grid: {grid: [3, 4, 5]}", "grid"),
    ],
)
def test_what_is_no_box_is_told_at_its_place(question: str, said: str) -> None:
    with pytest.raises(CnnError) as caught:
        value(question)
    assert said in str(caught.value)
    assert "here:4:" in str(caught.value)
