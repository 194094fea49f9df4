"""Grades of packs: rules with a page each in docs/handbook/packs.md, verified by the product where it can.

``quality.yaml`` says for each rule of the claimed grade: done, todo, or exempt with a reason. What can be measured is
measured; a rule that says done and is not is a problem.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from citybrain.hub.packs.data import Coverage, Evidence, JourneyResult, PackDocument, Problem
from citybrain.hub.packs.domain.manifest import GRADES
from citybrain.hub.packs.domain.reading import Pack
from citybrain.kernel.text import Text

COVERAGE_SILVER, COVERAGE_GOLD = 0.8, 0.95
README_MIN = 200
KINDS = ("happy", "refused", "corrected", "overdue")


@dataclass(frozen=True)
class Evidenced:
    """What a rule may look at: the pack, and what its journeys did (None when they were not played)."""

    pack: Pack
    results: tuple[JourneyResult, ...] | None = None
    coverage: Coverage | None = None
    whole: bool = False  # every pack was played: what a base pack brings is visited by the packs built on it
    needed: tuple[Pack, ...] = ()  # the packs it is built on

    def docs(self, part: str) -> list[PackDocument]:
        """Documents of a part, of this pack and of those it is built on."""
        return [doc for pack in (self.pack, *self.needed) for doc in pack.docs(part)]

    @property
    def has_matters(self) -> bool:
        return any(d.part in ("matters", "bundles") for d in self.pack.documents)


@dataclass(frozen=True)
class Rule:
    """One rule; ``check`` yields problems, None means a person vouches for it in quality.yaml."""

    key: str
    grade: str
    title: Text
    check: Callable[[Evidenced], Iterable[Problem]] | None = None
    only_matters: bool = False
    needs_play: bool = False


def journey_kinds(doc: PackDocument) -> frozenset[str]:
    """What a journey shows: its ``kind``, else what its key says (``happy``, ``refused-late`` …)."""
    if doc.data.kind:
        return frozenset({doc.data.kind})
    return frozenset(kind for kind in KINDS if kind in doc.key.lower().replace("_", "-").split("-"))


def fault(
    pack: Pack, rule: str, zh: str, en: str, *, file: str = "quality.yaml", line: int = 0, part: str = ""
) -> Problem:
    shown = file if file.startswith(f"{pack.name}/") else f"{pack.name}/{file}"
    return Problem(f"quality_{rule}", zh, en, shown, line, pack.name, part)


def readme(seen: Evidenced) -> Iterator[Problem]:
    if len(seen.pack.readme.strip()) < README_MIN:
        yield fault(
            seen.pack,
            "readme",
            f"README.md 不足{README_MIN}字，请写明对象、内容、依据、时限",
            f"README.md is shorter than {README_MIN} characters; say who, what, basis, time limit",
            file="README.md",
        )


def manifest(seen: Evidenced) -> Iterator[Problem]:
    if seen.pack.manifest and not seen.pack.manifest.basis and seen.has_matters:
        yield fault(
            seen.pack, "manifest", "pack.yaml 没有写依据 basis", "pack.yaml names no basis", file="pack.yaml"
        )


def journey(kind: str) -> Callable[[Evidenced], Iterator[Problem]]:
    """A journey of this kind exists and, when played, passes."""

    def rule(seen: Evidenced) -> Iterator[Problem]:
        docs = [d for d in seen.pack.journeys if kind in journey_kinds(d)]
        if not docs:
            yield fault(
                seen.pack,
                f"journey-{kind}",
                f"缺少“{kind}”情景",
                f"there is no “{kind}” journey",
                file="journeys",
            )
        for result in seen.results or ():
            if kind in result.kinds and not result.passed and result.problem:
                yield result.problem

    return rule


def texts_of(value: Any, path: tuple = ()) -> Iterator[tuple[tuple, Any]]:
    """Every Text and Evidence inside a document, with its place."""
    if isinstance(value, Text | Evidence):
        yield path, value
    elif isinstance(value, BaseModel):
        for name, field in type(value).model_fields.items():
            yield from texts_of(getattr(value, name), (*path, field.alias or name))
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from texts_of(inner, (*path, key))
    elif isinstance(value, list | tuple):
        for at, inner in enumerate(value):
            yield from texts_of(inner, (*path, at))


def bilingual(seen: Evidenced) -> Iterator[Problem]:
    for doc in [*seen.pack.documents, *seen.pack.journeys]:
        for path, text in texts_of(doc.data):
            if isinstance(text, Text) and text.zh.strip() and not text.en.strip():
                yield fault(
                    seen.pack,
                    "bilingual",
                    f"“{text.zh[:20]}”没有英文",
                    f"“{text.zh[:20]}” has no English",
                    file=doc.file,
                    line=doc.line(path),
                    part=doc.part,
                )


def evidence(seen: Evidenced) -> Iterator[Problem]:
    for doc in seen.pack.documents:
        for path, found in texts_of(doc.data):
            if isinstance(found, Evidence) and found.tag in ("V", "V2") and not (found.source or found.basis):
                yield fault(
                    seen.pack,
                    "evidence",
                    "标为已核实却没有写来源",
                    "marked as verified without a source",
                    file=doc.file,
                    line=doc.line(path),
                    part=doc.part,
                )
            if isinstance(found, Evidence) and found.tag == "K?" and found.confirmed:
                yield fault(
                    seen.pack,
                    "evidence",
                    "“K?”不能标为已确认，请先改标签",
                    "“K?” cannot be confirmed; change the tag first",
                    file=doc.file,
                    line=doc.line(path),
                    part=doc.part,
                )


def coverage(least: float) -> Callable[[Evidenced], Iterator[Problem]]:
    def rule(seen: Evidenced) -> Iterator[Problem]:
        found = seen.coverage
        if found is not None and found.share < least:
            missing = "; ".join(found.missing[:12])
            yield fault(
                seen.pack,
                "coverage",
                f"情景只走到{found.share:.0%}，要求{least:.0%}；未走到：{missing}",
                f"journeys visit {found.share:.0%}, {least:.0%} is required; not visited: {missing}",
                file="journeys",
            )

    return rule


def demo(seen: Evidenced) -> Iterator[Problem]:
    if not any(d.demo for d in seen.pack.documents):
        yield fault(seen.pack, "demo-data", "没有演示数据", "there is no demo data", file="demo")


def confirmed(seen: Evidenced) -> Iterator[Problem]:
    for doc in seen.pack.documents:
        for path, found in texts_of(doc.data):
            if isinstance(found, Evidence) and found.weak:
                yield fault(
                    seen.pack,
                    "evidence-confirmed",
                    "仍有待核实内容",
                    "some facts are still to be confirmed",
                    file=doc.file,
                    line=doc.line(path),
                    part=doc.part,
                )


def T(zh: str, en: str) -> Text:
    return Text(zh=zh, en=en)


RULES: tuple[Rule, ...] = (
    Rule("manifest", "bronze", T("清单完整", "Complete manifest"), manifest),
    Rule("readme", "bronze", T("一页说明", "One-page README"), readme),
    Rule(
        "journey-happy", "bronze", T("顺利办成的情景", "A happy journey"), journey("happy"), only_matters=True
    ),
    Rule(
        "journey-refused",
        "bronze",
        T("被拒绝的情景", "A refused journey"),
        journey("refused"),
        only_matters=True,
    ),
    Rule(
        "journey-corrected",
        "silver",
        T("补正的情景", "A corrected journey"),
        journey("corrected"),
        only_matters=True,
    ),
    Rule(
        "journey-overdue",
        "silver",
        T("超期的情景", "An overdue journey"),
        journey("overdue"),
        only_matters=True,
    ),
    Rule("bilingual", "silver", T("两种语言齐全", "Complete in both languages"), bilingual),
    Rule("evidence", "silver", T("依据标签如实", "Honest evidence tags"), evidence),
    Rule("element-groups", "silver", T("要素组齐全", "All element groups"), only_matters=True),
    Rule("notices", "silver", T("文书模板齐全", "All notices present"), only_matters=True),
    Rule(
        "coverage", "silver", T("情景覆盖八成", "Journeys visit 80 %"), coverage(COVERAGE_SILVER), True, True
    ),
    Rule(
        "coverage-full",
        "gold",
        T("情景覆盖九成五", "Journeys visit 95 %"),
        coverage(COVERAGE_GOLD),
        True,
        True,
    ),
    Rule("evidence-confirmed", "gold", T("没有待核实内容", "Nothing left to confirm"), confirmed),
    Rule("demo-data", "gold", T("有演示数据", "Demo data"), demo),
    Rule("owner-review", "gold", T("主管单位审阅", "Reviewed by the owning department")),
)


def rules_for(grade: str) -> list[Rule]:
    """Rules of a grade and of the grades below it."""
    allowed = GRADES[: GRADES.index(grade) + 1]
    return [r for r in RULES if r.grade in allowed]


def judge(seen: Evidenced, rooms: dict[str, Callable[[Evidenced], Iterable[Problem]]]) -> list[Problem]:
    """Problems that keep the pack from the grade it claims."""
    pack = seen.pack
    if pack.manifest is None:
        return []
    problems = [
        fault(pack, "unknown", f"没有这条规则：{key}", f"there is no rule {key}")
        for key in pack.quality
        if key not in {r.key for r in RULES}
    ]
    for rule in rules_for(pack.manifest.grade):
        if rule.only_matters and not seen.has_matters and not (seen.whole and rule.needs_play):
            continue
        problems += _judged(seen, rule, rooms)
    return problems


def _judged(seen: Evidenced, rule: Rule, rooms: dict[str, Callable]) -> Iterable[Problem]:
    said = seen.pack.quality.get(rule.key)
    if said and said.state == "exempt":
        if not said.reason.strip():
            yield fault(
                seen.pack, rule.key, f"“{rule.key}”免除须写理由", f"“{rule.key}” is exempt without a reason"
            )
        return
    if said and said.state == "todo":
        yield fault(
            seen.pack,
            rule.key,
            f"“{rule.title.zh}”未完成，不能评为{seen.pack.manifest.grade}",  # type: ignore[union-attr]
            f"“{rule.title.en}” is still to do; the grade {seen.pack.manifest.grade} is not reached",  # type: ignore[union-attr]
        )
    check = rule.check or rooms.get(rule.key)
    if check is None and not said:
        yield fault(
            seen.pack,
            rule.key,
            f"quality.yaml 没有写“{rule.key}”",
            f"quality.yaml does not mention “{rule.key}”",
        )
    if check is not None and not (rule.needs_play and seen.results is None):
        yield from check(seen)
