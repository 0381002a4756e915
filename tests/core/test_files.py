from __future__ import annotations

import io
import os
import sys
from pathlib import Path

import pytest

from cnnanalyze.core.files import (
    MOST_BYTES,
    FileError,
    ReadFailure,
    exists,
    forget,
    is_file,
    is_folder,
    map_bytes,
    printable,
    read_bytes,
    read_stdin,
    read_text,
    resolved,
)


def refusal(path: Path | str) -> tuple[ReadFailure, str]:
    with pytest.raises(FileError) as caught:
        read_text(path, what="spec")
    return caught.value.reason, str(caught.value)


def test_a_text_is_read_with_plain_line_ends(tmp_path: Path) -> None:
    path = tmp_path / "net.yaml"
    path.write_bytes("\ufeffgröße: 5\r\nb: 7\r\n".encode())
    assert read_text(path) == "größe: 5\nb: 7\n"


def test_a_folder_that_is_called_like_a_spec_is_told(tmp_path: Path) -> None:
    folder = tmp_path / "z.yaml"
    folder.mkdir()
    assert refusal(folder) == (
        ReadFailure.OTHER_THING,
        f"error: {folder} is a folder, not a spec file\n  help: name a file",
    )


def test_a_pipe_that_nobody_writes_to_does_not_hang(tmp_path: Path) -> None:
    pipe = tmp_path / "net.yaml"
    os.mkfifo(pipe)
    assert refusal(pipe) == (
        ReadFailure.OTHER_THING,
        (
            f"error: {pipe} is a pipe, not a spec file\n"
            "  help: save what comes out of it to a file first"
        ),
    )


@pytest.mark.parametrize("device", ["/dev/zero", "/dev/null", "/dev/tty"])
def test_devices_are_told(device: str) -> None:
    assert refusal(device)[1].startswith(f"error: {device} is a device, not a spec file")


def test_a_link_to_a_device_is_told_as_one(tmp_path: Path) -> None:
    link = tmp_path / "net.yaml"
    link.symlink_to("/dev/zero")
    assert refusal(link)[1].startswith(f"error: {link} is a device, not a spec file")


def test_a_circle_of_links_is_refused(tmp_path: Path) -> None:
    one, two = tmp_path / "one.yaml", tmp_path / "two.yaml"
    one.symlink_to(two)
    two.symlink_to(one)
    assert refusal(one) == (
        ReadFailure.REFUSED,
        f"error: {one} cannot be read: too many levels of symbolic links",
    )
    assert not is_file(one)
    assert resolved(one).parent == tmp_path


def test_a_name_that_is_too_long_is_refused_and_shortened() -> None:
    assert refusal("n" * 5_000) == (
        ReadFailure.REFUSED,
        f"error: {'n' * 200}... cannot be read: file name too long",
    )
    assert not any(asked("n" * 5_000) for asked in (is_file, is_folder, exists))
    assert resolved("n" * 5_000).name == "n" * 5_000


def test_a_name_with_a_zero_is_refused() -> None:
    assert refusal("a\0b") == (ReadFailure.MISSING, "error: no file can be called 'a\\x00b'")
    assert resolved("a\0b").name == "a\0b"


def test_a_name_that_is_no_text_can_be_written_anywhere(tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(b"caf\xe9.yaml")
    assert refusal(path)[1] == f"error: there is no file {tmp_path}/caf\\xe9.yaml"
    path.write_text("cnn: 1", encoding="utf-8")
    assert read_text(path) == "cnn: 1"
    assert printable(tmp_path / "café.yaml") == f"{tmp_path}/café.yaml"


def test_the_bound_is_met_exactly(tmp_path: Path) -> None:
    path = tmp_path / "net.yaml"
    path.write_bytes(b"#" * 13)
    assert read_bytes(path, 13) == b"#" * 13
    with pytest.raises(FileError) as caught:
        read_bytes(path, 12, what="picture")
    assert caught.value.reason is ReadFailure.LARGE
    assert str(caught.value) == (
        f"error: {path} is larger than 12 bytes, the bound on the size of a picture"
    )


class Endless(io.RawIOBase):
    """A stream that never ends, and counts what is taken from it."""

    taken = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        buffer[:] = b"\n" * len(buffer)
        self.taken += len(buffer)
        return len(buffer)


def test_no_more_is_taken_from_stdin_than_the_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    endless = Endless()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BufferedReader(endless)))
    with pytest.raises(FileError) as caught:
        read_stdin()
    assert str(caught.value) == (
        "error: what comes in on stdin is larger than 2,000,000 bytes, "
        "the bound on the size of a text"
    )
    assert endless.taken < 2 * MOST_BYTES


def test_stdin_of_texts_alone_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("größe: 5\r\n"))
    assert read_stdin() == "größe: 5\n"


def test_a_mapped_file_is_what_it_holds(tmp_path: Path) -> None:
    path, empty = tmp_path / "net.onnx", tmp_path / "empty.onnx"
    path.write_bytes(b"\0\1\2")
    empty.write_bytes(b"")
    assert bytes(map_bytes(path, what="ONNX")) == b"\0\1\2"
    assert map_bytes(path, what="ONNX").readonly
    assert bytes(map_bytes(empty, what="ONNX")) == b""


def test_a_mapped_file_is_read_again_after_it_was_let_go(tmp_path: Path) -> None:
    path = tmp_path / "net.onnx"
    path.write_bytes(b"\0\1\2")
    data = map_bytes(path, what="ONNX")
    first = bytes(data)
    forget(data)
    assert bytes(data) == first == b"\0\1\2"
    forget(memoryview(first))
    assert first == b"\0\1\2"


@pytest.mark.parametrize("device", ["/dev/zero", "/dev/null"])
def test_devices_are_not_mapped(device: str) -> None:
    with pytest.raises(FileError, match=f"{device} is a device, not an ONNX file"):
        map_bytes(device, what="ONNX")


def test_a_file_that_is_missing_is_not_mapped(tmp_path: Path) -> None:
    with pytest.raises(FileError) as caught:
        map_bytes(tmp_path / "net.onnx", what="ONNX")
    assert caught.value.reason is ReadFailure.MISSING
    assert caught.value.message == f"there is no file {tmp_path / 'net.onnx'}"
