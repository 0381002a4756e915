"""The drawing in a terminal."""

from __future__ import annotations

import pytest
from hypothesis import given

import cnnanalyze as cnn
from cnnanalyze.drawing.outline import outline
from tests.strategies.networks import specs


def lines(name: str, width: int = 100) -> list[str]:
    analysis = cnn.analyze(f"zoo:{name}").analysis
    return ["".join(t for t, _ in line).rstrip() for line in outline(analysis, width=width)]


RESNET18 = """\
○   input                     224×224×3
●   7×7 conv, 64, /2 bn relu  112×112×64
●   3×3 max pool, /2          56×56×64
●   stage1 A ×2               56×56×64
●   stage2                    28×28×128
┆ ● residual1 B               28×28×128
┆ ● residual2 A               28×28×128
"""


def test_a_residual_network() -> None:
    text = "\n".join(lines("resnet18"))
    assert text.startswith(RESNET18)
    assert text.endswith(
        "\nB residual\n"
        "├─● 3×3 conv, C, /2 bn relu  H/2×W/2×C\n"
        "│ ● 3×3 conv, C bn           H/2×W/2×C\n"
        "● │ 1×1 conv, C, /2 bn       H/2×W/2×C\n"
        "●─╯ + relu                   H/2×W/2×C"
    )


def test_four_branches() -> None:
    found = lines("googlenet")
    at = found.index("A inception")
    assert [line[:8] for line in found[at + 1 :]] == [
        "├─●     ",
        "├─┼─●   ",
        "│ │ ●   ",
        "├─┼─┼─● ",
        "│ │ │ ● ",
        "● │ │ │ ",
        "● │ │ │ ",
        "●─┴─┴─╯ ",
    ]


@pytest.mark.parametrize("width", [80, 100, 200])
@pytest.mark.parametrize("name", ["resnet50", "unet", "nasnet_a_mobile", "sobel", "yolov3"])
def test_lines_fit_the_terminal(name: str, width: int) -> None:
    assert max(map(len, lines(name, width))) <= width


@given(specs())
def test_tracks_are_whole(text: str) -> None:
    """One dot on every line; whatever branches off comes back or ends."""
    analysis = cnn.analyze(cnn.loads(text)).analysis
    for line in outline(analysis, width=120):
        if not line or line[0][1] != "dim":
            continue
        lanes = line[0][0]
        assert lanes.count("●") + lanes.count("○") == 1
        assert set(lanes) <= set("●○│├┤╯╰┼┴─┆ ")


CROWD = """\
○ input                                      7×5×3
  ← what a line reads, if not the one above
● 1 relu                                     7×5×3
● 2 tanh ← in                                7×5×3
"""


def test_more_branches_than_tracks_can_be_read_are_listed_by_number() -> None:
    names = ["relu", "tanh", "elu", "gelu", "sigmoid", "softplus", "mish", "silu", "relu6"]
    branches = ", ".join(f"[{name}]" for name in (*names, *names))
    net = cnn.loads(f"{{cnn: 1, input: 7x5x3, layers: [{{concat: [{branches}, []]}}]}}")
    found = [
        "".join(t for t, _ in line).rstrip()
        for line in outline(cnn.analyze(net).analysis, width=60)
    ]
    assert "\n".join(found).startswith(CROWD)
    assert found[-1] == "● 19 concat ← in,1-18                        7×5×57"


def test_a_crowded_block_tells_what_it_reads_and_what_leaves_it() -> None:
    steps = "\n".join(f"      - {{elu: {{alpha: {i}}}, as: a{i}}}" for i in range(1, 19))
    inside = ", ".join(f"a{i}" for i in range(1, 19))
    net = cnn.loads(
        "cnn: 1\ninput: 7x5x3\nlayers:\n  - {conv: {filters: 2, kernel: 1}, as: s}\n  - tanh\n"
        f"  - as: stage\n    for: {{w: [1]}}\n    do:\n{steps}\n      - concat: [s, {inside}]\n"
    )
    found = ["".join(t for t, _ in line).strip() for line in outline(cnn.analyze(net).analysis)]
    assert any(line.startswith("● 1 elu") and "←" not in line for line in found)
    assert any(line.startswith("● 19 concat ← in2,1-18 ") for line in found), found
