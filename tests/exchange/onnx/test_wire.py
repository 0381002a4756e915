"""Protobuf's wire format: the examples of its documentation, and what is refused."""

from __future__ import annotations

import pytest

from cnnanalyze.errors import SpecError
from cnnanalyze.exchange.onnx.wire import MOST_CHARACTERS, MOST_FIELDS, Message, Wire
from tests.exchange.onnx.files import field, fields


def read(data: bytes) -> Message:
    return Message(Wire(memoryview(data)))


def refusal(data: bytes) -> str:
    with pytest.raises(SpecError) as caught:
        read(data)
    return str(caught.value)


def test_examples_of_the_documentation_of_protobuf() -> None:
    # protobuf.dev/programming-guides/encoding: a = 150; b = "testing"; an embedded message;
    # e = [1, 2, 3] one by one; f = [3, 270, 86942] in a row; -2 in ten bytes
    assert read(bytes.fromhex("089601")).integer(1) == 150
    assert read(bytes.fromhex("120774657374696e67")).text(2) == "testing"
    assert read(bytes.fromhex("1a03089601")).message(3).integer(1) == 150
    assert read(bytes.fromhex("280128022803")).integers(5) == (1, 2, 3)
    assert read(bytes.fromhex("3206038e029ea705")).integers(6) == (3, 270, 86942)
    assert read(bytes.fromhex("08feffffffffffffffff01")).integer(1) == -2


def test_last_value_of_a_field_holds() -> None:
    message = read(field(1, 7) + field(2, "a") + field(3, 0.5) + field(1, 11) + field(2, "b"))
    assert (message.integer(1), message.text(2), message.real(3)) == (11, "b", 0.5)


def test_stretches_of_one_message_are_put_together() -> None:
    message = read(field(1, field(2, 7)) + field(1, field(3, 11))).message(1)
    assert (message.integer(2), message.integer(3)) == (7, 11)


def test_fields_of_another_form_are_not_seen() -> None:
    message = read(field(1, "text") + field(2, 7) + field(3, 0.5))
    assert (message.integer(1), message.text(2), message.integer(3)) == (None, "", None)
    assert (message.real(1), message.content(2), message.integers(3)) == (None, None, ())


def test_fields_in_groups_are_skipped() -> None:
    # group 2 with a field 1, and group 3 inside of it
    message = read(b"\x13" + field(1, 7) + b"\x1b\x1c\x14" + field(1, 11))
    assert message.integers(1) == (11,)


def test_decimal_numbers_are_read_one_by_one_and_in_a_row() -> None:
    row = field(1, field(7, 0.5)[1:] + field(7, 0.25)[1:])
    assert read(row).reals(1) == read(fields(1, [0.5, 0.25])).reals(1) == (0.5, 0.25)
    assert read(b"\x09" + bytes(8)).row(1, 8) == bytes(8)


def test_text_that_is_none_is_written_out() -> None:
    assert read(field(1, b"caf\xe9")).text(1) == "caf\\xe9"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"\x3a\xff\xff\x01abc", "byte 2: a field of 32,767 bytes, but only 3 are left"),
        (b"\x08\x80\x80", "byte 2: a number that goes on beyond the end of its message"),
        (b"\x08" + b"\xff" * 10 + b"\x01", "byte 2: a number of more than 10 bytes"),
        (bytes(3), "byte 1: a field with the number 0"),
        (b"\x80\x80\x80\x80\x80\x01", "byte 1: a field with the number 4,294,967,296"),
        (b"\x0d\0\0", "byte 1: a field of 4 bytes beyond the end"),
        (b"\x0e", "byte 1: a field that is written in the way 6, which does not exist"),
        (b"\x0c", "byte 1: a group ends that did not begin"),
        (b"\x0b\x14", "byte 2: a group ends that did not begin"),
        (b"\x0b", "byte 2: a group does not end"),
    ],
)
def test_bytes_that_are_no_message(data: bytes, said: str) -> None:
    assert refusal(data) == (
        f"error: {said}\n  help: this is not an ONNX file, or it was cut off on its way"
    )


def test_numbers_in_a_row_that_do_not_fit_are_refused() -> None:
    with pytest.raises(SpecError, match="byte 3: numbers of 4 bytes in 6 bytes"):
        read(field(1, bytes(6))).reals(1)


def test_long_names_are_refused() -> None:
    assert read(field(1, "x" * MOST_CHARACTERS)).text(1)
    with pytest.raises(SpecError, match=r"byte 4: a name of 4,097 bytes; the limit is 4,096"):
        read(field(1, "x" * (MOST_CHARACTERS + 1))).text(1)


@pytest.mark.thorough
def test_fields_are_bounded() -> None:
    assert refusal(field(1, 7) * (MOST_FIELDS + 1)) == (
        "error: the file has more than 2,000,000 fields that would have to be read\n"
        "  help: export the network without what is not needed to run it"
    )


def test_numbers_in_a_row_count_as_fields() -> None:
    message = read(field(1, bytes(MOST_FIELDS)))
    with pytest.raises(SpecError, match="more than 2,000,000 fields"):
        message.integers(1)


def test_long_fields_are_not_read() -> None:
    class Untouched(bytes):
        """Bytes of which only the first may be asked for one by one."""

    data = memoryview(field(1, Untouched(50_000_000)) + field(2, 7))
    wire = Wire(data)
    assert Message(wire).integer(2) == 7
    assert MOST_FIELDS - wire.left == 2
