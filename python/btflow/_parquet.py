"""Columns of numbers and times as a Parquet file, without any package.

A million rows travel as they lie in memory, every float exact. The bytes are part of the hash by which a
run is known again: they depend on nothing but the values, and must stay as they are.
The format: https://github.com/apache/parquet-format (parquet.thrift, in Thrift's compact protocol).
"""

from __future__ import annotations

from typing import List, NamedTuple, Optional, Sequence, Tuple

_MAGIC = b"PAR1"
_INT64, _DOUBLE = 2, 5
_PLAIN, _RLE = 0, 3
_UNITS = {"ms": 1, "us": 2, "ns": 3}

# Kinds of the compact protocol.
_TRUE, _FALSE, _I32, _I64, _BINARY, _LIST, _STRUCT = 1, 2, 5, 6, 8, 9, 12

_Field = Tuple[int, int, bytes]


class Stored(NamedTuple):
    """A column: values of 8 bytes each, little-endian."""

    name: str
    data: bytes
    #: True for doubles, False for whole numbers and times.
    is_float: bool
    #: ``ms``, ``us`` or ``ns`` where the whole numbers are times since 1970.
    unit: Optional[str] = None
    #: Whether the times are instants, and not a wall clock's.
    is_utc: bool = False


def parquet(columns: Sequence[Stored]) -> bytes:
    """The file.

    >>> from array import array
    >>> parquet([Stored("returns", array("d", [0.01]).tobytes(), True)])[:4]
    b'PAR1'
    """
    rows = len(columns[0].data) // 8
    parts = [_MAGIC]
    at = len(_MAGIC)
    chunks: List[bytes] = []
    total = 0
    for column in columns:
        header = _page_header(rows, len(column.data))
        parts += [header, column.data]
        size = len(header) + len(column.data)
        chunks.append(_chunk(column, rows, size, at))
        at += size
        total += size
    root = _struct((4, _BINARY, _text("schema")), (5, _I32, _number(len(columns))))
    group = _struct(
        (1, _LIST, _list(_STRUCT, chunks)), (2, _I64, _number(total)), (3, _I64, _number(rows))
    )
    footer = _struct(
        (1, _I32, _number(1)),
        (2, _LIST, _list(_STRUCT, [root, *map(_element, columns)])),
        (3, _I64, _number(rows)),
        (4, _LIST, _list(_STRUCT, [group])),
        (6, _BINARY, _text("btflow")),
    )
    return b"".join([*parts, footer, len(footer).to_bytes(4, "little"), _MAGIC])


def _page_header(rows: int, size: int) -> bytes:
    page = _struct(
        (1, _I32, _number(rows)),
        (2, _I32, _number(_PLAIN)),
        (3, _I32, _number(_RLE)),
        (4, _I32, _number(_RLE)),
    )
    return _struct(
        (1, _I32, _number(0)), (2, _I32, _number(size)), (3, _I32, _number(size)), (5, _STRUCT, page)
    )


def _chunk(column: Stored, rows: int, size: int, at: int) -> bytes:
    facts = _struct(
        (1, _I32, _number(_DOUBLE if column.is_float else _INT64)),
        (2, _LIST, _list(_I32, [_number(_PLAIN)])),
        (3, _LIST, _list(_BINARY, [_text(column.name)])),
        (4, _I32, _number(0)),
        (5, _I64, _number(rows)),
        (6, _I64, _number(size)),
        (7, _I64, _number(size)),
        (9, _I64, _number(at)),
    )
    return _struct((2, _I64, _number(at)), (3, _STRUCT, facts))


def _element(column: Stored) -> bytes:
    fields: List[_Field] = [
        (1, _I32, _number(_DOUBLE if column.is_float else _INT64)),
        (3, _I32, _number(0)),
        (4, _BINARY, _text(column.name)),
    ]
    if column.unit is not None:
        unit = _struct((_UNITS[column.unit], _STRUCT, _struct()))
        time = _struct((1, _TRUE if column.is_utc else _FALSE, b""), (2, _STRUCT, unit))
        fields.append((10, _STRUCT, _struct((8, _STRUCT, time))))
    return _struct(*fields)


def _struct(*fields: _Field) -> bytes:
    """Fields by their rising numbers: each says how far it is from the one before."""
    parts = []
    before = 0
    for number, kind, value in fields:
        parts.append(bytes([(number - before) << 4 | kind]) + value)
        before = number
    return b"".join(parts) + b"\0"


def _list(kind: int, items: Sequence[bytes]) -> bytes:
    count = len(items)
    head = bytes([count << 4 | kind]) if count < 15 else bytes([0xF0 | kind]) + _varint(count)
    return head + b"".join(items)


def _text(text: str) -> bytes:
    data = text.encode("utf-8", "replace")
    return _varint(len(data)) + data


def _number(value: int) -> bytes:
    """Zigzag: no number here is below 0."""
    return _varint(value * 2)


def _varint(value: int) -> bytes:
    parts = bytearray()
    while value > 0x7F:
        parts.append(value & 0x7F | 0x80)
        value >>= 7
    parts.append(value)
    return bytes(parts)
