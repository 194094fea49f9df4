"""The quality rule ``element-groups``: a matter names every mandatory element group of the implementation list.

The groups are those marked M in the domain reference §2.5. The schema already demands most of them; this rule looks at
those that may be written but left empty. It does not judge what stands in them: that is G01–G16.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from citybrain.hub.matters.domain.document import MatterDocument
from citybrain.hub.packs import api as packs

GROUPS: tuple[tuple[str, str, str, Callable[[MatterDocument], Any]], ...] = (
    ("basis", "设定和实施依据", "legal basis", lambda d: d.basis),
    ("authority", "权限划分", "division of power", lambda d: d.authority.division_of_power),
    ("who", "主题", "topics", lambda d: d.who.person_topics or d.who.corp_topics),
    ("how", "网办环节", "online steps", lambda d: d.how.online_steps or not d.how.online),
    ("materials", "材料", "materials", lambda d: d.materials),
    (
        "flow",
        "办理流程的时限或标准",
        "limits or standards of the steps",
        lambda d: all(_told(s) for s in d.flow),
    ),
    (
        "result",
        "结果名称和样本",
        "result and its sample",
        lambda d: d.result.kind == "none" or d.result.sample,
    ),
    (
        "place",
        "咨询和监督电话",
        "telephone numbers",
        lambda d: d.place.consult_phone and d.place.complaint_phone,
    ),
    ("remedies", "权利和义务", "rights and duties", lambda d: d.remedies.rights and d.remedies.duties),
)


def _told(step: Any) -> bool:
    return bool(step.limit or step.standard or step.output)


def element_groups(seen: Any) -> Iterator[packs.Problem]:
    """One problem for every group a matter leaves empty."""
    for doc in seen.pack.docs("matters"):
        for key, zh, en, filled in GROUPS:
            if not filled(doc.data):
                yield packs.Problem(
                    "quality_element-groups", f"没有填写要素组“{zh}”", f"the element group “{en}” is empty",
                    doc.file, doc.line((key,)), seen.pack.name, "matters",
                )  # fmt: skip
