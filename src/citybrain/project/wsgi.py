"""WSGI entry of the web processes."""

import gc
import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.urls import reverse

from citybrain.kernel import remember
from citybrain.project import children
from citybrain.project.bodies import Bodies
from citybrain.project.shedding import Shedding

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "citybrain.project.settings")
if children.MARK in os.environ:  # under our launcher: do not outlive the web server's main process
    children.die_with_parent()

remember.keep_between_requests()  # many requests read the same divisions, guides and forms
_threads = int(os.environ.get("CITYBRAIN_WEB_THREADS", "4"))
_proxied = (
    int(os.environ.get("CITYBRAIN_TRUSTED_PROXIES", "0")) > 0
)  # then all requests come from one address
_shedding = Shedding(
    get_wsgi_application(),
    working=_threads,
    waiting=_threads * 4,
    seconds=float(os.environ.get("CITYBRAIN_QUEUE_SECONDS", "2")),
)
application = (
    Bodies(  # of the threads * 8 that the server has, some are always free for requests without a body
        _shedding,
        largest=settings.REQUEST_LARGEST,
        at_once=_threads * 6,
        of_one_address=_threads * (6 if _proxied else 4),
    )
)

# What is loaded now stays for good: the garbage collector need not look at it again, nor at every few hundred new
# objects (a page makes thousands, nearly all freed without it). Spares pauses of 100 ms, costs a few megabytes.
reverse("healthz")  # loads every room's addresses and pages first
gc.collect()
gc.freeze()
gc.set_threshold(20_000, 20, 20)
