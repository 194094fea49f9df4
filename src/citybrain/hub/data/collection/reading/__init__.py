"""Readers: a staged file, cut into batches of texts from any position, in bounded memory.

All values are texts, whatever the file: the same checks then say what is wrong with a value, and what a person gets
back is what stood there. A row that cannot be read (encoding, number of columns, quotes) is a rejected row, never the
end of a run. Rows are numbered as the clerk sees them: lines of a text file, rows of a sheet, records of a table.
"""

from collections.abc import Callable
from pathlib import Path

from citybrain.hub.data.collection.domain.shape import Shape
from citybrain.hub.data.collection.reading.batch import Batch, Reader, Unreadable
from citybrain.hub.data.collection.reading.excel import ExcelReader
from citybrain.hub.data.collection.reading.fixed import FixedReader
from citybrain.hub.data.collection.reading.jsons import JsonReader
from citybrain.hub.data.collection.reading.parquet import ParquetReader
from citybrain.hub.data.collection.reading.texts import CsvReader

READERS: dict[str, Callable[[Path, Shape], Reader]] = {
    "csv": CsvReader,
    "excel": ExcelReader,
    "json": JsonReader,
    "parquet": ParquetReader,
    "fixed": FixedReader,
}


def open_reader(path: Path, shape: Shape) -> Reader:
    """The reader for a file. Invalid when the file is not what the shape says, or is a bomb."""
    return READERS[shape.kind](path, shape)


__all__ = ["Batch", "Reader", "Unreadable", "open_reader"]
