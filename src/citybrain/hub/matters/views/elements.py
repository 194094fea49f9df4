"""Every element of a matter as rows a clerk reads, group by group, each with its evidence mark."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from citybrain.hub.matters.data import GuideView
from citybrain.hub.matters.domain.depth import Evidence, evidence
from citybrain.hub.matters.domain.document import MATTER_TYPES, USE_LEVELS, MatterDocument
from citybrain.hub.matters.domain.guide_rules import say_limit
from citybrain.hub.matters.queries.browsing import THEMED, theme_names
from citybrain.kernel.text import Text

T = Text


@dataclass(frozen=True)
class Row:
    """One element: its name, its value in words (lines), its evidence."""

    label: Text
    lines: tuple[Text, ...]
    evidence: Evidence


@dataclass(frozen=True)
class Group:
    title: Text
    rows: tuple[Row, ...]

    @property
    def unconfirmed(self) -> int:
        return sum(not row.evidence.confirmed for row in self.rows)


YES, NO = T(zh="是", en="Yes"), T(zh="否", en="No")
OBJECTS = {"person": "自然人", "company": "企业法人", "institution": "事业法人", "social_organisation": "社会组织法人",
           "government": "行政机关", "other": "其他组织"}  # fmt: skip
FORMS = {
    "window": "窗口办理",
    "web": "电脑端",
    "mobile": "移动端",
    "mail": "快递申请",
    "kiosk": "自助终端",
    "other": "其他",
}
ONLINE = {"consult": "咨询", "receive": "收件", "prereview": "预审", "accept": "受理", "handle": "办理", "feedback": "结果反馈",
          "certificate": "电子证照反馈", "other": "其他"}  # fmt: skip
LEVELS = {"nation": "国家级", "province": "省级", "city": "市级", "county": "县级", "town": "镇（乡、街道）级", "village": "村（社区）级",
          "mixed": "分级管理"}  # fmt: skip
SOURCES = {
    "applicant": T(zh="申请人自备", en="Applicant's own"),
    "government": T(zh="政府部门核发", en="Issued by government"),
    "agency": T(zh="中介机构或法定机构", en="From an agency"),
    "other": T(zh="其他", en="Other"),
}
SUBSTITUTES = {
    "none": T(zh="需提交", en="To be handed in"),
    "certificate": T(zh="电子证照免提交", en="E-certificate instead"),
    "data_check": T(zh="数据核验免提交", en="Checked in the data instead"),
    "department_check": T(zh="部门协查免提交", en="Asked of the department instead"),
    "promise": T(zh="告知承诺", en="By promise"),
    "abolished": T(zh="已取消", en="Abolished"),
}
KINDS = {
    "instant": T(zh="即办件", en="Decided on the spot"),
    "committed": T(zh="承诺件", en="Decided within the promised time"),
    "other": T(zh="其他", en="Other"),
}
RANGES = {
    "county": T(zh="全县（市、区）", en="County"),
    "city": T(zh="全市", en="City"),
    "province": T(zh="全省", en="Province"),
    "cross_province": T(zh="跨省", en="Across provinces"),
    "nation": T(zh="全国", en="Nation"),
}


def yes(value: bool) -> Text:
    return YES if value else NO


def words(keys: Any, names: dict[str, str]) -> Text:
    return T(zh="、".join(names.get(k, k) for k in keys), en=plainly(", ".join(keys)))


def plainly(key: str) -> str:
    """A key as an English word."""
    return key.replace("_", " ").capitalize()


def joined(names: Iterable[Text]) -> Text:
    """Several names as one line in each language."""
    names = list(names)
    return T(zh="、".join(n.say("zh") for n in names), en=", ".join(n.say("en") for n in names))


def on(day: date | None) -> Text | None:
    """A day as each language writes it."""
    return T(zh=f"{day.year}年{day.month}月{day.day}日", en=f"{day.day} {day:%b %Y}") if day else None


def element_groups(view: GuideView) -> list[Group]:
    """All groups of §2.5 of one matter."""
    d = view.document
    assert isinstance(d, MatterDocument)
    maker = _Groups(view, d)
    return [
        Group(title, tuple(rows))
        for title, rows in (
            (T(zh="基本信息", en="Identity"), maker.identity()),
            (T(zh="设定和实施依据", en="Legal basis"), maker.basis()),
            (T(zh="行使层级和实施主体", en="Authority and bodies"), maker.authority()),
            (T(zh="办理时限", en="Time limits"), maker.time()),
            (T(zh="服务对象和主题", en="Whom it serves"), maker.who()),
            (T(zh="办理形式", en="How to apply"), maker.how()),
            (T(zh="受理条件", en="Conditions"), maker.conditions()),
            (T(zh="申请材料", en="Materials"), maker.materials()),
            (T(zh="办理流程", en="Flow"), maker.flow()),
            (T(zh="中介服务和收费", en="Agencies and fees"), maker.fees()),
            (T(zh="办理结果", en="Result"), maker.result()),
            (T(zh="办理地点和时间", en="Place and time"), maker.place()),
            (T(zh="救济、权利和义务", en="Remedies, rights and duties"), maker.remedies()),
            (T(zh="常见问题", en="Questions and answers"), maker.faq()),
            (T(zh="监督", en="Supervision"), maker.supervision()),
            (T(zh="情形", en="Situations"), maker.situations()),
        )
    ]


class _Groups:
    def __init__(self, view: GuideView, d: MatterDocument) -> None:
        self.view, self.d = view, d

    def row(self, zh: str, en: str, path: str, *lines: Text | str | None, tag: str = "") -> Row:
        said = tuple(T(zh=line) if isinstance(line, str) else line for line in lines if line)
        return Row(T(zh=zh, en=en), said, evidence(tag) if tag else self.view.evidence(path))

    def identity(self) -> Iterator[Row]:
        d, v = self.d, self.view
        code, zh, en = MATTER_TYPES[d.type]
        yield self.row("事项名称", "Name", "name", d.name)
        yield self.row("事项说明", "Summary", "summary", d.summary)
        yield self.row("主项", "Main item", "main_item", d.main_item.name, d.main_item.code)
        if d.sub_item:
            yield self.row("子项", "Sub item", "sub_item", d.sub_item.name, d.sub_item.code)
        yield self.row(
            "基本编码", "Base code", "base_code", v.base_code, tag="" if v.code_confirmed else "K?"
        )
        yield self.row("事项类型", "Type", "type", T(zh=f"{zh}（{code}）", en=f"{en} ({code})"))
        yield self.row("版本", "Version", "version", str(v.version), tag="D")
        yield self.row("生效日期", "In force from", "effective_from", on(v.effective_from), tag="D")
        if v.effective_to:
            yield self.row("取消日期", "Until", "effective_to", on(v.effective_to), tag="D")
        for item in d.handling_items:
            yield self.row("业务办理项", "Handling item", "handling_items", item.name)

    def basis(self) -> Iterator[Row]:
        for b in self.d.basis:
            yield self.row(b.law.zh, b.law.say("en"), "basis", b.article, b.text, tag=b.evidence)

    def authority(self) -> Iterator[Row]:
        a = self.d.authority
        yield self.row(
            "行使层级",
            "Level",
            "authority.level",
            T(zh=f"{LEVELS[a.level]}（{USE_LEVELS[a.level]}）", en=plainly(a.level)),
        )
        yield self.row("权限划分", "Division of power", "authority", a.division_of_power)
        yield self.row("行使内容", "Content", "authority", a.content)
        yield self.row("主管部门", "Department in charge", "authority", a.lead)
        for b in self.view.bodies:
            yield self.row("实施机关", "Body", "bodies", Text.model_validate(b.name), b.implementation_code)

    def time(self) -> Iterator[Row]:
        t = self.d.time
        yield self.row(
            "法定办结时限", "Statutory limit", "time.statutory", say_limit(t.statutory), t.statutory_note
        )
        yield self.row(
            "承诺办结时限", "Promised limit", "time.promised", say_limit(t.promised), t.promised_note
        )
        yield self.row("受理时限", "Limit for acceptance", "time.acceptance", say_limit(t.acceptance))
        yield self.row("送达时限", "Limit for delivery", "time.delivery", say_limit(t.delivery))
        yield self.row("办件类型", "Kind of case", "kind", KINDS[self.d.kind.case])

    def who(self) -> Iterator[Row]:
        w = self.d.who
        yield self.row("服务对象", "Served", "who", words(w.objects, OBJECTS), w.note)
        topics = {axis: getattr(w, named) for axis, named in THEMED.items()}
        yield self.row("主题、生命周期和人群", "Topics", "who", joined(theme_names(topics)))

    def how(self) -> Iterator[Row]:
        h = self.d.how
        yield self.row("办理形式", "Ways", "how.forms", words(h.forms, FORMS))
        yield self.row("网上办理", "Online", "how.online", yes(h.online), words(h.online_steps, ONLINE))
        yield self.row(
            "网办深度",
            "Online depth",
            "how.depth",
            T(zh=f"{self.view.depth_roman}级", en=self.view.depth_roman),
            tag="D",
        )
        yield self.row("到现场次数", "Visits", "how.visits", str(h.visits), h.visits_reason)
        yield self.row("通办范围", "Range", "how.range", RANGES[h.range])
        for zh, en, value in (
            ("进驻大厅", "In the hall", h.hall), ("综合窗口", "Comprehensive window", h.comprehensive_window),
            ("预约办理", "Booking", h.booking), ("网上支付", "Online payment", h.pay_online), ("物流快递", "Mail", h.express),
            ("自助终端", "Kiosk", h.kiosk),
        ):  # fmt: skip
            yield self.row(zh, en, "how", yes(value))

    def conditions(self) -> Iterator[Row]:
        c = self.d.conditions
        yield self.row("受理条件", "Conditions", "conditions", *c.accept, tag=c.evidence)
        if c.forbidden:
            yield self.row("禁止性要求", "Forbidden", "conditions", *c.forbidden, tag=c.evidence)
        yield self.row(
            "数量限制", "Quantity", "conditions", c.quantity or T(zh="无", en="None"), tag=c.evidence
        )

    def materials(self) -> Iterator[Row]:
        for m in self.d.materials:
            copies = T(
                zh=f"原件{m.originals}份，复印件{m.copies}份",
                en=f"{m.originals} original(s), {m.copies} copies",
            )
            need = T(zh="必要", en="Required") if m.required else T(zh="非必要", en="Optional")
            more = T(zh="可容缺", en="May follow later") if m.tolerable else None
            lines = (
                SOURCES[m.source],
                m.issuer,
                SUBSTITUTES[m.substitute],
                copies,
                need,
                more,
                m.notes,
                m.basis,
                T(zh=f"情形：{m.when}", en=f"When: {m.when}") if m.when else None,
            )
            yield self.row(m.name.zh, m.name.say("en"), f"materials.{m.key}", *lines, tag=m.evidence)

    def flow(self) -> Iterator[Row]:
        for step in self.d.flow:
            limit = say_limit(step.limit) if step.limit and step.limit.value else None
            yield self.row(
                step.name.zh,
                step.name.say("en"),
                f"flow.{step.key}",
                step.by,
                limit,
                step.standard,
                step.output,
            )
        for special in self.d.special_procedures:
            limit = say_limit(special.limit) if special.limit else None
            yield self.row(
                "特别程序", "Special procedure", "special_procedures", special.name, limit, special.basis
            )

    def fees(self) -> Iterator[Row]:
        d = self.d
        for a in d.agencies:
            yield self.row(
                "中介服务",
                "Agency",
                "agencies",
                a.name,
                a.basis,
                say_limit(a.limit) if a.limit else None,
                a.fee,
            )
        if not d.agencies:
            yield self.row("中介服务", "Agency", "agencies", T(zh="无", en="None"))
        yield self.row("是否收费", "Fee", "fee", yes(d.fee.charged))
        for f in d.fee.items:
            yield self.row("收费项目", "Fee item", "fee", f.name, f.standard, f.basis, f.relief)

    def result(self) -> Iterator[Row]:
        r = self.d.result
        yield self.row("结果名称", "Result", "result", r.name)
        yield self.row(
            "电子证照", "E-certificate", "result.certificate", r.certificate or T(zh="无", en="None")
        )
        yield self.row("结果样本", "Sample", "result.sample", r.sample)
        yield self.row("有效期", "Validity", "result.validity", r.validity or T(zh="长期", en="Without end"))

    def place(self) -> Iterator[Row]:
        own: list[tuple[Any, Any]] = [(b.name, b.place) for b in self.view.bodies if b.place]
        for name, place in [(None, self.d.place), *own]:
            yield self.row(
                "办理地点",
                "Place",
                "place",
                Text.model_validate(name) if name else place.name,
                place.address,
                tag=place.evidence,
            )
            yield self.row(
                "办理时间", "Hours", "place.hours", place.hours, place.transport, tag=place.evidence
            )
            yield self.row("咨询电话", "Questions", "place", place.consult_phone, tag=place.evidence)
            yield self.row("监督投诉电话", "Complaints", "place", place.complaint_phone, tag=place.evidence)

    def remedies(self) -> Iterator[Row]:
        r = self.d.remedies
        yield self.row("行政复议", "Administrative review", "remedies", r.review)
        yield self.row("行政诉讼", "Litigation", "remedies", r.litigation)
        yield self.row("权利", "Rights", "remedies", *r.rights)
        yield self.row("义务", "Duties", "remedies", *r.duties)

    def faq(self) -> Iterator[Row]:
        for q in self.d.faq:
            yield self.row(q.question.zh, q.question.say("en"), "faq", q.answer, tag=q.evidence)

    def supervision(self) -> Iterator[Row]:
        s = self.d.supervision
        if s is None:
            return
        yield self.row("监督方式", "Ways", "supervision", *s.ways)
        yield self.row("年审年检", "Annual inspection", "supervision", s.annual or T(zh="无", en="None"))
        yield self.row("事后监管", "Afterwards", "supervision", s.after)

    def situations(self) -> Iterator[Row]:
        for q in self.d.situations:
            yield self.row(
                q.question.zh, q.question.say("en"), f"situations.{q.key}", *(o.label for o in q.options)
            )
