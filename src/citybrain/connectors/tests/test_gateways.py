"""Adapters for text messages and mail."""

import json
import multiprocessing
import smtplib

import pytest

from citybrain.connectors.console import ConsoleMail, ConsoleSms
from citybrain.connectors.outbox_files import JsonLines, MailFiles, SmsFiles
from citybrain.connectors.smtp import SmtpMail
from citybrain.hub.messages.ports import GatewayBusy, GatewayRefused


def lines(path):
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def test_a_text_message_is_one_line_however_often_it_is_sent(tmp_path):
    for _ in range(3):
        sent = SmsFiles(tmp_path).send(key="k1", phone="13812341234", text="受理")
    assert sent.arrived
    (line,) = lines(tmp_path / "sms.jsonl")
    assert (line["key"], line["phone"], line["text"]) == ("k1", "13812341234", "受理")


def test_mail_goes_to_its_own_file(tmp_path):
    gateway = MailFiles(tmp_path)
    gateway.send(key="k1", address="a@example.com", subject="s", text="t")
    assert lines(tmp_path / "mail.jsonl")[0]["subject"] == "s"
    assert gateway.check() == []
    assert list(gateway.receipts()) == []


def test_a_half_written_line_of_a_killed_writer_is_cut_off(tmp_path):
    path = tmp_path / "sms.jsonl"
    JsonLines(path).append("k1", {})
    with open(path, "ab") as file:
        file.write(b'{"key": "k2", "te')
    assert JsonLines(path).append("k2", {"text": "again"})
    assert [line["key"] for line in lines(path)] == ["k1", "k2"]


def _write(path, start):
    target = JsonLines(path)
    for n in range(start, start + 40):
        target.append(f"k{n}", {})


def test_writers_in_several_processes_never_double_a_line(tmp_path):
    path = tmp_path / "sms.jsonl"
    context = multiprocessing.get_context("fork")
    crowd = [context.Process(target=_write, args=(path, start)) for start in (0, 20, 40)]
    for one in crowd:
        one.start()
    for one in crowd:
        one.join()
    keys = [line["key"] for line in lines(path)]
    assert len(keys) == len(set(keys)) == 80


def test_the_console_shows_no_whole_address(capsys):
    ConsoleSms().send(key="k", phone="13812341234", text="受理")
    ConsoleMail().send(key="k", address="lin@example.com", subject="s", text="t")
    shown = capsys.readouterr().out
    assert "受理" in shown
    assert "13812341234" not in shown
    assert "lin@" not in shown


class Server:
    """Stands in for an SMTP server."""

    sent: list = []
    fail: Exception | None = None

    def __init__(self, host, port, timeout):
        self.secured = False

    def starttls(self, context):
        self.secured = True

    def login(self, user, password):
        assert self.secured

    def send_message(self, mail):
        if Server.fail:
            raise Server.fail
        Server.sent.append(mail)

    def close(self):
        pass


@pytest.fixture
def smtp(monkeypatch):
    Server.sent, Server.fail = [], None
    monkeypatch.setattr(smtplib, "SMTP", Server)
    return SmtpMail("smtp://user:secret@mail.example.com:587", "noreply@ningde.example")


def test_mail_is_sent_encrypted_with_a_repeatable_id(smtp):
    sent = smtp.send(key="k1", address="lin@example.com", subject="受理通知", text="办件已受理")
    (mail,) = Server.sent
    assert mail["Message-ID"] == sent.reference == "<k1@ningde.example>"
    assert mail["Subject"] == "受理通知"
    assert "办件已受理" in mail.get_content()


@pytest.mark.parametrize(("error", "kind"), [
    (smtplib.SMTPRecipientsRefused({"x": (550, b"no such user")}), GatewayRefused),
    (smtplib.SMTPRecipientsRefused({"x": (451, b"later")}), GatewayBusy),
    (smtplib.SMTPDataError(452, b"full"), GatewayBusy),
    (smtplib.SMTPSenderRefused(553, b"no", "x"), GatewayRefused),
    (ConnectionResetError(), ConnectionResetError),
])  # fmt: skip
def test_refusals_are_told_apart_from_outages(smtp, error, kind):
    Server.fail = error
    with pytest.raises(kind):
        smtp.send(key="k", address="lin@example.com", subject="s", text="t")


@pytest.mark.parametrize("address", ["no address", "a@b\r\nBcc: x@example.com", ""])
def test_a_header_cannot_be_smuggled_in(smtp, address):
    with pytest.raises(GatewayRefused):
        smtp.send(key="k", address=address, subject="s", text="t")
    with pytest.raises(GatewayRefused):
        smtp.send(key="k", address="a@example.com", subject="s\r\nBcc: x@example.com", text="t")
    assert Server.sent == []


def test_an_unreachable_server_is_busy(monkeypatch):
    def refuse(*args, **kwargs):
        raise OSError("no route")

    monkeypatch.setattr(smtplib, "SMTP", refuse)
    with pytest.raises(GatewayBusy):
        SmtpMail("smtp://mail.example.com", "a@b.example").send(
            key="k", address="a@b.example", subject="s", text="t"
        )


def test_configuration_problems_are_named(smtp):
    assert smtp.check() == []
    assert len(SmtpMail("", "x").check()) == 2
    assert SmtpMail("smtp://mail.example.com?tls=none", "a@b.example").check() == [
        "mail to another machine must be encrypted"
    ]
    with pytest.raises(GatewayBusy):
        SmtpMail("", "x").send(key="k", address="a@b.example", subject="s", text="t")
