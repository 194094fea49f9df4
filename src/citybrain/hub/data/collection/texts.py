"""A look at a whole column of texts at once: whether the dear parts of a check are needed for it at all.

Reading every text with a set of blanks takes longer than all rules together, and nearly no column needs it.
"""

import numpy as np
import pyarrow as pa

from citybrain.hub.data.collection.domain.checks import LOST
from citybrain.hub.data.domain.blank import BLANK

SIGNS = [sign.encode() for sign in BLANK]
SPOILS = [sign.encode() for sign in LOST]


def may_be_padded(column: pa.ChunkedArray) -> bool:
    """Whether a text begins or ends with a blank."""
    return any(padded(chunk) for chunk in column.chunks)


def may_be_spoiled(column: pa.ChunkedArray) -> bool:
    """Whether a sign that no check accepts stands in a text."""
    return any(sign in data for chunk in column.chunks for data in (body(chunk),) for sign in SPOILS)


def padded(chunk: pa.Array) -> bool:
    """Whether a text of one piece begins or ends with a blank."""
    data = np.frombuffer(body(chunk), np.uint8)
    if not len(data):
        return False
    begins, ends = places(chunk)
    filled = ends > begins
    begins, ends = begins[filled], ends[filled]
    return any(stands(data, sign, begins, ends, last=last) for sign in SIGNS for last in (False, True))


def stands(data: np.ndarray, sign: bytes, begins: np.ndarray, ends: np.ndarray, *, last: bool) -> bool:
    """Whether a sign stands at the beginning (or the end) of one of the texts."""
    fits = np.flatnonzero(data[ends - 1] == sign[-1]) if last else np.flatnonzero(data[begins] == sign[0])
    if not len(fits) or len(sign) == 1:
        return bool(len(fits))
    fits = fits[ends[fits] - begins[fits] >= len(sign)]
    at = ends[fits] - len(sign) if last else begins[fits]
    same = np.ones(len(fits), bool)
    for n, byte in enumerate(sign):
        same &= data[at + n] == byte
    return bool(same.any())


def places(chunk: pa.Array) -> tuple[np.ndarray, np.ndarray]:
    """Where each text begins and ends in the body."""
    width = np.int64 if pa.types.is_large_string(chunk.type) else np.int32
    offsets = np.frombuffer(
        chunk.buffers()[1], width, len(chunk) + 1, chunk.offset * np.dtype(width).itemsize
    )
    offsets = offsets.astype(np.int64) - int(offsets[0])
    return offsets[:-1], offsets[1:]


def body(chunk: pa.Array) -> memoryview | bytes:
    """The bytes of all texts."""
    _valid, offsets, data = chunk.buffers()
    if data is None or not len(chunk):
        return b""
    width = np.int64 if pa.types.is_large_string(chunk.type) else np.int32
    ends = np.frombuffer(offsets, width)[chunk.offset : chunk.offset + len(chunk) + 1]
    return bytes(memoryview(data)[int(ends[0]) : int(ends[-1])])
