"""Headers of safetensors: what they say is read, and what cannot be is refused at its place."""

from __future__ import annotations

import json
import random
import struct
from pathlib import Path
from typing import Any

import pytest

from cnnanalyze.errors import CnnError, SpecError
from cnnanalyze.exchange.weights.read import read_weights


def stored(path: Path, header: Any, *, numbers: int = 40, length: int | None = None) -> Path:
    """Write a file with a header, and zeros in the place of its numbers."""
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    declared = len(text) if length is None else length
    path.write_bytes(struct.pack("<Q", declared) + text + bytes(numbers))
    return path


def tensor(*shape: int, type: str = "F32", begin: int = 0, end: int = 40) -> dict[str, Any]:  # noqa: A002 - as the format
    return {"dtype": type, "shape": list(shape), "data_offsets": [begin, end]}


GOOD = {
    "__metadata__": {"format": "pt"},
    "a.weight": tensor(2, 3, end=24),
    "a.bias": tensor(2, begin=24, end=32),
    "a.num_batches_tracked": tensor(type="I64", begin=32, end=40),
}


def test_names_and_extents_are_read_and_counters_told_apart(tmp_path: Path) -> None:
    found = read_weights(stored(tmp_path / "m.safetensors", GOOD))
    assert [(str(one), one.is_learned) for one in found.tensors] == [
        ("a.weight 2x3", True),
        ("a.bias 2", True),
        ("a.num_batches_tracked one number", False),
    ]


def test_the_numbers_of_a_large_file_are_not_read(tmp_path: Path) -> None:
    """A file of 20 GB that takes no place: only its header can be read at once."""
    path = tmp_path / "m.safetensors"
    size = 20_000_000_000
    stored(path, {"w": tensor(size // 4, end=size)}, numbers=0)
    with path.open("ab") as file:
        file.truncate(path.stat().st_size + size)
    assert read_weights(path).tensors[0].shape == (size // 4,)


REFUSED: dict[str, tuple[Any, dict[str, Any], str]] = {
    "no length": (b"", {"length": 0, "numbers": 0}, "is not JSON: Expecting value"),
    "a header longer than the file": (
        GOOD,
        {"length": 2**63},
        "byte 1: a header of 9,223,372,036,854,775,808 bytes is declared, and ",
    ),
    "no JSON": (b"{]", {}, "the header is not JSON: "),
    "no object": ([1], {}, "the header is not an object of JSON, but list"),
    "nested without end": (b"[" * 100_000, {}, "the header is not JSON: "),
    "a number without end": (b'{"a": ' + b"9" * 10_000 + b"}", {}, "the header is not JSON: "),
    "a tensor twice": (
        b'{"a": {"dtype": "F32"}, "a": {"dtype": "F32"}}',
        {},
        "the header: 'a' stands there twice",
    ),
    "no shape": (
        {"a": {"dtype": "F32", "data_offsets": [0, 4]}},
        {},
        "tensor 'a' needs a 'dtype', a 'shape' and 'data_offsets' in whole numbers from 0 on",
    ),
    "a negative extent": ({"a": tensor(-2)}, {}, "tensor 'a' needs a 'dtype', a 'shape' and"),
    "an extent that is not a number": (
        {"a": {"dtype": "F32", "shape": [True], "data_offsets": [0, 4]}},
        {},
        "tensor 'a' needs a 'dtype', a 'shape' and",
    ),
    "numbers beyond the file": (
        {"a": tensor(11, end=44)},
        {},
        "tensor 'a' lies at bytes 0 to 44 of 40",
    ),
    "numbers that end before they begin": (
        {"a": tensor(1, begin=8, end=4)},
        {},
        "tensor 'a' lies at bytes 8 to 4 of 40",
    ),
    "other bytes than numbers": (
        {"a": tensor(7, end=24)},
        {},
        "tensor 'a': 7 numbers of type F32 take 28 bytes, and 24 are declared: 28 ≠ 24",
    ),
    "more numbers than there are": (
        {"a": tensor(2**40, 2**40)},
        {},
        "tensor 'a' has 1,208,925,819,614,629,174,706,176 numbers; the limit is",
    ),
    "many axes": ({"a": tensor(*[1] * 17)}, {}, "tensor 'a' has 17 axes; the limit is 16"),
    "a long name": (
        {"a" * 1001: tensor(10)},
        {},
        "has a name of 1,001 characters; the limit is 1,000",
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_a_hostile_header_is_refused_at_its_place(what: str, tmp_path: Path) -> None:
    header, sizes, message = REFUSED[what]
    path = stored(tmp_path / "m.safetensors", header, **sizes)
    with pytest.raises(SpecError) as caught:
        read_weights(path)
    assert message in str(caught.value)
    assert "m.safetensors" in str(caught.value)


def test_a_file_of_seven_bytes_has_no_length(tmp_path: Path) -> None:
    path = tmp_path / "m.safetensors"
    path.write_bytes(bytes(7))
    with pytest.raises(SpecError, match="the length of the header has 8 bytes, and the file 7"):
        read_weights(path)


def test_whatever_is_changed_gives_tensors_or_a_message(tmp_path: Path) -> None:
    data = stored(tmp_path / "m.safetensors", GOOD).read_bytes()
    draw = random.Random(7)  # noqa: S311 - no secret
    for number in range(300):
        changed = bytearray(data)
        for _ in range(draw.randrange(1, 4)):
            changed[draw.randrange(len(changed))] = draw.randrange(256)
        path = tmp_path / f"{number}.safetensors"
        path.write_bytes(changed[: draw.randrange(len(changed)) if number % 3 == 0 else None])
        said = ""
        try:
            read_weights(path)
        except CnnError as error:
            said = str(error)
        assert not said or path.name in said


def test_an_index_joins_the_files_beside_it(tmp_path: Path) -> None:
    stored(tmp_path / "m-1.safetensors", {"a.weight": tensor(10)})
    stored(tmp_path / "m-2.safetensors", {"b.weight": tensor(2, 5), "c": tensor(1, end=4)})
    index = tmp_path / "model.safetensors.index.json"
    map_ = {"b.weight": "m-2.safetensors", "a.weight": "m-1.safetensors"}
    index.write_text(json.dumps({"metadata": {"total_size": 80}, "weight_map": map_}))
    assert [str(one) for one in read_weights(index).tensors] == ["b.weight 2x5", "a.weight 10"]


@pytest.mark.parametrize(
    ("weight_map", "message"),
    [
        ({"a": "../m.safetensors"}, "tensor 'a' lies in '../m.safetensors', which is not opened"),
        ({"a": "/etc/passwd"}, "tensor 'a' lies in '/etc/passwd', which is not opened"),
        ({"a": 3}, "tensor 'a' lies in '3', which is not opened"),
        ({"b": "m.safetensors"}, "tensor 'b' is not in m.safetensors"),
        ({}, "has no 'weight_map' with tensors and their files"),
        (
            {f"t{n}": f"m{n}.safetensors" for n in range(1001)},
            "lists 1,001 files; the limit is 1,000",
        ),
        ({"a": "nowhere.safetensors"}, "nowhere.safetensors"),
    ],
)
def test_an_index_opens_nothing_else(tmp_path: Path, weight_map: Any, message: str) -> None:
    stored(tmp_path / "m.safetensors", {"a": tensor(10)})
    index = tmp_path / "m.safetensors.index.json"
    index.write_text(json.dumps({"weight_map": weight_map}))
    with pytest.raises(CnnError) as caught:
        read_weights(index)
    assert message in str(caught.value)


def test_the_library_writes_what_is_read(tmp_path: Path) -> None:
    library = pytest.importorskip("safetensors.numpy", reason="safetensors is not installed")
    import numpy as np

    arrays = {"b": np.zeros((2, 3), "f4"), "a": np.zeros((5,), "f2"), "n": np.zeros((), "i8")}
    library.save_file(arrays, tmp_path / "m.safetensors", metadata={"format": "np"})
    found = {one.name: one for one in read_weights(tmp_path / "m.safetensors").tensors}
    assert {name: one.shape for name, one in found.items()} == {"a": (5,), "b": (2, 3), "n": ()}
    assert [name for name, one in found.items() if not one.is_learned] == ["n"]
