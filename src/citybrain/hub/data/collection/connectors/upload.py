"""Files a person uploads. Stored under a name of ours, so no name of theirs ever becomes a path."""

from pathlib import Path

from django.core.files.storage import default_storage

from citybrain.hub.data.collection.connectors.copying import copied
from citybrain.hub.data.collection.connectors.folder import NothingNew
from citybrain.hub.data.collection.ports import Access, Finding, Staged, Thing, Wish
from citybrain.kernel.errors import Conflict
from citybrain.kernel.text import Text


class Upload:
    """The uploaded file is already ours: it is copied beside the run."""

    def check(self, access: Access) -> list[Finding]:
        """Nothing can be wrong."""
        return [
            Finding(
                True,
                Text(zh="直接上传文件,无需连接", en="Files are uploaded; there is nothing to connect to"),
            )
        ]

    def discover(self, access: Access) -> list[Thing]:
        """What is uploaded is chosen by uploading it."""
        return []

    def bring(self, access: Access, wish: Wish, folder: Path) -> Staged:
        """The uploaded file, once. NothingNew when it was collected before, Conflict when it was taken away meanwhile."""
        if wish.most is None and wish.position.get("file") == wish.sample:
            raise NothingNew(
                "this file was collected already; upload a new one / 该文件已汇聚过,请上传新文件"
            )
        if not wish.sample or not default_storage.exists(wish.sample):
            raise Conflict(
                "the uploaded file is no longer there, upload it again / 上传的文件已不存在,请重新上传",
                code="no_file",
            )
        target = folder / "file"
        with default_storage.open(wish.sample, "rb") as given:
            copied(given, target, wish)
        return Staged(target, None, wish.thing, {"file": wish.sample})
