"""Live push: who may listen, in which order messages come, and that a reconnecting browser misses nothing."""

import asyncio

import httpx
import pytest
from django.db import connections, transaction

from citybrain.kernel import live
from citybrain.project import live as process

pytestmark = pytest.mark.django_db(transaction=True)


def push(channel, **payload):
    with transaction.atomic():
        live.push(channel, payload)


async def push_elsewhere(channel, **payload):
    """As another process would: on a connection of its own."""

    def work():
        try:
            push(channel, **payload)
        finally:
            connections.close_all()

    await asyncio.to_thread(work)


@pytest.fixture
def run():
    """Runs a coroutine with a fresh hub on the test database."""

    def go(story):
        async def body():
            hub = process.Hub()
            try:
                return await story(hub)
            finally:
                if hub.db is not None:
                    await hub.db.close()

        return asyncio.run(body())

    return go


def test_messages_reach_the_listeners_of_their_channel_in_order(run):
    async def story(hub):
        await hub.round()
        here, there = process.Client("cockpit.city", None), process.Client("cases.x", None)
        hub.add(here)
        hub.add(there)
        await push_elsewhere("cockpit.city", n=1)
        await push_elsewhere("cockpit.city", n=2)
        await hub.round()
        return [here.queue.get_nowait()[1] for _ in range(2)], there.queue.empty()

    assert run(story) == (['{"n": 1}', '{"n": 2}'], True)


def test_a_late_committer_is_not_skipped_by_replay(run):
    """Numbers are given after commit: a row inserted early but committed late gets a later number."""
    import psycopg

    async def story(hub):
        await hub.round()
        client = process.Client("c", None)
        hub.add(client)
        slow = await psycopg.AsyncConnection.connect(**process.parameters())
        await slow.execute(
            "insert into kernel_liveevent (channel, payload, at) values ('c', '\"late\"', now())"
        )
        await push_elsewhere("c", n=1)
        await hub.round()
        first = client.queue.get_nowait()
        await slow.commit()
        await slow.close()
        await hub.round()
        again = process.Client("c", first[0])
        return client.queue.get_nowait()[1], await hub.missed(again)

    delivered, missed = run(story)
    assert delivered == '"late"'
    assert [data for _number, data in missed] == ['"late"']


def test_a_client_that_does_not_keep_up_is_disconnected_not_buffered(run):
    async def story(hub):
        client = process.Client("c", None)
        hub.add(client)
        for number in range(process.QUEUE_LENGTH + 1):
            hub.deliver(number, "c", "{}")
        return hub.count, client.queue.qsize(), client.queue.get_nowait()

    assert run(story) == (0, 1, None)


def test_nothing_is_pushed_when_the_transaction_is_rolled_back():
    with transaction.atomic():
        live.push("c", {"n": 1})
        transaction.set_rollback(True)
    assert not live.LiveEvent.objects.exists()


def test_push_belongs_into_a_transaction_and_stays_small():
    with pytest.raises(RuntimeError):
        live.push("c", {})
    with pytest.raises(ValueError), transaction.atomic():
        live.push("c", {"text": "x" * 9000})


def ask(address, **headers):
    """Status of a request to the live process."""

    async def body():
        process.application.state.hub = process.Hub()
        transport = httpx.ASGITransport(process.application)
        async with httpx.AsyncClient(transport=transport, base_url="http://city.example:8001") as client:
            return (await client.get(address, headers=headers)).status_code

    return asyncio.run(body())


@pytest.mark.parametrize("token", ["", "forged", "W10:x:y"])
def test_a_stream_needs_a_token_for_exactly_this_channel(token):
    assert ask(f"/live/cockpit.city?token={token}") == 403
    assert ask(f"/live/cockpit.city?token={live.token('other')}") == 403


def test_a_foreign_page_cannot_open_a_stream():
    address = f"/live/cockpit.city?token={live.token('cockpit.city')}"
    assert ask(address, Origin="https://evil.example") == 403


def test_an_old_token_is_refused(monkeypatch):
    signed = live.token("c")
    monkeypatch.setattr(live, "TOKEN_SECONDS", -1)
    assert live.channels_of(signed) == frozenset()


def test_the_page_finds_the_stream_on_its_own_host(rf, settings):
    settings.LIVE_PORT, settings.LIVE_URL = 8001, ""
    request = rf.get("/", headers={"host": "localhost:8000"})
    assert live.stream_url(request, "cockpit.city").startswith(
        "http://localhost:8001/live/cockpit.city?token="
    )
    settings.LIVE_URL = "same-origin"
    assert live.stream_url(request, "cockpit.city").startswith("/live/cockpit.city?token=")
