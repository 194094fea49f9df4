"""The outer shape of a file: kind, encoding, delimiter, header, sheet; recognised from its first bytes."""

import codecs
import csv
from collections import Counter
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal

Kind = Literal["csv", "excel", "json", "parquet", "fixed"]
DELIMITERS = (",", "\t", ";", "|", "^")
ENCODINGS = ("utf-8", "gb18030", "gbk", "utf-16")
BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
UTF8_LINES = 0.6
ZIP, OLE, PARQUET = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"PAR1"


@dataclass(frozen=True)
class Shape:
    """How a file is read. ``header`` is the row (1-based) that names the columns, 0 for none.

    ``layout`` of a fixed-width file: ``[[name, width in bytes], …]``; bytes, because that is how mainframes count.
    """

    kind: Kind = "csv"
    encoding: str = "utf-8"
    delimiter: str = ","
    header: int = 1
    sheet: str = ""
    layout: list[list[Any]] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """The stored form."""
        return asdict(self)

    def with_values(self, **values: Any) -> "Shape":
        """Another shape, some values changed."""
        return replace(self, **values)

    def problem(self) -> str:
        """The name of a value that cannot be, or nothing."""
        if self.encoding not in ENCODINGS:
            return "encoding"
        if self.kind == "csv" and (len(self.delimiter) != 1 or self.delimiter in '"\r\n\0'):
            return "delimiter"
        if not 0 <= self.header <= 100:
            return "header"
        if self.kind == "fixed" and not (self.layout and all(1 <= int(w) <= 4000 for _n, w in self.layout)):
            return "layout"
        return ""


def recognised(head: bytes, name: str = "") -> Shape:
    """The shape that the first bytes (64 KiB are enough) and the name suggest; a person may change it."""
    suffix = name.lower().rsplit(".", 1)[-1]
    if head.startswith(PARQUET):
        return Shape(kind="parquet")
    if head.startswith(ZIP) or head.startswith(OLE):
        return Shape(kind="excel")
    encoding = encoding_of(head)
    text = decoded(head, encoding)
    if suffix in ("json", "ndjson", "jsonl") or text.lstrip("\ufeff \r\n\t").startswith(
        ("{", "[{", "[ {", "[\n")
    ):
        return Shape(kind="json", encoding=encoding)
    return Shape(kind="csv", encoding=encoding, delimiter=delimiter_of(text))


def encoding_of(head: bytes) -> str:
    """UTF-8 and UTF-16 by their mark or because everything fits; else GBK, or GB18030 when a four-byte character occurs."""
    for mark, name in BOMS:
        if head.startswith(mark):
            return name
    if head[1::2].count(0) * 4 > len(head) or head[::2].count(0) * 4 > len(head):
        return "utf-16"
    whole = head[: head.rfind(b"\n") + 1] or head
    if mostly_utf8(whole):
        return "utf-8"
    return "gbk" if fits(whole, "gbk") else "gb18030"


def mostly_utf8(data: bytes) -> bool:
    """Whether nearly all lines with other than ASCII characters can be read as UTF-8: one spoiled row decides nothing,
    and lines of GBK are hardly ever UTF-8 by chance."""
    lines = [line for line in data.split(b"\n") if not line.isascii()]
    return sum(fits(line, "utf-8") for line in lines) >= UTF8_LINES * len(lines)


def fits(data: bytes, encoding: str) -> bool:
    """Whether all of it can be read so; a character cut off at the end does not count against it."""
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    try:
        decoder.decode(data)
    except UnicodeDecodeError:
        return False
    return True


def decoded(head: bytes, encoding: str) -> str:
    """Text of the first bytes; what cannot be read is marked."""
    if encoding == "utf-16" and not head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding = "utf-16-be" if head[::2].count(0) > head[1::2].count(0) else "utf-16-le"
    return head.decode(encoding, "replace").removeprefix("\ufeff")


def delimiter_of(text: str) -> str:
    """The sign that cuts most lines into the same number (more than one) of pieces."""
    lines = [line for line in text.splitlines()[:50] if line.strip()]
    lines = lines[:-1] if len(lines) > 2 else lines
    best, most = ",", 0.0
    for sign in DELIMITERS:
        counts = Counter(len(row) for row in csv.reader(lines, delimiter=sign) if row)
        pieces, often = counts.most_common(1)[0] if counts else (1, 0)
        if pieces > 1 and often * (1 + pieces / 1000) > most:
            best, most = sign, often * (1 + pieces / 1000)
    return best
