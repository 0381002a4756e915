"""Odd and hostile ONNX files: each is a network, or refused; all of them in 2 GB and 10 seconds."""

from __future__ import annotations

import resource
import struct
import subprocess
import sys
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

import cnnanalyze as cnn
from tests.conftest import Run
from tests.exchange.onnx.files import (
    INT64,
    field,
    fields,
    function,
    graph,
    model,
    node,
    tensor,
    value,
    varint,
)

MEMORY, SECONDS = 2 * 2**30, 10


def doubled(depth: int) -> bytes:
    """Return a file of functions that each call the one before twice."""
    bodies = [function("F0", "a", "b", node("Relu", "a", "b"))]
    for n in range(1, depth + 1):
        before = f"F{n - 1}"
        calls = [node(before, "a", "m", domain="d"), node(before, "m", "b", domain="d")]
        bodies.append(function(f"F{n}", "a", "b", *calls))
    return model(graph(node(f"F{depth}", "x", "y", domain="d")), *bodies)


def nested(depth: int) -> bytes:
    """Return a file of branches within branches."""
    inner = graph(node("Relu", "x", "y"), inputs=())
    for _ in range(depth):
        inner = graph(
            node("If", "c", "y", then_branch=inner, else_branch=graph(inputs=(), outputs=[OUT])),
            inputs=(),
        )
    return model(inner + fields(11, [value("x", (1, 3, 8, 8)), value("c", (), 9)]))


OUT = value("x")
WEIGHT = tensor("w", (4, 3, 3, 3))


def conv(weight: bytes = WEIGHT, *more: bytes, **attributes: Any) -> bytes:
    """Return a file with a convolution of three channels."""
    return model(graph(node("Conv", "x w", "y", **attributes), tensors=[weight, *more]))


def outside(path: str) -> bytes:
    """Return a weight that lies in another file."""
    entry = field(13, field(1, "location") + field(2, path))
    return tensor("w", (4, 3, 3, 3), 1, entry, field(13, field(1, "__class__") + field(2, "x")),
                  field(14, 1))  # fmt: skip


def integers(name: str, *numbers: int) -> bytes:
    """Return a small constant of whole numbers."""
    raw = field(9, struct.pack(f"<{len(numbers)}q", *numbers))
    return tensor(name, (len(numbers),), INT64, raw)


FILES: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "the file is empty"),
    "text": (b"this is no network\n", "byte 1: a group ends that did not begin"),
    "zeros": (bytes(4096), "byte 1: a field with the number 0"),
    "no_graph": (model(b"")[:2] + field(8, b""), "there is no graph in it"),
    "huge_extents": (conv(tensor("w", (2**40, 3, 3, 3))), "the limit is 1,000,000,000,000"),
    "negative_extents": (conv(tensor("w", (-4, 3, 3, 3))), "the extent -4, and none is less"),
    "many_extents": (conv(tensor("w", (1,) * 100_000)), "has 100,000 axes; the limit is 64"),
    "cycle": (
        model(graph(node("Relu", "b", "a"), node("Relu", "a", "b"), node("Add", "x a", "y"))),
        "the nodes form a cycle: a → b → a",
    ),
    "self_loop": (model(graph(node("Relu", "y", "y"))), "it reads what it computes itself"),
    "twice_defined": (
        model(graph(node("Relu", "x", "y"), node("Tanh", "x", "y"))),
        "'y' is defined twice",
    ),
    "length_bomb": (field(1, 8) + b"\x3a" + varint(2**63 - 1), "9,223,372,036,854,775,807 bytes"),
    "number_bomb": (b"\x08" + b"\xff" * 100_000, "a number of more than 10 bytes"),
    "functions": (doubled(30), "has 1,073,741,824 nodes when its functions are expanded"),
    "branches": (nested(10), "node 'y' (If): its output 'y' is not known"),
    "deep": (nested(500), "nested more than 32 deep"),
    "group_zero": (conv(group=0), "node 'y' (Conv): "),
    "stride_zero": (conv(strides=[0, 0]), "node 'y' (Conv): "),
    "other_kernel": (conv(kernel_shape=[5, 5]), "node 'y' (Conv): "),
    "future": (
        model(graph(node("Relu", "x", "y")), opsets=[("", 999)]),
        "version 999 of ONNX's operators",
    ),
    "foreign": (
        model(graph(node("Swirl", "x", "y", domain="ai.acme"))),
        "node 'y' (ai.acme::Swirl): its output 'y' is not known",
    ),
    "huge_shape": (
        model(
            graph(
                node("ConstantOfShape", "s", "c"),
                node("Add", "x c", "y"),
                tensors=[integers("s", 2**40, 2**40)],
            )
        ),
        "node ",
    ),
}
"""What is refused, and how."""

NETWORKS: dict[str, tuple[bytes, list[str], int]] = {
    "unsorted": (
        model(graph(node("Relu", "a", "y"), node("Tanh", "x", "a"))),
        ["tanh", "relu"],
        0,
    ),
    "traversal": (conv(outside("../../../etc/passwd")), ["conv"], 108),
    "attribute": (conv(outside("w.bin")), ["conv"], 108),
    "batch_of_64": (
        model(
            graph(
                node("Conv", "x w", "a"),
                node("Reshape", "a s", "b"),
                node("Gemm", "b v", "y", transB=1),
                tensors=[WEIGHT, integers("s", 64, -1), tensor("v", (5, 4 * 6 * 6))],
                inputs=[value("x", (64, 3, 8, 8))],
            )
        ),
        ["conv", "dense"],
        108 + 5 * 4 * 6 * 6,
    ),
    "shared": (
        model(
            graph(
                node("Conv", "x w", "a"),
                node("Conv", "a w", "y"),
                tensors=[tensor("w", (3, 3, 3, 3))],
            )
        ),
        ["conv", "conv"],
        81,
    ),
    "first_opset": (
        model(
            graph(node("Dropout", "x", "a", is_test=1), node("Relu", "a", "y")), opsets=[("", 1)]
        ),
        ["dropout", "relu"],
        0,
    ),
}  # fmt: skip
"""What is a network, with its kinds and its parameters."""


@pytest.fixture
def put(tmp_path: Path) -> Callable[[bytes], Path]:
    """Return what writes a file."""

    def write(data: bytes) -> Path:
        path = tmp_path / "net.onnx"
        path.write_bytes(data)
        return path

    return write


@pytest.mark.parametrize("name", FILES)
def test_file_is_refused(name: str, put: Callable[[bytes], Path]) -> None:
    data, said = FILES[name]
    path = put(data)
    with pytest.raises(cnn.SpecError) as caught:
        cnn.load(path)
    assert caught.value.message.startswith(f"{path}: ") or caught.value.faults[0].mark
    assert said in str(caught.value)


@pytest.mark.parametrize("name", NETWORKS)
def test_file_is_a_network(name: str, put: Callable[[bytes], Path]) -> None:
    data, kinds, parameters = NETWORKS[name]
    net = cnn.load(put(data))
    assert [node.kind for node in net] == kinds
    assert cnn.analyze(net).total.parameters == parameters


def test_work_grows_no_faster_than_the_file(put: Callable[[bytes], Path]) -> None:
    # with one name for all nodes, and numbers in ten thousand rows, squares would be felt
    count = 5_000
    names = ["x", *(f"v{n}" for n in range(count)), "y"]
    chain = [node("Relu", a, b, name="same") for a, b in pairwise(names)]
    assert len(cnn.load(put(model(graph(*chain))))) == count + 1
    rows = b"".join(field(7, bytes(4)) for _ in range(50_000))
    odd = node("Op", "x", "z") + field(5, field(1, "a") + rows + field(20, 6))
    net = cnn.load(put(model(graph(node("Relu", "x", "y"), odd))))
    assert [one.kind for one in net] == ["relu"]


def test_operator_of_somebody_elses_is_opaque_where_its_shape_is_declared(
    put: Callable[[bytes], Path],
) -> None:
    text = graph(node("Swirl", "x", "y", domain="ai.acme"), outputs=[value("y", (1, 7, 5, 5))])
    net = cnn.load(put(model(text)))
    assert [(node.kind, str(node.output)) for node in net] == [("opaque", "5x5x7")]
    assert cnn.analyze(net).status == "partial"


def test_operator_of_somebody_elses_is_opaque_where_its_shape_is_told(
    put: Callable[[bytes], Path], run: Run
) -> None:
    path = put(model(graph(node("Swirl", "x", "y", domain="ai.acme"))))
    refused = run("import", path)
    assert refused.err.endswith(
        "node 'y' (ai.acme::Swirl): its output 'y' is not known: there is no layer for it, and "
        "the file declares no shape\n"
        "  help: tell it: cnnanalyze import ... --shape y=1x64x56x56, with what it really is\n"
    )
    outcome = run("import", path, "--shape", "y=1x7x5x5")
    assert outcome.out.endswith("  - opaque: {output: 5x5x7, about: Swirl}\n")
    net = cnn.from_onnx(path, shapes={"y": (1, 7, 5, 5)})
    assert cnn.analyze(net).status == "partial"


def test_all_of_them_are_answered_by_one_process_with_bounds(tmp_path: Path) -> None:
    every = {name: data for name, (data, _) in FILES.items()}
    every |= {name: data for name, (data, *_) in NETWORKS.items()}
    for name, data in every.items():
        (tmp_path / f"{name}.onnx").write_bytes(data)
    code = (
        "import sys\n"
        "from pathlib import Path\n"
        "import cnnanalyze as cnn\n"
        "for path in sorted(Path(sys.argv[1]).iterdir()):\n"
        "    try:\n"
        "        cnn.analyze(path)\n"
        "    except cnn.CnnError as error:\n"
        "        assert error.message\n"
        "    print(path.stem)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, tmp_path],
        capture_output=True,
        text=True,
        check=True,
        timeout=SECONDS * 6,  # on a machine that does other things besides
        # What needs more memory ends with an error there, and so here.
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY)),
    )
    assert done.stdout.split() == sorted(every)
