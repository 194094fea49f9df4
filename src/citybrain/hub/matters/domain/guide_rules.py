"""The publish checks G01–G16 (domain reference §2.6) over a matter document.

``refusals(document)`` lists every rule that is broken, with the element and a sentence in both languages. It touches
no database. A matter with refusals can be saved, never published.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from citybrain.hub.matters.domain.depth import depth_of
from citybrain.hub.matters.domain.document import Limit, MatterDocument
from citybrain.kernel.text import Text

PHONE = re.compile(r"^0\d{2,3}-\d{3,8}(-\d{1,6})?$")  # area code written out; Ningde is 0593 [K]
PLACE = re.compile(r"窗口|柜台|号窗|室|厅\d|号楼|大厅")  # G08: window or room [V2:WENZHOU]
CATCH_ALL = re.compile(
    r"^(其他|其它)(相关)?(材料|资料|证明|文件)|认为需要的|需要提供的其他|法律法规规定的其他"
)
FLOW_OF_LICENCE = ("accept", "review", "decide", "finish", "deliver")
STEP_NAMES = {"accept": "受理", "review": "审核", "decide": "审批", "finish": "办结", "deliver": "送达"}
FINISH_OF = {"certificate": "certificate_issued", "approval": "approved", "document": "document_issued"}
FINISH_NAMES = {"certificate_issued": "出证办结", "approved": "审批办结", "document_issued": "出文办结"}
APART = ("receive", "deliver")  # clocks of their own (行政许可法 32, 44), not part of the promised limit


@dataclass(frozen=True)
class GuideRefusal:
    """One broken rule: its number, the element (path in the document), and why, in plain words."""

    rule: str
    path: str
    zh: str
    en: str

    @property
    def message(self) -> Text:
        return Text(zh=f"{self.rule} {self.zh}", en=f"{self.rule}: {self.en}")

    def as_dict(self) -> dict[str, str]:
        return {"rule": self.rule, "path": self.path, "zh": self.zh, "en": self.en}


Check = Callable[[MatterDocument], Iterator[GuideRefusal]]


def refusals(document: MatterDocument) -> list[GuideRefusal]:
    """Every broken publish rule, in the order of the rules."""
    return [found for check in CHECKS for found in check(document)]


def g01(d: MatterDocument) -> Iterator[GuideRefusal]:
    instant = d.time.promised.value == 0
    if instant != (d.kind.case == "instant") or instant != (d.kind.mode == "on_the_spot"):
        yield GuideRefusal(
            "G01", "kind", "承诺时限为0（即办）与办件类型“即办件、即审即办”必须一致，否则应为“承诺件、前审后批”",
            "a promise of 0 goes with an instant matter decided on the spot, anything else with a committed one",
        )  # fmt: skip


def g02(d: MatterDocument) -> Iterator[GuideRefusal]:
    wanted = FINISH_OF.get(d.result.kind)
    if wanted and d.result.finish != wanted:
        yield GuideRefusal(
            "G02", "result.finish", f"该结果类型应为“{FINISH_NAMES[wanted]}”",
            f"a result of this kind finishes as {wanted}",
        )  # fmt: skip


def g03(d: MatterDocument) -> Iterator[GuideRefusal]:
    if d.how.visits > 0 and not d.how.visits_reason:
        yield GuideRefusal(
            "G03", "how.visits_reason", "到现场次数大于0，要写明原因", "visits need a stated reason"
        )


def g04(d: MatterDocument) -> Iterator[GuideRefusal]:
    if d.how.visits == 0 and not d.how.online and "mail" not in d.how.forms:
        yield GuideRefusal(
            "G04",
            "how.forms",
            "到现场0次且不能网办的，应当支持邮寄申请",
            "no visit and not online: mail must be possible",
        )


def g05(d: MatterDocument) -> Iterator[GuideRefusal]:
    if depth_of(d) == 4 and d.how.visits > 0:
        yield GuideRefusal(
            "G05", "how.visits", f"网办深度Ⅳ级（全程网办）要求到现场0次，现在是{d.how.visits}次",
            f"depth IV means no visit, but {d.how.visits} are stated",
        )  # fmt: skip


def g06(d: MatterDocument) -> Iterator[GuideRefusal]:
    places = [
        ("place", d.place),
        *((f"bodies.{i}.place", b.place) for i, b in enumerate(d.bodies) if b.place),
    ]
    for path, place in places:
        assert place is not None
        if place.consult_phone == place.complaint_phone:
            yield GuideRefusal(
                "G06",
                f"{path}.complaint_phone",
                "咨询电话和投诉电话不能相同",
                "the two phone numbers must differ",
            )
        for name in ("consult_phone", "complaint_phone"):
            if not PHONE.match(getattr(place, name)):
                yield GuideRefusal(
                    "G06",
                    f"{path}.{name}",
                    "电话要带区号，例如0593-2822345",
                    "the number needs its area code, as 0593-2822345",
                )


def g07(d: MatterDocument) -> Iterator[GuideRefusal]:
    if "工作日" not in d.place.hours.zh:
        yield GuideRefusal(
            "G07", "place.hours", "办理时间要写明是工作日", "the hours must say that they mean working days"
        )


def g08(d: MatterDocument) -> Iterator[GuideRefusal]:
    if not PLACE.search(d.place.address.zh):
        yield GuideRefusal(
            "G08", "place.address", "办理地点要具体到窗口或房间", "the address must name a window or room"
        )


def g09(d: MatterDocument) -> Iterator[GuideRefusal]:
    person = "person" in d.who.objects
    others = any(o != "person" for o in d.who.objects)
    if person and not d.who.person_topics:
        yield GuideRefusal(
            "G09",
            "who.person_topics",
            "服务对象含自然人，要选个人主题",
            "people are served: choose a topic for people",
        )
    if d.who.person_topics and not person:
        yield GuideRefusal(
            "G09",
            "who.person_topics",
            "服务对象不含自然人，不能选个人主题",
            "people are not served: no topic for people",
        )
    if others and not d.who.corp_topics:
        yield GuideRefusal(
            "G09",
            "who.corp_topics",
            "服务对象含法人，要选法人主题",
            "organisations are served: choose their topic",
        )
    if d.who.corp_topics and not others:
        yield GuideRefusal(
            "G09",
            "who.corp_topics",
            "服务对象不含法人，不能选法人主题",
            "organisations are not served: no such topic",
        )


def g10(d: MatterDocument) -> Iterator[GuideRefusal]:
    if d.type != "licence":
        return
    if not d.faq:
        yield GuideRefusal(
            "G10", "faq", "行政许可至少要有1个常见问题", "a licence needs at least one question and answer"
        )
    have = {step.key for step in d.flow}
    missing = [key for key in FLOW_OF_LICENCE if key not in have]
    if missing:
        zh = "、".join(STEP_NAMES[key] for key in missing)
        yield GuideRefusal(
            "G10", "flow", f"行政许可的办理流程缺少环节：{zh}", f"the flow lacks: {', '.join(missing)}"
        )


def g11(d: MatterDocument) -> Iterator[GuideRefusal]:
    steps = [s for s in d.flow if s.limit and s.key not in APART]
    units = {s.limit.unit for s in steps if s.limit}
    total = sum((in_days(s.limit) for s in steps if s.limit), Decimal(0))
    if len(units) <= 1 and steps and steps[0].limit and units == {d.time.promised.unit}:
        over = sum(s.limit.value for s in steps if s.limit) > d.time.promised.value
    else:
        over = total > in_days(d.time.promised)
    if over:
        yield GuideRefusal(
            "G11",
            "flow",
            "各环节时限之和超过承诺办结时限",
            "the time limits of the steps add up to more than the promised limit",
        )


def g12(d: MatterDocument) -> Iterator[GuideRefusal]:
    if d.result.kind != "none" and not d.result.sample:
        yield GuideRefusal("G12", "result.sample", "有办理结果的，要有结果样本", "a result needs a sample")


def g13(d: MatterDocument) -> Iterator[GuideRefusal]:
    if not d.fee.charged and d.how.pay_online:
        yield GuideRefusal(
            "G13",
            "how.pay_online",
            "不收费的事项不能勾选支持网上支付",
            "no fee: paying online cannot be offered",
        )
    if d.fee.charged and (not d.fee.items or any(not item.basis for item in d.fee.items)):
        yield GuideRefusal(
            "G13", "fee", "收费要有收费项目、标准和依据", "a fee needs its items, standards and legal basis"
        )


def g14(d: MatterDocument) -> Iterator[GuideRefusal]:
    for i, material in enumerate(d.materials):
        if CATCH_ALL.search(material.name.zh):
            yield GuideRefusal(
                "G14",
                f"materials.{i}.name",
                f"不能有兜底材料“{material.name.zh}”",
                f"no catch-all material: {material.name.say('en')}",
            )
        if not material.basis.strip():
            yield GuideRefusal(
                "G14",
                f"materials.{i}.basis",
                f"材料“{material.name.zh}”没有依据",
                f"no legal basis: {material.name.say('en')}",
            )


def g15(d: MatterDocument) -> Iterator[GuideRefusal]:
    promised, statutory = d.time.promised, d.time.statutory
    if promised.unit == statutory.unit:
        over = promised.value > statutory.value
    else:
        over = in_days(promised) > in_days(statutory)
    if over:
        yield GuideRefusal(
            "G15", "time.promised", f"承诺时限（{say_limit(promised).zh}）不能长于法定时限（{say_limit(statutory).zh}）",
            f"the promise ({say_limit(promised).en}) may not exceed the statutory limit ({say_limit(statutory).en})",
        )  # fmt: skip


def g16(d: MatterDocument) -> Iterator[GuideRefusal]:
    for i, material in enumerate(d.materials):
        if material.source != "government":
            continue
        if material.issuer is None:
            yield GuideRefusal(
                "G16", f"materials.{i}.issuer", f"政府部门出具的材料“{material.name.zh}”要写明出具机构",
                f"a material from a government body names the body: {material.name.say('en')}",
            )  # fmt: skip
        catalogued = material.certificate_catalogued or (
            material.certificate_catalogued is None and material.certificate is not None
        )
        if catalogued and material.substitute == "none":
            yield GuideRefusal(
                "G16", f"materials.{i}.substitute", f"“{material.name.zh}”在电子证照目录内，应当免提交",
                f"in the e-certificate catalogue, so it need not be submitted: {material.name.say('en')}",
            )  # fmt: skip


CHECKS: tuple[Check, ...] = (g01, g02, g03, g04, g05, g06, g07, g08, g09, g10, g11, g12, g13, g14, g15, g16)

UNITS = {
    "workday": ("个工作日", "working days"),
    "day": ("日", "days"),
    "hour": ("小时", "hours"),
    "workhour": ("个工作小时", "working hours"),
}


def in_days(limit: Limit) -> Decimal:
    """Calendar days a limit spans at least: 5 working days are 7 days, 8 working hours one working day."""
    value = Decimal(limit.value)
    return {
        "day": value,
        "hour": value / 24,
        "workday": value * 7 / 5,
        "workhour": value / 8 * 7 / 5,
    }[limit.unit]


def in_workdays(limit: Limit) -> Decimal:
    """The same limit in working days, for the figures of the four reductions."""
    return in_days(limit) * 5 / 7


def say_limit(limit: Limit) -> Text:
    """The limit in words; 0 is on the spot."""
    if limit.value == 0:
        return Text(zh="当场办结", en="on the spot")
    zh, en = UNITS[limit.unit]
    return Text(zh=f"{limit.value}{zh}", en=f"{limit.value} {en if limit.value > 1 else en.rstrip('s')}")
