"""The PDF: readable Chinese, embedded fonts, a square code, a signature that independent checkers validate."""

import io
import re
import shutil
import subprocess

import pytest
from pyhanko.pdf_utils.reader import PdfFileReader

from citybrain.hub.certificates import api as certificates
from citybrain.hub.certificates.models import Certificate
from citybrain.hub.certificates.rendering import fonts, store
from citybrain.hub.certificates.rendering.authority import ensure
from citybrain.hub.certificates.rendering.compose import compose, page_frame, square_code, typeset, verify_url
from citybrain.hub.certificates.tests.factories import BY, ORGANISATION, citizen, company, kind, make_type
from citybrain.kernel.errors import Unavailable

pytestmark = pytest.mark.django_db
FACT = {"label": "经营场所", "label_en": "Premises", "text": "宁德市蕉城区八一五中路1号二层"}
FILLED = {"issuer": "蕉城区市场监督管理局", "issued_on": "2026年3月2日", "identifier": "1.2", "version_label": "第001版",
          "code": "ABCD-EFGH", "qr": square_code("x"), "demo": True, "demo_mark": "演示"}  # fmt: skip
needs = pytest.mark.skipif(not shutil.which("pdfsig"), reason="poppler-utils is not installed")


@pytest.fixture
def issued(food):
    holder = company()
    made = certificates.issue(
        type_key="food-licence",
        holder=holder,
        issuer_org=ORGANISATION,
        data={"premises": "古田县虎\U0002c1d9镇1号"},
        by=BY,
    )
    return holder, made


@pytest.fixture
def pdf(issued, tmp_path):
    holder, made = issued
    path = tmp_path / "certificate.pdf"
    path.write_bytes(certificates.pdf_for(citizen(holder), made.id).content)
    return path


def run(*command) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout


def trusted_database(folder) -> list[str]:
    """Options that make pdfsig trust our demo root (needs libnss3-tools); else it judges the signature alone."""
    if not shutil.which("certutil"):
        return ["-nocert"]
    folder.mkdir()
    where = f"sql:{folder}"
    subprocess.run(["certutil", "-N", "-d", where, "--empty-password"], check=True)
    root = str(ensure() / "root.crt.pem")
    subprocess.run(["certutil", "-A", "-d", where, "-n", "root", "-t", "CT,C,C", "-i", root], check=True)
    return ["-nssdir", where]


@needs
def test_the_text_of_the_pdf_is_the_text_of_the_certificate(pdf, issued):
    text = run("pdftotext", "-layout", str(pdf), "-")
    flat = re.sub(r"\s", "", text)
    for wanted in ("食品经营许可证", "蕉城区市场监督管理局", "虎\U0002c1d9镇", issued[1].number, "古田县"):
        assert wanted in flat


@needs
def test_every_font_is_embedded_and_noto(pdf):
    lines = run("pdffonts", str(pdf)).splitlines()[2:]
    assert lines
    assert all("Noto" in line and re.search(r"\byes\s+yes\b", line) for line in lines)


@needs
def test_an_independent_checker_validates_the_signature(pdf, tmp_path):
    trusting = trusted_database(tmp_path / "nss")
    said = run("pdfsig", *trusting, str(pdf))
    assert "Signature is Valid" in said
    assert "Total document signed" in said
    assert "ETSI.CAdES.detached" in said
    if "-nssdir" in trusting:
        assert "Certificate is Trusted" in said


def test_pyhanko_trusts_it_through_our_root_only(pdf):
    from pyhanko.keys import load_cert_from_pemder
    from pyhanko.sign.validation import validate_pdf_signature
    from pyhanko_certvalidator import ValidationContext

    root = load_cert_from_pemder(str(ensure() / "root.crt.pem"))
    with pdf.open("rb") as source:
        signature = PdfFileReader(source).embedded_signatures[0]
        status = validate_pdf_signature(
            signature, ValidationContext(trust_roots=[root], allow_fetching=False)
        )
    assert status.bottom_line
    assert status.coverage.name == "ENTIRE_FILE"


@needs
def test_a_changed_byte_breaks_the_signature(pdf):
    content = bytearray(pdf.read_bytes())
    at = content.index(b"/Title") + 8
    content[at] ^= 1
    pdf.write_bytes(bytes(content))
    assert "Signature is Valid" not in run("pdfsig", "-nocert", str(pdf))


def test_rendering_twice_keeps_one_file(issued):
    holder, made = issued
    first = certificates.pdf_for(citizen(holder), made.id).content
    assert certificates.pdf_for(citizen(holder), made.id).content == first
    row = Certificate.objects.get(pk=made.id)
    assert store.fetch(row.file_hash) == first
    assert b"%PDF" not in store.path_of(row.file_hash).read_bytes()[:200]  # encrypted at rest


def test_a_damaged_file_is_noticed_and_made_again(issued):
    holder, made = issued
    certificates.pdf_for(citizen(holder), made.id)
    row = Certificate.objects.get(pk=made.id)
    path = store.path_of(row.file_hash)
    path.write_bytes(path.read_bytes()[:-20])
    assert certificates.pdf_for(citizen(holder), made.id).content.startswith(b"%PDF")


@pytest.mark.parametrize("name", ["../../etc/passwd", "", "ABC", "0" * 63, "0" * 64 + "/.."])
def test_file_names_other_than_hashes_are_refused(name):
    with pytest.raises(ValueError):
        store.path_of(name)


@pytest.mark.parametrize("layout", ["certificate", "notice", "card"])
def test_every_layout_renders_and_data_is_never_markup(food, layout):
    kind = make_type(version=2, layout=layout, key="other", code="11100000MB0143028R002")
    made = certificates.issue(
        type_key="other", holder=company("#panic() $x$ *粗*"), issuer_org=ORGANISATION, by=BY,
        data={"premises": '#read("/etc/passwd") \\ #sys.inputs'},
    )  # fmt: skip
    assert compose(Certificate.objects.get(pk=made.id), kind).startswith(b"%PDF")


@pytest.mark.parametrize(
    ("layout", "count"), [("licence", 14), ("certificate", 16), ("notice", 14), ("card", 8)]
)
def test_many_facts_still_fit_on_one_page(layout, count):
    fields = [{"key": f"f{n}", "label": {"zh": f"第{n}项事实", "en": f"Fact {n}"}} for n in range(count)]
    page = typeset({**page_frame(kind(layout=layout, fields=fields)), **FILLED, "rows": [FACT] * count})
    assert len(PdfFileReader(io.BytesIO(page)).root["/Pages"]["/Kids"]) == 1


def test_the_square_code_leads_to_verification(issued):
    url = verify_url(Certificate.objects.get(pk=issued[1].id))
    assert "/certificates/verify/?n=1.2.156.3005.2." in url


def test_missing_fonts_are_explained(monkeypatch):
    monkeypatch.setattr(fonts, "PLACES", ("/nowhere",))
    monkeypatch.delenv("CITYBRAIN_FONTS", raising=False)
    fonts.font_folders.cache_clear()
    try:
        with pytest.raises(Unavailable) as missing:
            fonts.font_folders()
        assert "fonts-noto-cjk" in missing.value.todo
        assert "fonts-noto-cjk" in fonts.doctor()[0]
    finally:
        fonts.font_folders.cache_clear()
