"""Unpacking a pack that arrives as a zip: every path, size and ratio is judged before a byte is written."""

from __future__ import annotations

import stat
import zipfile
from pathlib import Path, PurePosixPath

from citybrain.hub.packs.data import PackRefused, Problem
from citybrain.hub.packs.domain.folder import ALLOWED, MAX_FILES, MAX_LEVELS, MAX_TOTAL, NAME

MAX_RATIO = 200
CHUNK = 65_536


def unpack(archive: Path, into: Path) -> Path:
    """Extract ``archive`` into ``into/<pack>`` and return that folder. PackRefused for anything suspicious.

    The archive holds exactly one top folder, which is the pack's name.
    """
    if not zipfile.is_zipfile(archive):
        raise PackRefused([_problem(archive.name, "zip", "不是zip文件", "this is not a zip file")])
    with zipfile.ZipFile(archive) as bundle:
        members = [m for m in bundle.infolist() if not m.is_dir()]
        problems = [p for m in members if (p := _member_problem(m))]
        tops = {PurePosixPath(m.filename).parts[0] for m in members if PurePosixPath(m.filename).parts}
        if len(tops) != 1:
            problems.append(
                _problem(
                    archive.name, "zip_top", "压缩包里应只有一个包文件夹", "the zip must hold one pack folder"
                )
            )
        if len(members) > MAX_FILES or sum(m.file_size for m in members) > MAX_TOTAL:
            problems.append(_problem(archive.name, "too_large", "压缩包内容过大", "the zip holds too much"))
        if problems:
            raise PackRefused(problems)
        for member in members:
            _extract(bundle, member, into)
    return into / tops.pop()


def _member_problem(member: zipfile.ZipInfo) -> Problem | None:
    name = member.filename
    path = PurePosixPath(name)
    if (
        path.is_absolute()
        or "\\" in name
        or not path.parts
        or not all(NAME.match(part) for part in path.parts)
    ):
        return _problem(
            name,
            "escape",
            "压缩包里有越界或不合规则的路径",
            "the zip holds a path that escapes or is not acceptable",
        )
    mode = member.external_attr >> 16
    if mode and stat.S_IFMT(mode) not in (0, stat.S_IFREG):
        return _problem(name, "link", "不能使用链接文件", "links are not allowed")
    if len(path.parts) > MAX_LEVELS + 2:
        return _problem(name, "too_deep", "文件夹层级过多", "folders are nested too deep")
    if path.suffix not in ALLOWED:
        return _problem(
            name,
            "file_type",
            f"包里不能有“{path.suffix or path.name}”文件",
            f"a pack may not hold “{path.suffix or path.name}” files",
        )
    if member.flag_bits & 0x1:
        return _problem(name, "encrypted", "不能使用加密的压缩包", "an encrypted zip is not accepted")
    if member.file_size > ALLOWED[path.suffix] or member.file_size > MAX_RATIO * max(
        member.compress_size, 1024
    ):
        return _problem(
            name, "bomb", "文件过大或压缩比异常", "the file is too large or compressed suspiciously well"
        )
    return None


def _extract(bundle: zipfile.ZipFile, member: zipfile.ZipInfo, into: Path) -> None:
    target = into.joinpath(*PurePosixPath(member.filename).parts)
    target.parent.mkdir(parents=True, exist_ok=True)
    left = member.file_size
    with bundle.open(member) as source, target.open("xb") as sink:
        while chunk := source.read(CHUNK):
            left -= len(chunk)
            if left < 0:  # the header lied about the size
                raise PackRefused(
                    [
                        _problem(
                            member.filename, "bomb", "文件大小与声明不符", "the file is larger than declared"
                        )
                    ]
                )
            sink.write(chunk)


def _problem(name: str, code: str, zh: str, en: str) -> Problem:
    return Problem(code, zh, en, file=name[:200])
