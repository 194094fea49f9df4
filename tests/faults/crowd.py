"""Citizens and clerks at the real pages, while processes die under them.

They do what people do: a page that does not come is asked for again, a lost session means signing in again, a form
whose answer never came is begun anew. What a ``/done/`` page confirmed is written down: that must never be lost.
"""

import threading
import time

from citybrain.apps.services.traffic import people
from citybrain.apps.services.traffic.answers import Story
from citybrain.apps.services.traffic.browser import Browser, Lost

CARD = Story(
    key="social-security-card",
    situation={"holder": "adult"},
    values={
        "card_bank": "boc", "phone": "13805931234", "contact_phone": "13805931234", "delivery_way": "electronic",
    },
    uploads=("photo",),
)  # fmt: skip
CITIZENS = ("lin-xiaomei", "zheng-meili")
OFFICIALS = ("window", "reviewer.rsj", "decider.rsj")
PATIENCE = 20.0  # seconds for a page
REST = 0.5  # between two pieces of work: the load must leave a slow machine room to recover


class Crowd:
    """Two citizens who apply and three officials who work through their lists."""

    def __init__(self, address: str, password: str) -> None:
        self.address, self.password = address, password
        self.tally, self.confirmed, self.setbacks = people.Tally(), [], []
        self.leaving, self.resting = threading.Event(), threading.Event()
        self.threads = [threading.Thread(target=self.citizen, args=(name,), daemon=True) for name in CITIZENS]
        self.threads += [
            threading.Thread(target=self.official, args=(name,), daemon=True) for name in OFFICIALS
        ]
        for thread in self.threads:
            thread.start()

    def citizen(self, name: str) -> None:
        def applies(browser: Browser) -> None:
            if not self.resting.is_set():
                self.confirmed.append(people.apply_for(browser, CARD, self.tally).split("/")[3])

        self.life(lambda browser: people.sign_in_citizen(browser, name), applies)

    def official(self, name: str) -> None:
        """Works through the list of every post held, as who decides and also makes the certificate must."""
        posts: list[str] = []

        def signs_in(browser: Browser) -> None:
            people.sign_in_official(browser, name, self.password)
            posts[:] = people.posts_of(browser)

        def works(browser: Browser) -> None:
            for post in posts or [""]:
                if len(posts) > 1:
                    people.sit_at(browser, post)
                people.handle_list(browser, self.tally)

        self.life(signs_in, works)

    def life(self, sign_in, work) -> None:
        browser, inside = Browser(self.address, timeout=PATIENCE), False
        while not self.leaving.is_set():
            try:
                if not inside:
                    sign_in(browser)
                    inside = True
                work(browser)
            except Lost as setback:
                self.setbacks.append(str(setback)[:200])
                browser.close()
                browser, inside = Browser(self.address, timeout=PATIENCE), False
                self.leaving.wait(0.5)
            self.leaving.wait(REST)
        browser.close()

    def wait_for(self, more: int, seconds: float = 180) -> None:
        """Until this many more applications were confirmed."""
        goal, deadline = len(self.confirmed) + more, time.monotonic() + seconds
        while len(self.confirmed) < goal:
            assert time.monotonic() < deadline, f"no application gets through: {self.setbacks[-5:]}"
            time.sleep(0.1)

    def leave(self) -> None:
        self.leaving.set()
        for thread in self.threads:
            thread.join(30)
