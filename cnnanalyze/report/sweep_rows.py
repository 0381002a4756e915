"""Rows of sweeps: every point that is kept, as CSV, JSON lines, Parquet or Arrow."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from cnnanalyze.core.file_writing import write_file
from cnnanalyze.errors import UsageError
from cnnanalyze.report.csv import write_lines
from cnnanalyze.sweeping.plan import Plan
from cnnanalyze.sweeping.result import columns_of_rows, rows_of
from cnnanalyze.sweeping.run import Chunk

Chunks = Iterator[Chunk]


def as_csv(plan: Plan, chunks: Chunks) -> Iterator[str]:
    """Yield the rows as CSV, chunk by chunk."""
    yield write_lines([columns_of_rows(plan)])
    for chunk in chunks:
        yield write_lines([_field(value) for value in row] for row in rows_of(plan, chunk))


def _field(value: object) -> str | int:
    if type(value) is int or type(value) is str:
        return value
    if value is None:
        return ""
    if isinstance(value, bool | list | tuple):
        return json.dumps(value)
    return repr(value)


def as_json_lines(plan: Plan, chunks: Chunks) -> Iterator[str]:
    """Yield the rows as JSON, a line for each."""
    names = columns_of_rows(plan)
    for chunk in chunks:
        yield "".join(
            f"{json.dumps(dict(zip(names, row, strict=True)))}\n" for row in rows_of(plan, chunk)
        )


TEXTS: dict[str, Callable[[Plan, Chunks], Iterator[str]]] = {
    ".csv": as_csv,
    ".jsonl": as_json_lines,
}
"""What writes rows as text, by the ending of the file."""
BINARY = (".parquet", ".arrow")
"""The endings of files that pyarrow writes."""
ENDINGS = (*TEXTS, *BINARY)


def write_rows(path: Path, plan: Plan, chunks: Chunks) -> None:
    """Write every point that is kept to a file; its ending decides the format.

    Raises
    ------
    UsageError
        If a library is missing for it, or the file cannot be written.
    """
    ending = path.suffix.lower()
    if ending in TEXTS:
        write_file(path, TEXTS[ending](plan, chunks))
    else:
        _write_arrow(path, plan, chunks, is_parquet=ending == ".parquet")


def _write_arrow(path: Path, plan: Plan, chunks: Chunks, *, is_parquet: bool) -> None:
    try:
        import pyarrow as pa  # noqa: PLC0415 - an extra
        import pyarrow.parquet as pq  # noqa: PLC0415
    except ImportError:
        raise UsageError(
            f"'{path}' needs pyarrow, which is not installed",
            help="pip install 'cnnanalyze[sweep]', or write .csv or .jsonl",
        ) from None
    names = columns_of_rows(plan)
    schema = pa.schema([(name, _type_of(name, plan, pa)) for name in names])
    beside = path.with_name(f".{path.name}.part")
    try:
        with (
            pq.ParquetWriter(beside, schema)
            if is_parquet
            else pa.OSFile(str(beside), "wb") as sink,
        ):
            writer = sink if is_parquet else pa.ipc.new_file(sink, schema)
            for chunk in chunks:
                columns = list(zip(*rows_of(plan, chunk), strict=True)) or [() for _ in names]
                arrays = [
                    pa.array(_plain(column, field.type, pa), field.type)
                    for column, field in zip(columns, schema, strict=True)
                ]
                writer.write(pa.record_batch(arrays, schema=schema))
            if not is_parquet:
                writer.close()
        beside.replace(path)
    except OSError as error:
        raise UsageError(f"cannot write '{path}': {error}") from None
    finally:
        beside.unlink(missing_ok=True)


def _plain(column: tuple[Any, ...], type_: Any, pa: Any) -> list[Any]:  # noqa: ANN401 - pyarrow's
    """Return values as a column of one type holds them."""
    if pa.types.is_string(type_):
        return [v if isinstance(v, str) or v is None else json.dumps(v) for v in column]
    return list(column)


def _type_of(name: str, plan: Plan, pa: Any) -> Any:  # noqa: ANN401 - pyarrow's
    """Return the type of a column: numbers as numbers, all else as text."""
    from cnnanalyze.sweeping.space import Interval  # noqa: PLC0415 - as its caller

    if name == "id" or name in plan.columns:
        return pa.int64()
    axis = dict(plan.space.axes).get(name)
    if isinstance(axis, Interval):
        return pa.float64()
    values = () if axis is None else axis.values
    if values and all(type(value) is int for value in values):
        return pa.int64()
    if values and all(type(value) in {int, float} for value in values):
        return pa.float64()
    return pa.string()
