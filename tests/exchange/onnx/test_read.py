"""Reading ONNX files: what is kept, and what is refused."""

from __future__ import annotations

import struct
import sys
from pathlib import Path
from subprocess import run

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cnnanalyze.errors import CnnError, SpecError
from cnnanalyze.exchange.onnx.functions import MOST_DEPTH, MOST_OPERATIONS
from cnnanalyze.exchange.onnx.model import MOST_NUMBERS, Graph, Model, Tensor, Value
from cnnanalyze.exchange.onnx.read import parse, read
from tests.exchange.onnx.files import (
    attribute,
    field,
    fields,
    function,
    graph,
    model,
    node,
    tensor,
    value,
)


def parsed(data: bytes) -> Model:
    return parse(memoryview(data))


def refusal(data: bytes) -> str:
    with pytest.raises(SpecError) as caught:
        parsed(data)
    return str(caught.value)


def with_tensor(written: bytes) -> bytes:
    """Return a file with a tensor that nothing reads."""
    return model(graph(node("Relu", "x", "y"), tensors=[written]))


def answered(data: bytes) -> bool:
    """Whether there is a model, or a message."""
    try:
        return isinstance(parsed(data), Model)
    except CnnError as error:
        return bool(error.message)


SMALL = model(
    graph(
        node("Conv", "x w", "a", name="Conv_3", strides=[2, 2], auto_pad="SAME_UPPER"),
        node("Clip", "a - high", "y", domain="ai.onnx"),
        tensors=[
            tensor("w", (5, 3, 7, 7), 1, field(9, bytes(5 * 3 * 7 * 7 * 4))),
            tensor("high", (), 1, field(9, struct.pack("<f", 6.0))),
        ],
        inputs=[value("x", ("batch", 3, 31, 37)), value("w", (5, 3, 7, 7))],
        values=[value("a", ("batch", 5, 16, 19))],
    )
)


def test_what_is_kept_of_a_file() -> None:
    found = parsed(SMALL)
    assert (found.name, found.producer, found.opsets) == ("g", "tests", {"": 17, "d": 1})
    assert found.graph.inputs == (Value("x", "float32", ("batch", 3, 31, 37)),)
    assert found.graph.outputs == (Value("y", "float32", None),)
    assert found.graph.values == {"a": Value("a", "float32", ("batch", 5, 16, 19))}
    conv, clip = found.graph.operations
    assert str(conv) == "node 'Conv_3' (Conv)"
    assert (conv.inputs, conv.outputs) == (("x", "w"), ("a",))
    assert conv.attributes == {"strides": (2, 2), "auto_pad": "SAME_UPPER"}
    assert (clip.name, clip.domain, clip.inputs) == ("y", "", ("a", "", "high"))
    assert found.graph.constants["high"].data == struct.pack("<f", 6.0)


@pytest.mark.parametrize(
    ("kind", "numbers", "expected"),
    [
        (1, fields(4, [0.5, -2.0]), struct.pack("<2f", 0.5, -2.0)),
        (3, fields(5, [-3, 5]), b"\xfd\x05"),
        (6, fields(5, [-3, 5]), struct.pack("<2i", -3, 5)),
        (7, fields(7, [-3, 5]), struct.pack("<2q", -3, 5)),
        (9, fields(5, [1, 0]), b"\1\0"),
        (10, fields(5, [0x3C00, 0xC000]), struct.pack("<2e", 1.0, -2.0)),
        (12, fields(11, [3, 5]), struct.pack("<2I", 3, 5)),
        (11, b"\x52\x10" + struct.pack("<2d", 0.5, -2.0), struct.pack("<2d", 0.5, -2.0)),
        (14, fields(4, [0.5, 1.0, 2.0, 4.0]), struct.pack("<4f", 0.5, 1.0, 2.0, 4.0)),
        (8, fields(6, ["a", "b"]), None),
        (22, field(9, b"\x53"), None),
        (1, b"", None),
    ],
)
def test_numbers_of_small_tensors(kind: int, numbers: bytes, expected: bytes | None) -> None:
    found = parsed(model(graph(node("Relu", "t", "y"), tensors=[tensor("t", (2,), kind, numbers)])))
    assert found.graph.constants["t"].data == expected


def test_numbers_of_weights_are_not_kept() -> None:
    sizes = {MOST_NUMBERS: True, MOST_NUMBERS + 1: False}
    for size, kept in sizes.items():
        raw = tensor("t", (size,), 1, field(9, bytes(4 * size)))
        found = parsed(model(graph(node("Relu", "t", "y"), tensors=[raw])))
        assert (found.graph.constants["t"].data is not None) is kept


def test_type_that_is_not_known_is_said() -> None:
    found = parsed(model(graph(node("Relu", "t", "y"), tensors=[tensor("t", (2,), 99)])))
    assert found.graph.constants["t"] == Tensor("t", (2,), "unknown")


def test_sparse_constants_have_the_shape_of_the_whole() -> None:
    sparse = field(1, tensor("w", (4,), 1)) + fields(3, [5, 3])
    text = graph(node("MatMul", "x w", "y")) + field(15, sparse)
    assert parsed(model(text)).graph.constants == {"w": Tensor("w", (5, 3), "float32")}


def test_attributes_of_every_kind() -> None:
    inner = graph(node("Relu", "x", "y"), inputs=())
    written = node(
        "Op",
        "x",
        "y",
        a=2.5,
        b=-3,
        c="text",
        d={"tensor": tensor("t", (1,), 7, fields(7, [11]))},
        e=inner,
        f=[0.5, 0.25],
        g=[3, 5],
        h=["p", "q"],
    )
    (found,) = parsed(model(graph(written))).graph.operations
    given = dict(found.attributes)
    subgraph = given.pop("e")
    assert isinstance(subgraph, Graph)
    assert [str(one) for one in subgraph.operations] == ["node 'y' (Relu)"]
    assert given == {
        "a": 2.5,
        "b": -3,
        "c": "text",
        "d": Tensor("t", (1,), "int64", struct.pack("<q", 11)),
        "f": (0.5, 0.25),
        "g": (3, 5),
        "h": ("p", "q"),
    }


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (field(2, 2.5), 2.5),
        (field(3, 7), 7),
        (field(4, "text"), "text"),
        (field(4, b"\xff"), b"\xff"),
        (fields(7, [0.5]), (0.5,)),
        (fields(8, [7, 11]), (7, 11)),
        (b"", ()),
        (field(20, 1), 0.0),
        (field(20, 2), 0),
        (field(20, 3), ""),
        (field(20, 13) + field(14, field(4, b"")), Value("", "sequence", None)),
        (field(20, 12) + field(23, b""), (Tensor("", (), "unknown"),)),
        (field(20, 11) + field(22, fields(3, [3, 5])), Tensor("", (3, 5), "unknown")),
    ],
)
def test_attributes_without_a_kind_and_without_a_value(written: bytes, expected: object) -> None:
    text = node("Op", "x", "y") + field(5, field(1, "a") + written)
    (found,) = parsed(model(graph(text))).graph.operations
    assert found.attributes == {"a": expected}


def test_extents_that_are_not_known() -> None:
    text = graph(node("Relu", "x", "y"), inputs=[value("x", (-1, "n", 0)) + b""])
    assert parsed(model(text)).graph.inputs[0].shape == (None, "n", 0)


def test_names_of_opsets_and_files_without_any() -> None:
    text = graph(node("Relu", "x", "y"))
    assert parsed(model(text, opsets=[("ai.onnx", 9)])).opsets == {"": 9}
    assert parsed(model(text, opsets=[])).opsets == {"": 1}


def test_weights_in_another_file_are_not_opened(tmp_path: Path) -> None:
    (tmp_path / "w.bin").mkdir()  # opening it would fail
    place = field(13, field(1, "location") + field(2, "w.bin")) + field(14, 1)
    text = graph(node("Conv", "x w", "y"), tensors=[tensor("w", (2, 3, 1, 1), 1, place)])
    path = tmp_path / "net.onnx"
    path.write_bytes(model(text))
    assert read(path).graph.constants["w"] == Tensor("w", (2, 3, 1, 1), "float32")


def test_large_weights_take_neither_time_nor_memory(tmp_path: Path) -> None:
    size = 600_000_000
    path = tmp_path / "net.onnx"
    weight = tensor("w", (size // 4,), 1)
    head = weight + b"\x4a" + b"\x80\x8c\x8d\x9e\x02"  # raw_data of 600,000,000 bytes
    rest = graph(node("Relu", "w", "y"), inputs=())
    before = b"\x2a" + _varint(len(head) + size) + head
    with path.open("wb") as file:  # a file with a hole: nothing is written there
        file.write(b"\x3a" + _varint(len(before) + size + len(rest)) + before)
        file.seek(size, 1)
        file.write(rest)
    assert memory_of_reading(path) == ("(150000000,)", True)


def test_many_weights_take_no_memory(tmp_path: Path) -> None:
    # each is looked at where it begins and where it ends, and the system maps what lies around
    size = 50_000
    tensors = [tensor(f"w{n}", (size,), 1, field(9, bytes(4 * size))) for n in range(500)]
    path = tmp_path / "net.onnx"
    path.write_bytes(model(graph(node("Relu", "w0", "y"), inputs=(), tensors=tensors)))
    assert path.stat().st_size > 100_000_000
    assert memory_of_reading(path) == (f"({size},)", True)


def memory_of_reading(path: Path) -> tuple[str, bool]:
    """Return the shape of the first constant of a file, and if reading took less than 20 MB.

    The system is asked of the program that runs: ``resource`` counts in what began it.
    """
    if not Path("/proc/self/status").exists():
        pytest.skip("this system does not say how much memory a program takes")
    code = (
        "import re, sys\n"
        "from pathlib import Path\n"
        "from cnnanalyze.exchange.onnx.read import read\n"
        "def most():\n"
        "    status = Path('/proc/self/status').read_text()\n"
        "    return int(re.search(r'VmHWM:\\s*(\\d+) kB', status)[1])\n"
        "before = most()\n"
        "print(next(iter(read(sys.argv[1]).graph.constants.values())).shape)\n"
        "print(most() - before < 20_000)\n"
    )
    done = run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True)
    shape, is_little = done.stdout.split("\n")[:2]
    return shape, is_little == "True"


def _varint(number: int) -> bytes:
    return field(1, number)[1:]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (
            model(b"")[:0] + field(1, 8),
            (
                "error: there is no graph in it\n"
                "  help: this is not an ONNX file of a network"
            ),
        ),
        (
            model(graph(node("Relu", "a", "y"))),
            (
                "error: node 'y' (Relu): it reads 'a', which is no input, no constant and no "
                "output of a node"
            ),
        ),
        (
            model(graph(node("Relu", "x", "z"))),
            "error: the output 'y' of the graph is computed by no node",
        ),
        (
            model(graph(node("", "x", "y", name="n"))),
            "error: node 'n' does not say what it computes",
        ),
        (
            model(graph(node("Relu", "x", "y"), inputs=[value("x"), value("x")])),
            "error: the input 'x' is defined twice",
        ),
        (
            model(graph(node("Relu", "x", "y"), tensors=[tensor("w", (2,))] * 2)),
            "error: the constant 'w' is defined twice",
        ),
        (
            with_tensor(tensor("w", (-4, 3))),
            "error: the tensor 'w' has the extent -4, and none is less than 0",
        ),
        (
            with_tensor(tensor("w", (2**40, 3))),
            (
                "error: the tensor 'w' has 1099511627776·3 = 3,298,534,883,328 numbers; "
                "the limit is 1,000,000,000,000"
            ),
        ),
        (
            with_tensor(tensor("w", (1,) * 65)),
            "error: the tensor 'w' has 65 axes; the limit is 64",
        ),
        (
            model(graph(node("Relu", "x", "y"), inputs=[value("x", (1,) * 65)])),
            "error: the value 'x' has 65 axes; the limit is 64",
        ),
        (
            model(graph(node("Relu", "x", "y"), inputs=[value("x", ("n", 10**7, 10**6))])),
            (
                "error: the value 'x' has 10,000,000,000,000 numbers; the limit is "
                "1,000,000,000,000\n"
                "  help: write its extents as symbols, or export the network for a smaller input"
            ),
        ),
        (
            with_tensor(tensor("w", (2, 3), 1, field(9, b"abc"))),
            "error: the tensor 'w' has 6 numbers of 4 bytes and brings 3 bytes: 24 ≠ 3",
        ),
        (
            with_tensor(tensor("w", (3,), 7, fields(7, [7, 11]))),
            "error: the tensor 'w' has 3 numbers and brings 2",
        ),
        (
            model(graph(node("Op", "x", "y", value={"tensor": tensor("t", (-1,))}))),
            (
                "error: node 'y' (Op): the tensor 't' has the extent -1, and none is less than 0"
            ),
        ),
        (
            model(graph(node("Op", "x", "y") + field(5, field(1, "a") + field(20, 99)))),
            "error: node 'y' (Op): the attribute 'a' is of the kind 99, which does not exist",
        ),
        (
            model(graph(node("Op", "x", "y", a="x" * 1_000_001))),
            "error: node 'y' (Op): a text of 1,000,001 bytes; the limit is 1,000,000",
        ),
        (
            model(graph(node("Op", "x", "y", a={"of": "b"}))),
            (
                "error: node 'y' (Op): the attribute 'a' is that of a function, 'b', and the node "
                "is in none"
            ),
        ),
    ],
)  # fmt: skip
def test_files_that_are_refused(data: bytes, said: str) -> None:
    assert refusal(data) == said


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "error: the file is empty\n  help: export the network again"),
        (
            b"version https://git-lfs.github.com/spec/v1\noid sha256:77\nsize 102\n",
            (
                "error: this is a pointer of Git LFS, not the file itself\n"
                "  help: 'git lfs pull' gets the file"
            ),
        ),
        (
            b"this is no network",
            (
                "error: byte 1: a group ends that did not begin\n"
                "  help: this is not an ONNX file, or it was cut off on its way"
            ),
        ),
    ],
)
def test_files_that_are_none(data: bytes, said: str, tmp_path: Path) -> None:
    path = tmp_path / "net.onnx"
    path.write_bytes(data)
    with pytest.raises(SpecError) as caught:
        read(path)
    assert str(caught.value) == said


@pytest.mark.thorough
def test_nodes_are_bounded() -> None:
    text = graph(*[node("Relu", "x", "-")] * (MOST_OPERATIONS + 1), node("Relu", "x", "y"))
    assert refusal(model(text)) == ("error: the graph has more than 100,000 nodes, the limit")


def nested(depth: int) -> bytes:
    """Return a graph with one node that has another such graph inside, and so on."""
    inner = graph(node("Relu", "x", "y"), inputs=())
    for _ in range(depth):
        inner = graph(node("If", "x", "y", then_branch=inner), inputs=())
    return inner + field(11, value("x"))


def test_graphs_inside_of_graphs_are_bounded() -> None:
    assert parsed(model(nested(MOST_DEPTH))).graph.operations[0].operator == "If"
    for depth in (MOST_DEPTH + 1, 500):
        assert refusal(model(nested(depth))).endswith(
            "graphs and functions are nested more than 32 deep"
        )


WHOLE = model(
    graph(
        node("F", "x", "a", domain="d", size=[3, 3]),
        node("If", "a", "b", then_branch=graph(node("Relu", "a", "y"), inputs=())),
        node("Conv", "b w", "y", name="last", kernel_shape=[3, 3]),
        tensors=[tensor("w", (2, 3, 3, 3), 1, field(9, bytes(216)))],
    ),
    function("F", "p", "q", node("Op", "p", "q", kernel={"of": "size"}), attributes="size"),
)


@given(
    changes=st.lists(
        st.tuples(st.integers(0, len(WHOLE) - 1), st.integers(0, 255)), min_size=1, max_size=5
    ),
    cut=st.integers(0, len(WHOLE)),
)
@example(changes=[(0, 8)], cut=len(WHOLE))
def test_changed_bytes_give_a_model_or_a_message(changes: list[tuple[int, int]], cut: int) -> None:
    data = bytearray(WHOLE)
    for place, byte in changes:
        data[place] = byte
    assert answered(bytes(data[:cut]))


@given(data=st.binary(max_size=200))
@example(data=attribute("a", 1))
def test_any_bytes_give_a_model_or_a_message(data: bytes) -> None:
    assert answered(field(7, data))
