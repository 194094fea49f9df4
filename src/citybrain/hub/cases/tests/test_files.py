"""Uploads: checked by content, bounded, scanned, stored once, downloaded only by those who may."""

import errno
import io

import pytest

from citybrain.hub.cases import api as cases
from citybrain.hub.cases.actions import files
from citybrain.hub.cases.ports import EICAR
from citybrain.hub.cases.tests.factories import citizen, open_permit, received
from citybrain.kernel.errors import Invalid, NotAllowed, NotFound

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
PNG = (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
       b"\x00\x00\x00\rIDATx\x9cc\xf8\xff\xff?\x00\x05\xfe\x02\xfe\xdc\xccY\xe7\x00\x00\x00\x00IEND\xaeB`\x82")  # fmt: skip


@pytest.fixture(autouse=True)
def _folder(tmp_path, settings):
    settings.DATA_DIR = tmp_path


def upload(content, name):
    held = io.BytesIO(content)
    held.name = name
    return held


def test_a_pdf_is_stored_by_its_hash_and_completes_its_material(staff):
    record = open_permit(staff.citizen, complete=False)
    kept = cases.attach(record.id, upload(PDF, "布局图.pdf"), by=staff.citizen, material="layout")
    assert (kept.name, kept.media_type, kept.size) == ("布局图.pdf", "application/pdf", len(PDF))
    material = {m.key: m for m in cases.case_for(staff.citizen, record.id).materials}["layout"]
    assert (material.state, material.source, len(material.attachments)) == ("given", "upload", 1)
    found, path = cases.attachment_for(staff.citizen, kept.id)
    assert path.read_bytes() == PDF
    assert path.name == found.sha256
    cases.detach(kept.id, by=staff.citizen)
    assert {m.key: m for m in cases.case_for(staff.citizen, record.id).materials}["layout"].state == "missing"


def test_the_same_content_is_stored_once(staff, tmp_path):
    record = open_permit(staff.citizen)
    for name in ("a.png", "b.png"):
        cases.attach(record.id, upload(PNG, name), by=staff.citizen)
    assert len([p for p in (tmp_path / "files").rglob("*") if p.is_file()]) == 1


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (b"", "leer.pdf", "empty"),
        (b"<html><script>alert(1)</script></html>", "x.html", "type"),
        (b"<html><script>alert(1)</script></html>", "x.pdf", "type"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "x.svg", "type"),
        (b"MZ" + b"\x00" * 200, "x.pdf", "type"),
        (PNG, "x.pdf", "mismatch"),
        (PNG, "x.exe", "mismatch"),
        (PDF, "ohne", "name"),
        (EICAR, "virus.txt", "unsafe"),
    ],
)
def test_what_is_not_a_document_is_refused_with_its_reason(staff, content, name, code, tmp_path):
    record = open_permit(staff.citizen)
    with pytest.raises(Invalid) as problems:
        cases.attach(record.id, upload(content, name), by=staff.citizen)
    assert problems.value.problems[0].code == code
    assert not [p for p in (tmp_path / "files").rglob("*") if p.is_file()]


def test_a_file_that_is_too_large_is_refused_while_it_arrives(staff, monkeypatch):
    monkeypatch.setattr(files, "MOST_BYTES", 100)
    record = open_permit(staff.citizen)
    with pytest.raises(Invalid) as problems:
        cases.attach(record.id, upload(PDF + b"x" * 200, "a.pdf"), by=staff.citizen)
    assert problems.value.problems[0].code == "too_large"


@pytest.mark.parametrize(
    "name", ["../../etc/passwd.pdf", "..\\..\\x.pdf", "/etc/x.pdf", "a\x00b.pdf", "<x>.pdf"]
)
def test_names_cannot_escape(name):
    clean = files.clean_name(name)
    assert "/" not in clean
    assert "\\" not in clean
    assert ".." not in clean
    assert clean.endswith(".pdf")


def test_a_full_disk_is_said_and_leaves_nothing_behind(staff, tmp_path, monkeypatch):
    record = open_permit(staff.citizen)

    def full(*args):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(files.os, "fsync", full)
    with pytest.raises(files.DiskFull) as refusal:
        cases.attach(record.id, upload(PDF, "a.pdf"), by=staff.citizen)
    assert refusal.value.status == 507
    assert not [p for p in (tmp_path / "files").rglob("*") if p.is_file()]


def test_strangers_get_nothing_and_applicants_upload_only_in_their_turn(staff):
    record = received(staff)
    with pytest.raises(NotAllowed):
        cases.attach(record.id, upload(PDF, "a.pdf"), by=staff.citizen)
    kept = cases.attach(record.id, upload(PDF, "a.pdf"), by=staff.receiver)
    with pytest.raises(NotFound):
        cases.attachment_for(citizen(), kept.id)
    with pytest.raises(NotFound):
        cases.attach(record.id, upload(PDF, "a.pdf"), by=citizen())
