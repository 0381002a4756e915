"""Listings of tensors: every way in which people print names and extents."""

from __future__ import annotations

from pathlib import Path

import pytest

from cnnanalyze.errors import SpecError
from cnnanalyze.exchange.weights.read import read_weights

WANTED = ["conv1.weight 64x3x7x7", "fc.bias 10", "scale one number"]
LISTS = {
    "plain.txt": "conv1.weight 64 3 7 7\nfc.bias 10\n\nscale\n",
    "tuples.txt": "# of a script\nconv1.weight (64, 3, 7, 7)\nfc.bias (10,)\nscale ()\n",
    "sizes.txt": (
        "conv1.weight torch.Size([64, 3, 7, 7])\nfc.bias:\ttorch.Size([10])\nscale torch.Size([])\n"
    ),
    "joined.csv": "name,shape\nconv1.weight,64x3x7x7\nfc.bias,10\nscale,\n",
    "quoted.csv": 'conv1.weight,"(64, 3, 7, 7)"\r\nfc.bias,"(10,)"\r\nscale,()\r\n',
    "columns.csv": "conv1.weight,64,3,7,7\nfc.bias,10\nscale\n",
    "state.shapes.json": '{"conv1.weight": [64, 3, 7, 7], "fc.bias": [10], "scale": []}',
}


@pytest.mark.parametrize("name", LISTS)
def test_a_list_is_read_as_people_print_it(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_text(LISTS[name])
    assert [str(one) for one in read_weights(path).tensors] == WANTED


def test_counters_are_told_by_their_names(tmp_path: Path) -> None:
    path = tmp_path / "state.txt"
    path.write_text("bn1.weight 64\nbn1.num_batches_tracked\n")
    assert [one.is_learned for one in read_weights(path).tensors] == [True, False]


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        (
            "s.txt",
            "a.weight 3 4\nb.weight three\n",
            "s.txt:2:1: error: 'b.weight three' is not a tensor",
        ),
        ("s.txt", "a 3\na 4\n", "s.txt:2:1: error: 'a' is listed twice"),
        ("s.txt", "\n", "s.txt lists no tensor"),
        ("s.txt", f"a {'1 ' * 17}\n", "is not a tensor"),
        ("s.txt", "a 1234567890123\n", "is not a tensor"),
        ("s.csv", 'a,3\n"b,4\n', "s.csv: line 2: unexpected end of data"),
        ("s.shapes.json", "[1]", "s.shapes.json is not an object of names and extents"),
        ("s.shapes.json", "{", "s.shapes.json is not JSON: JSONDecodeError"),
        ("s.shapes.json", "[" * 100_000, "s.shapes.json is not JSON: "),
        ("s.shapes.json", '{"a": [-1]}', "'a -1' is not a tensor"),
        ("s.shapes.json", '{"a": {"b": 3}}', "is not a tensor"),
    ],
)
def test_what_is_no_list_is_refused(
    name: str, text: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path(name).write_text(text)
    with pytest.raises(SpecError) as caught:
        read_weights(name)
    assert message in str(caught.value)
