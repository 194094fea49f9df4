"""Malicious sources, uploads, feeds and places of delivery: they reach nothing inside, fill no memory, tell no log."""

import io
import json
import logging
import queue
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import httpx
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard

from citybrain.apps.opendata.actions import fetch, harvest
from citybrain.apps.opendata.domain import addresses as harvested
from citybrain.apps.opendata.domain import feeds
from citybrain.apps.opendata.models import Portal
from citybrain.apps.opendata.queries.dcat import formats_of
from citybrain.hub.data.catalogue.queries.forms import read_form
from citybrain.hub.data.collection import stream
from citybrain.hub.data.collection.connectors import folder, rest, sftp
from citybrain.hub.data.collection.connectors.addresses import allowed_address
from citybrain.hub.data.collection.domain.shape import Shape
from citybrain.hub.data.collection.ports import Access, Wish
from citybrain.hub.data.collection.reading import probe
from citybrain.hub.data.collection.reading.excel import ExcelReader
from citybrain.hub.data.collection.reading.parquet import ParquetReader
from citybrain.hub.data.grants.exchange.mysql import MysqlTarget
from citybrain.hub.data.grants.exchange.postgresql import PostgresTarget
from citybrain.hub.data.grants.exchange.sftp import SftpStore
from citybrain.hub.data.jobs import actions, kinds, running
from citybrain.hub.data.models import Job
from citybrain.hub.data.models import Resource as Entry
from citybrain.kernel import clock
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import Invalid, Unavailable
from citybrain.kernel.ids import new_id
from citybrain.project.logs import RoomFormatter

from .sheets import book

BY = Actor.system("tests")

# -- sheets -----------------------------------------------------------------------------------------------------------

CORNERS = {
    "two corners": {"A1": "编号", "XFD1048576": "x"},
    "a row beyond every sheet": {"A1": "编号", "A4000000000": "x"},
    "a column beyond every sheet": {"A1": "编号", "ZZZZZZ1": "x"},
}


@pytest.mark.parametrize("kind", sorted(CORNERS))
def test_a_kilobyte_that_becomes_a_giant_ends_another_process(kind):
    """Read here, the first one ends this process with everybody's requests in it."""
    content = book(CORNERS[kind])
    assert len(content) < 4000
    with pytest.raises(Invalid):
        probe.refuse_giant_sheets(content)


@pytest.fixture
def small_memory(monkeypatch):
    """So little memory for a sheet that a file which harms nobody is a giant."""
    monkeypatch.setattr(probe, "MOST_MEMORY", 160 * 1024**2)
    return book({"A1": "编号", "Z200000": "x"})


def test_an_upload_is_tried_before_it_is_read(small_memory, tmp_path):
    path = tmp_path / "giant.xlsx"
    path.write_bytes(small_memory)
    with pytest.raises(Invalid) as error:
        ExcelReader(path, Shape(kind="excel"))
    assert error.value.problems[0].code == "bomb"


def test_the_departments_form_is_tried_before_it_is_read(small_memory):
    with pytest.raises(Invalid) as error:
        read_form(small_memory)
    assert error.value.problems[0].code == "bomb"


def test_ordinary_sheets_are_read_whatever_their_name(tmp_path):
    path = tmp_path / "plain.xlsx"
    path.write_bytes(book({"A1": "编号", "A2": "7"}, name="人员 “一”"))
    assert ExcelReader(path, Shape(kind="excel", sheet="人员 “一”")).names == ("编号",)
    for odd in ("没有", "-c", "\0", "\ud800", "x" * 10_000):
        with pytest.raises(Invalid) if odd in ("\0", "\ud800") else as_usual():
            assert ExcelReader(path, Shape(kind="excel", sheet=odd)).names == ("编号",)


@contextmanager
def as_usual():
    """Nothing is refused."""
    yield


def test_half_a_kilobyte_of_parquet_that_becomes_gigabytes_is_refused(tmp_path):
    """One text of six million characters, named a thousand times."""
    path = tmp_path / "rows.parquet"
    long = pa.DictionaryArray.from_arrays(pa.array([0] * 1000, pa.int32()), pa.array(["x" * 6_000_000]))
    pq.write_table(pa.table({"编号": long}), path, compression="zstd", store_schema=False)
    assert path.stat().st_size < 1000
    with pytest.raises(Invalid) as error:
        ParquetReader(path, Shape(kind="parquet"))
    assert error.value.problems[0].code == "bomb"


def test_ordinary_parquet_and_what_is_none_are_told_apart(tmp_path):
    path = tmp_path / "rows.parquet"
    pq.write_table(pa.table({"编号": ["1", "2"]}), path)
    assert ParquetReader(path, Shape(kind="parquet")).count == 2
    path.write_bytes(b"PAR1 nothing PAR1")
    with pytest.raises(Invalid) as error:
        ParquetReader(path, Shape(kind="parquet"))
    assert error.value.problems[0].code == "unreadable"


# -- hosts ------------------------------------------------------------------------------------------------------------

INSIDE = (
    "127.0.0.1", "0.0.0.0", "10.1.2.3", "169.254.169.254", "100.64.0.1", "192.168.1.1", "224.0.0.1", "::1", "::", "fe80::1",
    "fc00::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "::7f00:1", "64:ff9b::7f00:1", "64:ff9b::a00:1",
    "64:ff9b:1::7f00:1", "2002:7f00:1::", "2002:a00:1::1", "::ffff:0:127.0.0.1", "fec0::1", "5f00::1", "3fff::1", "2001:db8::1",
)  # fmt: skip
OUTSIDE = ("1.1.1.1", "2606:4700:4700::1111", "::ffff:1.1.1.1", "64:ff9b::101:101")


@pytest.mark.parametrize("address", INSIDE)
def test_no_spelling_of_an_inside_address_passes_for_public(address, settings):
    settings.COLLECTION_PRIVATE, settings.COLLECTION_HOSTS = [], []
    assert harvested.refused(address, 443), "the harvest would ask there"
    with pytest.raises(Invalid):
        allowed_address(address, 443)
    with pytest.raises(Invalid):
        allowed_address(f"[{address}]", 443)


@pytest.mark.parametrize("address", OUTSIDE)
def test_public_addresses_are_still_public(address, settings):
    settings.COLLECTION_PRIVATE, settings.COLLECTION_HOSTS = [], []
    assert harvested.refused(address, 443) == ""
    assert allowed_address(address, 443) == address


TARGET = {"port": "1", "user": "u", "database": "d", "table": "t", "folder": "in",
          "host_key": "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl"}  # fmt: skip


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "169.254.169.254", "64:ff9b::7f00:1"])
def test_a_delivery_goes_to_no_machine_the_operator_did_not_name(host, settings):
    """Invalid before any connection; a tried one would be Unavailable, and tell which ports are open."""
    settings.COLLECTION_PRIVATE = []
    target = {**TARGET, "host": host}
    for place in (
        lambda: PostgresTarget(new_id(), target, "x"),
        lambda: MysqlTarget(new_id(), target, "x"),
        lambda: SftpStore(target, "x"),
    ):
        with pytest.raises(Invalid):
            place()


def test_a_unit_watches_its_own_share_and_no_other(settings, tmp_path):
    """Shares of all departments lie below one folder of the machine."""
    for unit in ("350902-gaj", "350902-scjg", "350902-scjg2", "given"):
        (tmp_path / unit).mkdir()
        (tmp_path / unit / "people.csv").write_text("a\n1\n")
    (tmp_path / "350902-scjg" / "link").symlink_to(tmp_path / "350902-gaj")
    settings.COLLECTION_FOLDERS = [str(tmp_path), f"350902-gaj={tmp_path / 'given'}"]

    def seen(path, unit="350902-scjg"):
        return [
            t.name
            for t in folder.Folder().discover(Access(new_id(), "folder", unit, {"path": str(path)}, ""))
        ]

    assert seen(tmp_path / "350902-scjg") == ["people.csv"]
    assert seen(tmp_path / "given", "350902-gaj") == ["people.csv"]
    for other in (
        "350902-gaj",
        "350902-scjg2",
        "given",
        "",
        "350902-scjg/..",
        "350902-scjg/../350902-gaj",
        "350902-scjg/link",
    ):
        with pytest.raises(Invalid):
            seen(tmp_path / other)
    for nobody in ("", "..", ".", "350902-scjg/../350902-gaj"):
        with pytest.raises(Invalid):
            seen(tmp_path / "350902-gaj", nobody)


def test_a_server_that_lies_about_its_files_fills_no_memory(monkeypatch, tmp_path):
    class Lying(io.BytesIO):
        def stat(self):
            return SimpleNamespace(st_size=2**62, st_mtime=1)

        def prefetch(self, size):
            raise MemoryError(f"{size // 32768} pieces noted at once")

    def endless(_folder):
        number = 0
        while True:
            number += 1
            yield SimpleNamespace(filename=f"{number}.csv", st_mode=0o100644, st_mtime=number, st_size=3)

    server = SimpleNamespace(listdir_iter=endless, open=lambda _path, _mode: Lying(b"a\n1\n"))

    @contextmanager
    def opened(_access):
        yield server, "."

    monkeypatch.setattr(sftp, "opened", opened)
    monkeypatch.setattr(sftp, "MOST_LISTED", 20)
    access = Access(new_id(), "sftp", "350902-scjg", {"settle": 0}, "x")
    with pytest.raises(Unavailable) as refusal:  # and no MemoryError: nothing was noted ahead
        sftp.Sftp().bring(access, Wish("*.csv", {}, "", new_id()), tmp_path)
    assert refusal.value.code == "changing", "what it says it has and what it gave are not the same"


def test_a_broker_can_neither_flood_us_nor_speak_for_another_topic():
    listener = stream.Listener.__new__(stream.Listener)
    listener.source, listener.waiting = SimpleNamespace(pk=new_id()), queue.Queue()
    acknowledged = []
    client = SimpleNamespace(ack=lambda number, _qos: acknowledged.append(number))
    for number, size in enumerate((stream.LARGEST + 1, 10)):
        listener.arrived(client, None, SimpleNamespace(payload=b"x" * size, mid=number, qos=1, topic="t"))
    assert acknowledged == [0]
    assert listener.waiting.qsize() == 1
    _key, row = stream.content("gauges/7", b'{"topic": "gauges/8", "level": 3}', "")
    assert row["topic"] == "gauges/7"


def test_a_workbook_of_millions_is_not_made_for_whoever_asks():
    assert "xlsx" in formats_of(SimpleNamespace(treatment={}, rows=100))
    assert "xlsx" not in formats_of(SimpleNamespace(treatment={}, rows=1_000_000))
    assert "csv" in formats_of(SimpleNamespace(treatment={}, rows=1_000_000))


# -- feeds ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", ["1E50000", "-1E50000", "1E-50000"])
def test_a_number_of_a_feed_does_not_grow(number):
    """Written out, 1E900000000 takes a gigabyte; the feed that names a few of them takes the machine."""
    text = f'<http://a.cn/1> <http://a.cn/p> "{number}"^^<http://www.w3.org/2001/XMLSchema#decimal> .'
    made = feeds.graph(text.encode(), "text/turtle", "http://a.cn/")
    assert [len(str(value)) for _s, _p, value in made] == [len(number)]


def packed(kind: str, content: bytes) -> httpx.Response:
    return httpx.Response(200, headers={"Content-Encoding": kind}, stream=httpx.ByteStream(content))


@pytest.mark.parametrize("kind", ["zstd", "ZSTD", "gzip, zstd", "br", "deflate"])
def test_answers_are_unpacked_only_as_far_as_they_can_be_watched(kind):
    """Sixty-four kilobytes of zstd become gigabytes before the first look at their size."""
    content = zstandard.compress(b"[" + b" " * 1_000_000 + b"]")
    with pytest.raises(fetch.NotFetched):
        fetch.body(packed(kind, content), float("inf"))
    with pytest.raises(Unavailable):
        rest.bounded(packed(kind, content))


@pytest.mark.django_db
def test_one_portal_does_not_speak_for_another(monkeypatch):
    """Two portals name the same dataset: each has its own entry in the catalogue."""
    said = {"title": ""}

    def found(_portal):
        yield feeds.Found("https://prov.example/d/1", {"zh": said["title"], "en": ""})

    monkeypatch.setattr(harvest, "everything", found)
    for name in ("省平台", "冒名平台"):
        portal = Portal.objects.create(
            name=name, address=f"https://{name}.cn/", format="dcat", made_at=clock.now()
        )
        said["title"] = f"{name}的公交线路"
        harvest.harvest_portal(portal, by=BY)
    titles = {row.title["zh"] for row in Entry.objects.filter(kind="harvested")}
    assert titles == {"省平台的公交线路", "冒名平台的公交线路"}


# -- what is written down ---------------------------------------------------------------------------------------------

NUMBER, PHONE = "350902199001010019", "13805931234"


@pytest.mark.django_db
def test_a_failed_job_does_not_show_the_value_it_failed_at(monkeypatch):
    def work(_run):
        raise ValueError(f"Could not convert string '{NUMBER}' or \"林小梅\" to INT32, phone {PHONE}")

    monkeypatch.setattr(kinds, "_kinds", {})
    kinds.job("stumble", zh="绊倒", en="Stumble")(work)
    actions.begin_job("stumble", by=BY, subject="tests")
    running.do_next()
    error = Job.objects.get().error
    assert error.startswith("ValueError: Could not convert string")
    for value in (NUMBER, PHONE, "林小梅"):
        assert value not in error


@pytest.mark.parametrize("style", ["json", "text"])
def test_the_log_holds_no_citizen_number_and_no_phone(style):
    try:
        raise ValueError(f"Could not convert string '{NUMBER}'")
    except ValueError as error:
        info = (ValueError, error, error.__traceback__)
    record = logging.LogRecord(
        "citybrain.hub.data", 40, "x", 1, "no row %s of %s", (NUMBER[:-1] + "X", PHONE), info
    )
    line = RoomFormatter(style).format(record)
    assert NUMBER not in line
    assert NUMBER[:-1] + "X" not in line
    assert PHONE not in line
    assert "350902********001X" in line
    assert "138****1234" in line
    plain = logging.LogRecord(
        "citybrain.hub.data", 20, "x", 1, "job 0190a0a0-0000-7000-8000-000000000000 took 1234567 ms", (), None
    )
    said = RoomFormatter(style).format(plain)
    assert "0190a0a0-0000-7000-8000-000000000000 took 1234567 ms" in (
        json.loads(said)["message"] if style == "json" else said
    )


def test_every_writer_of_csv_takes_formulas_away():
    """A new export cannot forget it: who makes CSV names the one function that makes cells harmless."""
    source = Path(__file__).parents[2] / "src" / "citybrain"
    writers = [p for p in source.rglob("*.py") if "csv.writer(" in p.read_text() and "tests" not in p.parts]
    assert len(writers) > 3
    assert [str(p) for p in writers if "safe_cell" not in p.read_text()] == []
    books = [
        p for p in source.rglob("*.py") if "xlsxwriter.Workbook(" in p.read_text() and "tests" not in p.parts
    ]
    assert [p.name for p in books] == ["workbook.py"], "one writer of workbooks, and it writes texts"
