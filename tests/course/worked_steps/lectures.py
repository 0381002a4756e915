"""The numeric examples of the lectures, with the place of each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

Rows = Sequence[Sequence[float]]


class Example(NamedTuple):
    """One example: what goes in, and what is right."""

    place: str
    image: tuple[Rows, ...]
    """A plane for each channel."""
    kernel: str
    right: Rows
    stride: int = 1
    padding: str = "valid"
    flip: bool = False


SIX = [
    [3, 0, 1, 2, 7, 4],
    [1, 5, 8, 9, 3, 1],
    [2, 7, 2, 5, 1, 3],
    [0, 1, 3, 1, 7, 8],
    [4, 2, 1, 6, 2, 8],
    [2, 4, 5, 2, 3, 9],
]
SEVEN_000 = [
    [2, 3, 7, 4, 6, 2, 9],
    [6, 6, 9, 8, 7, 4, 3],
    [3, 4, 8, 3, 8, 9, 7],
    [7, 8, 3, 6, 6, 3, 4],
    [4, 2, 1, 8, 3, 4, 6],
    [3, 2, 4, 1, 9, 8, 3],
    [0, 1, 3, 9, 2, 1, 4],
]
SEVEN_001 = [
    [3, 0, 1, 2, 7, 4, 2],
    [1, 5, 8, 9, 3, 1, 1],
    [2, 7, 2, 5, 1, 3, 5],
    [0, 1, 3, 1, 7, 8, 4],
    [4, 2, 1, 6, 2, 8, 3],
    [2, 4, 5, 2, 3, 9, 8],
    [2, 3, 6, 4, 2, 0, 1],
]
GREY_002 = [
    [207, 190, 176, 204, 204, 208],
    [110, 108, 114, 112, 123, 142],
    [94, 100, 96, 121, 125, 108],
    [95, 86, 81, 84, 88, 88],
    [69, 51, 36, 72, 78, 81],
    [74, 97, 107, 116, 128, 133],
]
BRIGHT_DARK: Rows = [[10, 10, 10, 0, 0, 0]] * 6
DARK_BRIGHT: Rows = [[0, 0, 0, 10, 10, 10]] * 6
QUADRANTS: Rows = [[10, 10, 10, 0, 0, 0]] * 3 + [[0, 0, 0, 10, 10, 10]] * 3
FIVES: Rows = [[5] * 6] * 6

EDGES = [[-5, -4, 0, 8], [-10, -2, 2, 3], [0, -2, -4, -7], [-3, -2, -3, -16]]
NEGATIVE = [[5, 4, 0, -8], [10, 2, -2, -3], [0, 2, 4, 7], [3, 2, 3, 16]]
KERNEL_000 = "[[3, 4, 4], [1, 0, 2], [-1, 0, 3]]"
HORIZONTAL = [[0, 0, 0, 0], [30, 10, -10, -30], [30, 10, -10, -30], [0, 0, 0, 0]]
STEP = [[0, 30, 30, 0]] * 4

CONVOLUTIONS = [
    Example("000, lines 66-86", (SIX,), "vertical-edge", EDGES),
    Example("000, lines 66-86, kernel turned", (SIX,), "vertical-edge", NEGATIVE, flip=True),
    Example("000, lines 93-116", (BRIGHT_DARK,), "vertical-edge", STEP),
    Example(
        "000, lines 139-181", (DARK_BRIGHT,), "vertical-edge", [[0, -30, -30, 0] for _ in range(4)]
    ),
    Example("000, lines 205-226", (QUADRANTS,), "horizontal-edge", HORIZONTAL),
    Example(
        "000, lines 321-343, as it is right",
        (SEVEN_000,),
        KERNEL_000,
        [[91, 100, 88], [69, 91, 117], [44, 72, 74]],
        stride=2,
    ),
    Example("001, lines 145-520, as it is right", (SIX,), "vertical-edge-reversed", NEGATIVE),
    Example(
        "001, lines 711-938",
        (SEVEN_001,),
        "vertical-edge-reversed",
        [[5, 0, -3], [0, 4, 2], [4, -5, 5]],
        stride=2,
    ),
    Example(
        "001, lines 1095-1129, quiz, filter 1",
        (BRIGHT_DARK, DARK_BRIGHT, FIVES),
        "[vertical-edge, 0, 0]",
        STEP,
    ),
    Example(
        "001, lines 1141-1167, quiz, filter 2",
        (BRIGHT_DARK, DARK_BRIGHT, FIVES),
        "vertical-edge",
        [[0, 0, 0, 0] for _ in range(4)],
    ),
    Example(
        "002, line 175",
        (GREY_002,),
        "ones-3x3",
        [
            [1195, 1221, 1275, 1347],
            [884, 902, 944, 991],
            [708, 727, 781, 845],
            [696, 730, 790, 868],
        ],
    ),
    Example(
        "002, line 177",
        (GREY_002,),
        "sharpen",
        [[26, 78, -2, 32], [116, 64, 188, 185], [103, 103, 58, 65], [-33, -131, 46, 21]],
    ),
    Example(
        "002, line 190",
        (GREY_002,),
        "edge-detect",
        [[-82, -36, -114, -91], [16, -32, 67, 60], [17, 22, -26, -23], [-84, -167, -26, -57]],
    ),
    Example(
        "002, line 194",
        (GREY_002,),
        "emboss",
        [[-200, -100, -64, -118], [22, 36, 70, 29], [-93, -37, 6, -35], [53, 143, 240, 225]],
    ),
    Example("002, line 126", ([GREY_002[0]],), "derivative-x", [[-31, 14, 28, 4]]),
    Example(
        "002, lines 206-222, by its own definition",
        ([[1, 2, 4, 8, 16]],),
        "derivative-x",
        [[-3, -6, -12]],
        flip=True,
    ),
    Example("003, lines 235-297", (BRIGHT_DARK,), "vertical-edge", STEP),
    Example("003, lines 299-321", (QUADRANTS,), "horizontal-edge", HORIZONTAL),
]

FRAMES_001 = [*NEGATIVE[0], *NEGATIVE[1], *NEGATIVE[2], *NEGATIVE[3]]
"""The sixteen frames of lecture 001, lines 162-519, the seventh as it is right (2 is printed)."""


class Pooling(NamedTuple):
    """One example of pooling."""

    place: str
    image: Rows
    how: str
    right: Rows


FOUR_001: Rows = [[1, 3, 2, 1], [3, 6, 8, 9], [8, 3, 3, 9], [4, 6, 8, 2]]
POOLINGS = [
    Pooling(
        "000, lines 470-476, as it is right",
        [[1, 3, 2, 1], [2, 9, 1, 1], [1, 3, 2, 3], [5, 6, 1, 2]],
        "max",
        [[9, 2], [6, 3]],
    ),
    Pooling(
        "000, lines 486-497",
        [[1, 3, 2, 1], [2, 9, 1, 1], [1, 4, 2, 3], [5, 6, 1, 2]],
        "average",
        [[3.75, 1.25], [4, 2]],
    ),
    Pooling("001, lines 1321-1331", FOUR_001, "average", [[3.25, 5], [5.25, 5.5]]),
    Pooling("001, lines 1328-1337", FOUR_001, "max", [[6, 9], [8, 9]]),
    Pooling(
        "004, lines 626-630",
        [[1, 1, 2, 4], [5, 6, 7, 8], [3, 2, 1, 0], [1, 2, 3, 4]],
        "max",
        [[6, 8], [3, 4]],
    ),
]

FIVE = (-2, -1, 0, 1, 2)
ACTIVATIONS: list[tuple[str, str, tuple[float, ...], tuple[float, ...]]] = [
    ("001, line 1267", "sigmoid", FIVE, (0.1192, 0.2689, 0.5, 0.7311, 0.8808)),
    ("001, line 1280", "tanh", FIVE, (-0.964, -0.7616, 0, 0.7616, 0.964)),
    ("001, line 1292", "relu", FIVE, (0, 0, 0, 1, 2)),
    ("001, line 1298", "elu", FIVE, (-0.8647, -0.6321, 0, 1, 2)),
    ("003, line 331", "relu", (-1, 0, 2), (0, 0, 2)),
    ("003, lines 630-634", "relu6", (-3, 2, 6, 9), (0, 2, 6, 6)),
]


class Wrong(NamedTuple):
    """A result that a lecture prints and that is not right."""

    place: str
    image: Rows
    options: tuple[str, ...]
    printed: str
    mistakes: tuple[str, ...]


PRINTED_WRONG = [
    Wrong(
        "000, lines 341-343",
        SEVEN_000,
        ("--kernel", KERNEL_000, "--stride", "2"),
        "91 100 83; 69 91 127; 44 72 74",
        (
            "2 of 9 cells of what was expected are wrong",
            "row 1, column 3: 83 is printed, 88 is right",
            "row 2, column 3: 127 is printed, 117 is right",
        ),
    ),
    Wrong(
        "001, lines 506-518",
        SIX,
        ("--kernel", "vertical-edge-reversed"),
        "5 4 0 -8; 10 2 2 -3; 0 2 4 7; 3 2 3 16",
        (
            "1 of 16 cells of what was expected is wrong",
            "row 2, column 3: 2 is printed, -2 is right: the sign is wrong",
        ),
    ),
    Wrong(
        "000, lines 475-476",
        [[1, 3, 2, 1], [2, 9, 1, 1], [1, 3, 2, 3], [5, 6, 1, 2]],
        ("--pool", "max", "2"),
        "2 3; 3 2",
        (
            "4 of 4 cells of what was expected are wrong",
            "row 1, column 1: 2 is printed, 9 is right",
            "row 1, column 2: 3 is printed, 2 is right",
        ),
    ),
]
