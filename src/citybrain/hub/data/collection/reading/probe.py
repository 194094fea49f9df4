"""Reading a packed file once in a process of its own, bounded in memory and time, before it is read here.

What such a file grows to is not seen from outside. Two cells in opposite corners of a sheet of one kilobyte make a grid of
seventeen thousand million cells, and one long text that a Parquet file of half a kilobyte names a thousand times fills six
gigabytes; the reader, which cannot get that much memory, takes its whole process along.
"""

import subprocess
import sys
from pathlib import Path

from citybrain.hub.data.collection.reading.batch import BATCH
from citybrain.kernel.errors import FieldProblem, Invalid

MOST_MEMORY = 2 * 1024**3
MOST_SECONDS = 240
READ_WHOLE = (
    256 * 1024**2
)  # of larger Parquet files, which are not uploaded by hand, only the beginning is tried
UNREADABLE = 3  # the reader's own plain error, which is told where the file is read
_BOUNDS = """
import io, resource, sys
for kind, most in ((resource.RLIMIT_AS, int(sys.argv[1])), (resource.RLIMIT_CPU, int(sys.argv[2])), (resource.RLIMIT_CORE, 0)):
    resource.setrlimit(kind, (most, most))
"""
_SHEETS = """
from python_calamine import CalamineError, CalamineWorkbook
try:
    book = CalamineWorkbook.from_filelike(io.BytesIO(sys.stdin.buffer.read()))
    wanted = [name for name in book.sheet_names if name in sys.argv[3:]] or book.sheet_names[:1]
    for name in wanted if sys.argv[3:] else book.sheet_names:
        book.get_sheet_by_name(name).to_python(skip_empty_area=False)
except CalamineError:
    sys.exit(3)
"""
_PARQUET = """
import pyarrow
import pyarrow.parquet
try:
    with pyarrow.parquet.ParquetFile(sys.argv[3]) as file:
        for batch in file.iter_batches(batch_size=int(sys.argv[4]), use_threads=False):
            if sys.argv[5] == "begin":
                break
except MemoryError:
    sys.exit(1)
except (pyarrow.ArrowException, OSError):
    sys.exit(3)
"""


def refuse_giant_sheets(content: bytes, *names: str) -> None:
    """Invalid when reading these sheets (all without names) takes more memory or time than a file may, or ends badly."""
    refuse(tried(_SHEETS, *names, content=content))


def refuse_giant_rows(path: Path) -> None:
    """Invalid when reading the rows of a Parquet file does."""
    part = "whole" if path.stat().st_size <= READ_WHOLE else "begin"
    refuse(tried(_PARQUET, str(path), str(BATCH), part))


def refuse(ended: int) -> None:
    """Invalid unless the other process came to its end."""
    if ended not in (0, UNREADABLE):
        message = "the file would grow beyond measure when read / 文件展开后过大或已损坏,已拒绝"
        raise Invalid([FieldProblem("file", "bomb", message)])


def tried(text: str, *words: str, content: bytes = b"") -> int:
    """How the other process ended; -1 when it took too long or could not be asked."""
    asked = [sys.executable, "-I", "-c", _BOUNDS + text, str(MOST_MEMORY), str(MOST_SECONDS), *words]
    try:
        done = subprocess.run(  # noqa: S603 - this interpreter, a text of ours, names as arguments
            asked, input=content, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=MOST_SECONDS, env={},
            check=False,
        )  # fmt: skip
    except (subprocess.TimeoutExpired, ValueError):  # too long, or a sheet's name that can be no argument
        return -1
    return done.returncode
