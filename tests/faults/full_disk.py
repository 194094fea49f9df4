"""Store uploads on a file system that is really full: ``python -m tests.faults.full_disk <folder>``, in a mount of its own.

Prints one word for each step; the test reads them.
"""

import os
import sys
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "citybrain.project.settings")
import django

django.setup()

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile

from citybrain.hub.cases.actions import files

SCAN = b"%PDF-1.4\n"


def store(size: int) -> str:
    try:
        files.store(SimpleUploadedFile("scan.pdf", SCAN + os.urandom(size)))
    except files.DiskFull as refusal:
        return f"refused {refusal.status}"
    return "stored"


def main(folder: Path) -> None:
    settings.DATA_DIR = folder
    print(store(2_000_000))
    print(len([p for p in folder.rglob("*") if p.is_file()]))
    print(store(20_000))
    print(len([p for p in folder.rglob("*") if p.is_file()]))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
