"""Mermaid and DOT: every layer, every edge, blocks as frames, and nothing that is markup."""

from __future__ import annotations

import re

import pytest

import cnnanalyze as cnn

BLOCKS = """
cnn: 1
name: 'a "b" \\ c'
input: 9x9x2
blocks: {unit: {layers: [{conv: {filters: 2, kernel: [1, 3], padding: same}}, relu]}}
layers: [{unit: , repeat: 2}, {add: [tanh, []]}, {maxpool: 2}]
"""


def test_mermaid_frames_blocks_and_leaves_branches_alone() -> None:
    found = cnn.export(cnn.loads(BLOCKS), "mermaid").text
    assert (
        '  subgraph g1["unit1"]\n    n1["conv1<br>conv 1x3"]\n    n2["relu1<br>relu"]\n  end'
        in found
    )
    assert (
        '  n5["tanh1<br>tanh"]\n  n6["add1<br>add"]\n  n7["maxpool1<br>maxpool 2x2, stride 2x2"]'
        in found
    )
    assert "  n4 -->|9x9x2| n6" in found


def test_dot_quotes_what_a_network_is_called() -> None:
    found = cnn.export(cnn.loads(BLOCKS), "dot").text
    assert found.startswith('digraph "a \\"b\\" \\\\ c" {\n')


@pytest.mark.parametrize(
    "name", ["resnet18", "googlenet_auxiliary", "yolov3", "lecture_003_separable"]
)
def test_every_layer_and_every_edge_is_there_once(name: str) -> None:
    network = cnn.load(f"zoo:{name}")
    edges = sum(len(node.inputs) for node in network)
    names = len(network) + len(network.inputs)
    mermaid, dot = (cnn.export(network, to).text for to in ("mermaid", "dot"))
    assert len(re.findall(r"^ *n\d+[(\[]", mermaid, re.MULTILINE)) == names
    assert len(re.findall(r"^ *n\d+ \[", dot, re.MULTILINE)) == names
    assert (mermaid.count("-->"), dot.count("->")) == (edges, edges)
    assert mermaid.count("subgraph") == len(re.findall(r"^ *end$", mermaid, re.MULTILINE))
    assert dot.count("{") == dot.count("}")
    assert mermaid.count("subgraph") == dot.count("subgraph")
