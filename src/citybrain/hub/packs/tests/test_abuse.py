"""Packs are untrusted input: bombs, escapes, links, code and lies are refused before anything is applied."""

import contextlib
import os
import stat
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from citybrain.hub.packs.data import PackRefused
from citybrain.hub.packs.domain import archive, folder, strict_json, strict_yaml
from citybrain.hub.packs.domain.reading import read
from citybrain.hub.packs.tests.factories import make_pack, write


def codes(root):
    return {p.code for p in read(root).problems}


BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{chr(98 + n)}: &{chr(98 + n)} [{','.join(['*' + chr(97 + n)] * 9)}]\n" for n in range(8)
)


TRICKS = [
    (BOMB, "alias"),
    ("a: &x 1\nb: *x\n", "alias"),
    ("a: {<<: {b: 1}}\n", "alias"),
    ("a: !!python/object/apply:os.system ['true']\n", "tag"),
    ("a: !custom 1\n", "tag"),
    ("!!map {a: 1}\n", "tag"),
    ("a: 1\na: 2\n", "duplicate_key"),
    ("a: 1\n---\nb: 2\n", "many_documents"),
    ("? [a, b]\n: 1\n", "key"),
    ("[" * 60 + "]" * 60, "too_deep"),
    ("{a: " * 60 + "}" * 60, "too_deep"),
    ("a: [1, 2\n", "syntax"),
    ("a: \x07\n", "syntax"),
    ("a: \ud800".encode("utf-8", "surrogatepass"), "encoding"),
    (b"\xff\xfe\x00", "encoding"),
    ("x: " + "y" * strict_yaml.MAX_BYTES, "too_large"),
    ("[" + "1," * (strict_yaml.MAX_NODES + 1) + "]", "too_many"),
]


@pytest.mark.parametrize(
    ("text", "code"), TRICKS, ids=[f"{n}-{code}" for n, (_text, code) in enumerate(TRICKS)]
)
def test_yaml_tricks_are_refused(text, code):
    with pytest.raises(strict_yaml.YamlRefused) as refused:
        strict_yaml.load(text if isinstance(text, bytes) else text.encode())
    assert refused.value.code == code
    assert refused.value.zh
    assert refused.value.en


def test_a_very_deep_file_is_refused_without_harm():
    with pytest.raises(strict_yaml.YamlRefused):
        strict_yaml.load(b"[" * 100_000)
    with pytest.raises(strict_yaml.YamlRefused):
        strict_json.load(b"[" * 100_000)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("yes", "yes"),
        ("on", "on"),
        ("0123", "0123"),
        ("12", 12),
        ("1.5", 1.5),
        ("true", True),
        ("~", None),
        ("1e9", "1e9"),
        ("2026-01-01", "2026-01-01"),
        ("09:30", "09:30"),
        ("'12'", "12"),
        ("0x1F", "0x1F"),
        (".inf", ".inf"),
        ("123456789012345678901234567890", "123456789012345678901234567890"),
    ],
)
def test_scalars_hold_no_surprises(text, value):
    assert strict_yaml.load(f"a: {text}".encode()).value == {"a": value}


@given(st.binary(max_size=300))
@settings(max_examples=150, deadline=None)
def test_any_bytes_give_a_value_or_one_refusal(content):
    for loader in (strict_yaml, strict_json):
        with contextlib.suppress(strict_yaml.YamlRefused):
            loader.load(content)


@given(st.text("{}[]:,-&*!|>'\"#? ab\n", max_size=200))
@settings(max_examples=200, deadline=None)
def test_any_yaml_like_text_gives_a_value_or_one_refusal(text):
    with contextlib.suppress(strict_yaml.YamlRefused):
        strict_yaml.load(text.encode())


@pytest.mark.parametrize(
    "text", ['{"a":1,"a":2}', '{"a": NaN}', '{"a": Infinity}', "[1,", "[" * 50 + "]" * 50]
)
def test_json_tricks_are_refused(text):
    with pytest.raises(strict_yaml.YamlRefused):
        strict_json.load(text.encode())


@pytest.mark.parametrize(
    "name", ["hook.py", "run.sh", "lib.so", "page.html", "x.pyc", "Makefile", "a.yml", "t.typ", "m.js"]
)
def test_code_and_unknown_files_are_refused(tmp_path, name):
    root = make_pack(tmp_path)
    write(root / "holidays" / name, "import os\n")
    assert "file_type" in codes(root)


def test_links_are_refused_and_never_followed(tmp_path):
    root = make_pack(tmp_path)
    os.symlink("/etc/passwd", root / "holidays" / "secret.yaml")
    os.symlink("/etc", root / "etc")
    found = [p for p in read(root).problems if p.code == "link"]
    assert len(found) == 2
    assert not [p for p in read(root).problems if "root:" in p.zh]


def test_a_pack_folder_that_is_a_link_is_refused(tmp_path):
    make_pack(tmp_path / "real")
    os.symlink(tmp_path / "real" / "mini", tmp_path / "mini")
    assert codes(tmp_path / "mini") >= {"not_a_folder"}


def test_executable_files_are_refused(tmp_path):
    root = make_pack(tmp_path)
    path = root / "holidays" / "y2031.yaml"
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    assert "executable" in codes(root)


def test_pipes_and_odd_names_are_refused(tmp_path):
    root = make_pack(tmp_path)
    os.mkfifo(root / "holidays" / "pipe.yaml")
    write(root / "holidays" / ".hidden.yaml", "a: 1")
    write(root / "holidays" / "a b.yaml", "a: 1")
    assert codes(root) >= {"special", "name"}


def test_a_huge_file_is_refused_unread(tmp_path):
    root = make_pack(tmp_path)
    with open(root / "holidays" / "huge.yaml", "wb") as sink:
        sink.truncate(50_000_000)
    assert "too_large" in codes(root)


def test_folders_nested_too_deep_are_refused(tmp_path):
    root = make_pack(tmp_path)
    write(root.joinpath(*"abcdefghij") / "x.yaml", "a: 1")
    assert "too_deep" in codes(root)


@pytest.mark.parametrize(
    "name",
    ["../x.json", "/etc/passwd", "assets/../../x.json", "assets\\x.json", "assets/x.py", "", "a/./b.json"],
)
def test_assets_cannot_leave_the_pack(tmp_path, name):
    root = make_pack(tmp_path)
    write(tmp_path / "x.json", "{}")
    with pytest.raises(ValueError):
        folder.asset(root, name)


def test_a_pack_cannot_take_another_name(tmp_path):
    root = make_pack(tmp_path)
    root.rename(tmp_path / "other")
    assert "pack_name" in codes(tmp_path / "other")


@pytest.mark.parametrize("key", ["../../x", "a/b", "", "a b", "x" * 200, "-a"])
def test_keys_that_are_paths_or_odd_are_refused(tmp_path, key):
    root = make_pack(
        tmp_path, files={"holidays/a.yaml": {"key": key, "year": 2031, "source": "x", "days": []}}
    )
    assert "key" in codes(root)


def zip_of(path, members, *, compress=zipfile.ZIP_DEFLATED):
    with zipfile.ZipFile(path, "w", compress) as bundle:
        for name, content in members:
            bundle.writestr(name, content)
    return path


@pytest.mark.parametrize(
    "name",
    ["../evil.yaml", "/abs.yaml", "mini/../../evil.yaml", "mini\\evil.yaml", "mini/evil.py", "C:/x.yaml"],
)
def test_zip_paths_that_escape_are_refused_before_writing(tmp_path, name):
    path = zip_of(tmp_path / "p.zip", [("mini/pack.yaml", "a: 1"), (name, "x")])
    with pytest.raises(PackRefused):
        archive.unpack(path, tmp_path / "out")
    assert not (tmp_path / "out").exists()
    assert not (tmp_path / "evil.yaml").exists()


def test_zip_bombs_are_refused(tmp_path):
    path = zip_of(tmp_path / "p.zip", [("mini/bomb.json", b"0" * 7_000_000)])
    with pytest.raises(PackRefused) as refused:
        archive.unpack(path, tmp_path / "out")
    assert {p.code for p in refused.value.problems} == {"bomb"}


def test_zip_links_are_refused(tmp_path):
    link = zipfile.ZipInfo("mini/link.yaml")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    path = zip_of(tmp_path / "p.zip", [(link, "/etc/passwd")])
    with pytest.raises(PackRefused):
        archive.unpack(path, tmp_path / "out")


def test_a_file_that_is_no_zip_is_refused(tmp_path):
    path = tmp_path / "p.zip"
    path.write_bytes(b"PK\x03\x04 not really")
    with pytest.raises(PackRefused):
        archive.unpack(path, tmp_path / "out")


def test_a_good_zip_becomes_a_folder(tmp_path):
    path = zip_of(
        tmp_path / "p.zip", [("mini/pack.yaml", "pack: mini"), ("mini/holidays/a.yaml", "year: 2031")]
    )
    assert (archive.unpack(path, tmp_path / "out") / "holidays" / "a.yaml").read_text() == "year: 2031"
