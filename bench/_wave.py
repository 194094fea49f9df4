"""Ten times the load for a while, open loop: nobody waits for anybody. What is refused, what is kept, how it ends.

Half of the arrivals open a draft (a write that is acknowledged by a redirect to the new case), half ask for a page.
A process of its own sends them, so that the measuring does not slow itself.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from urllib.parse import urlencode
from uuid import uuid4

import psycopg

from bench import _city, _life
from bench._figures import quantile, say
from bench._people import Person
from bench._wire import CSRF

FACTOR, PATIENCE, AT_ONCE = 10, 15.0, 1500


async def arrival(port: int, cookie: str, number: int) -> tuple[str, float, str]:
    """One person: (status or what went wrong, seconds, id of the case that was acknowledged)."""
    path = f"/start/{_life.MATTER}/" if number % 2 else f"/guide/{_life.MATTER}/"
    body = b""
    if number % 2:
        body = urlencode([*_life.SITUATION, ("key", str(uuid4())), ("csrfmiddlewaretoken", CSRF)]).encode()
    head = (
        f"{'POST' if body else 'GET'} {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n"
        f"Cookie: citybrain_csrf={CSRF}; citybrain_session={cookie}\r\n"
        f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    began, writer = time.perf_counter(), None
    try:
        async with asyncio.timeout(PATIENCE):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(head.encode() + body)
            raw = await reader.read(65536)
            while b"\r\n\r\n" not in raw and (more := await reader.read(65536)):
                raw += more
    except (OSError, TimeoutError) as problem:
        return type(problem).__name__, time.perf_counter() - began, ""
    finally:
        if writer is not None:
            writer.close()
    text = raw.split(b"\r\n\r\n")[0].decode("latin-1").lower()
    status = text[9:12] or "closed"
    if status in ("429", "503"):
        status += " with Retry-After" if "\r\nretry-after:" in text else " WITHOUT Retry-After"
    case_id = (
        text.split("\r\nlocation:")[1].split("\r\n")[0].strip().strip("/").split("/")[-1]
        if status == "302" and "/apply/" in text
        else ""
    )
    return status, time.perf_counter() - began, case_id


async def flood(port: int, cookies: list[str], rate: float, seconds: float) -> dict:
    """Arrivals at ``rate`` a second whatever happens; at most AT_ONCE wait at the same time, others are not sent."""
    found, times, kept, unsent, waiting = Counter(), [], [], 0, set()
    began, number = time.perf_counter(), 0
    while (now := time.perf_counter() - began) < seconds:
        while number < now * rate:
            number += 1
            if len(waiting) >= AT_ONCE:
                unsent += 1
                continue
            task = asyncio.create_task(arrival(port, cookies[number % len(cookies)], number))
            waiting.add(task)
            task.add_done_callback(waiting.discard)
            task.add_done_callback(lambda t: note(t.result(), found, times, kept))
        await asyncio.sleep(0.005)
    if waiting:
        await asyncio.wait(waiting, timeout=PATIENCE + 2)
    return {"found": found, "times": times, "kept": kept, "unsent": unsent, "sent": number - unsent}


def note(answer: tuple[str, float, str], found: Counter, times: list, kept: list) -> None:
    status, seconds, case_id = answer
    found[status] += 1
    if status in ("200", "302"):
        times.append(seconds * 1000)
    if case_id:
        kept.append(case_id)


def overload(
    launcher,
    citizens: list[Person],
    officials: dict[str, Person],
    normal: _life.Result,
    seconds: float,
    url: str,
) -> None:
    """The wave, what it left, and how soon the normal rate was back."""
    rate = FACTOR * normal.requests / normal.seconds
    say(
        f"\n  overload: {rate:.0f} arrivals/s for {seconds:.0f} s (ten times the requests of the measurement above)"
    )
    wish = {
        "port": launcher.config.port,
        "cookies": [c.cookie for c in citizens],
        "rate": rate,
        "seconds": seconds,
    }
    root = Path(__file__).resolve().parents[1]
    done = subprocess.run(
        [sys.executable, "-m", "bench._wave", json.dumps(wish)], cwd=root, capture_output=True, text=True,
        env={"PYTHONPATH": f"{root}:{root / 'src'}", "PATH": "/usr/bin:/bin"},
    )  # fmt: skip
    if done.returncode:
        say(done.stderr[-2000:])
        raise RuntimeError("the wave failed")
    ended = time.perf_counter()
    answer = json.loads(done.stdout)
    say(f"    sent {answer['sent']:,}, not sent because {AT_ONCE} were waiting already: {answer['unsent']:,}")
    for status, many in sorted(answer["found"].items()):
        say(f"    {status:<28}{many:>9,}")
    say(
        f"    served ones: p50 {quantile(answer['times'], 0.5):.0f} ms, p95 {quantile(answer['times'], 0.95):.0f} ms"
    )
    with psycopg.connect(url, autocommit=True) as link:
        there = link.execute(
            "select count(*) from cases_case where id = any(%s::uuid[])", [answer["kept"]]
        ).fetchone()[0]
    say(
        f"    acknowledged drafts: {len(answer['kept']):,}, found afterwards: {there:,}, lost: {len(answer['kept']) - there}"
    )
    recover(launcher.config.port, citizens, officials, normal, ended)


def recover(
    port: int, citizens: list[Person], officials: dict[str, Person], normal: _life.Result, ended: float
) -> None:
    late = time.perf_counter() - ended
    cpu, began = _city.cpu_seconds(), time.perf_counter()
    found = _life.drive(port, citizens, officials, 30.0)
    city, mine, busy = (b - a for a, b in zip(cpu, _city.cpu_seconds(), strict=True))
    for second in range(0, 26):
        in_window = sum(1 for end in found.ends if second <= end < second + 5) / 5
        if in_window >= 0.9 * normal.rate:
            say(
                f"    rate back at 0.9 of normal within {second + late:.0f}–{second + 5 + late:.0f} s after the wave (5 s windows)"
            )
            break
    else:
        say("    rate was NOT back at 0.9 of normal within 30 s")
    others = max(0.0, busy - city - mine) / (time.perf_counter() - began)
    say(
        f"    the 30 s after the wave: {found.rate:.2f} lives/s (normal {normal.rate:.2f}), {1000 * city / max(1, len(found.ends)):.0f} ms "
        f"of CPU a life; other work took {others:.2f} cores"
    )


if __name__ == "__main__":
    given = json.loads(sys.argv[1])
    print(json.dumps(asyncio.run(flood(given["port"], given["cookies"], given["rate"], given["seconds"]))))
