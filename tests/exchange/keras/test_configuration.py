"""Configurations in files: what is read of them, and what is refused."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import pytest

import cnnanalyze as cnn
from cnnanalyze.exchange.keras.configuration import MOST_BYTES, parse, read_configuration
from tests.exchange.keras.models import layer, row

TEXT = json.dumps(row(layer("Dense", "dense", units=7), shape=(5,)))


def packed(text: str | bytes, name: str = "config.json") -> bytes:
    """Return a file as Keras saves it."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("metadata.json", '{"keras_version": "3.15.0"}')
        archive.writestr("model.weights.h5", bytes(1_000_000))
        archive.writestr(name, text)
    return data.getvalue()


def test_saved_model_and_its_text_are_the_same_network(tmp_path: Path) -> None:
    saved, text, plain = (tmp_path / n for n in ("a.keras", "a.keras.json", "a.json"))
    saved.write_bytes(packed(TEXT))
    text.write_text(TEXT)
    plain.write_text(TEXT)
    assert cnn.load(saved) == cnn.load(text) == cnn.load(plain)
    assert cnn.analyze(saved).total.parameters == 5 * 7 + 7


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "error: this is not JSON: Expecting value: line 1 column 1 (char 0)"),
        (b"[1]", "error: a model is an object of JSON, not list"),
        (b"\x89HDF\r\n\x1a\n", "error: this is an HDF5 file, which is not read"),
        (b"PK\x03\x04", "error: the file cannot be unpacked: "),
        (packed(TEXT, "other.json"), "error: there is no 'config.json' in the file"),
        (b"[" * 100_000, "error: this is not JSON: its values are nested too deep"),
        (b'{"a":' * 300 + b"1" + b"}" * 300, "error: values are nested more than 200 deep"),
        (b'{"a": 1' + b"0" * 10_000 + b"}", "error: this is not JSON: Exceeds the limit"),
        (b"\xff\xfe\xfd", "error: this is not JSON: "),
    ],
)
def test_files_that_are_none(data: bytes, said: str, tmp_path: Path) -> None:
    path = tmp_path / "net.keras"
    path.write_bytes(data)
    with pytest.raises(cnn.SpecError) as caught:
        read_configuration(path)
    assert str(caught.value).startswith(said)


def test_configuration_that_unpacks_to_too_much_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "net.keras"
    path.write_bytes(packed(b" " * (MOST_BYTES + 1)))
    assert path.stat().st_size < 100_000
    with pytest.raises(cnn.SpecError, match=r"its 'config.json' has more than 30,000,000 bytes"):
        read_configuration(path)


def test_file_with_too_many_parts_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "net.keras"
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(15_000):
            archive.writestr(f"{number:0100}", b"")
        archive.writestr("config.json", TEXT)
    with pytest.raises(cnn.SpecError, match=r"the list of what lies in the file has 2,\d+,\d+ b"):
        read_configuration(path)


def test_text_that_is_too_long_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "net.keras.json"
    with path.open("wb") as file:
        file.truncate(MOST_BYTES + 1)
    with pytest.raises(
        cnn.SpecError, match="the file has 30,000,001 bytes; the limit is 30,000,000"
    ):
        read_configuration(path)


def test_numbers_that_json_does_not_have_are_read() -> None:
    assert parse('{"a": Infinity}')["a"] > 1e308
