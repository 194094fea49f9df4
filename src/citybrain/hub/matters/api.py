"""The door of matters: guides, search, browse, situations, applying, publishing. Re-exports only.

``guide(key, on=None, organisation=, division=, version=)`` -> GuideView (matter or bundle) · ``search(q, limit)`` ->
[Entry] · ``browse(axis)`` -> [ThemeView], ``in_theme(axis, key)`` -> [Entry], ``popular(n)`` · ``situations(key,
answers)`` -> SituationView · ``start(...)`` -> CaseRecord (draft) · ``form_page``, ``save_page`` -> PageView ·
``review`` -> ReviewView · ``submit`` -> CaseRecord · ``check_publish(key)`` -> [GuideRefusal].
Errors: NotFound, NotAllowed, Invalid (fields), Conflict (suspended, changed meanwhile), NotThisMatter (409).
"""

from citybrain.hub.matters.actions.apply import change_situation, save_answers, save_draft, start
from citybrain.hub.matters.actions.at_once import Brought, apply_at_once
from citybrain.hub.matters.actions.materials import by_hand, give_materials, take_back
from citybrain.hub.matters.actions.pages import save_page
from citybrain.hub.matters.actions.publish import cancel, publish, suspend
from citybrain.hub.matters.actions.submitting import submit
from citybrain.hub.matters.data import (
    BodyView,
    Entry,
    GuideRefusal,
    GuideView,
    NotThisMatter,
    PageView,
    ReviewView,
    SituationView,
    SlotView,
    ThemeView,
)
from citybrain.hub.matters.domain.guide_rules import say_limit
from citybrain.hub.matters.queries.applications import form_page, review
from citybrain.hub.matters.queries.browsing import browse, in_theme, popular
from citybrain.hub.matters.queries.catalogue import (
    catalogue,
    check_publish,
    compare,
    four_reductions,
    versions,
)
from citybrain.hub.matters.queries.guides import guide
from citybrain.hub.matters.queries.search import search, suggest
from citybrain.hub.matters.queries.situations import situations

__all__ = [
    "BodyView", "Brought", "Entry", "GuideRefusal", "GuideView", "NotThisMatter", "PageView", "ReviewView", "SituationView",
    "SlotView", "ThemeView", "apply_at_once", "browse", "by_hand", "cancel", "catalogue", "change_situation", "check_publish",
    "compare", "form_page", "four_reductions", "give_materials", "guide", "in_theme", "popular", "publish", "review",
    "save_answers", "save_draft", "save_page", "say_limit", "search", "situations", "start", "submit", "suggest",
    "suspend", "take_back", "versions",
]  # fmt: skip
