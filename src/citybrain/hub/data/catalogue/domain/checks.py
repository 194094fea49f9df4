"""What stands against publishing a description: all of it at once, each in plain words.

``rules`` are what the law and the grade matrix forbid (A18, A19, A22); ``gaps`` are missing core metadata (§6.2).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from citybrain.hub.data.catalogue.domain.basis import permits_refusal
from citybrain.hub.data.catalogue.domain.description import TITLES, CatalogueProblem
from citybrain.hub.data.catalogue.domain.grading import may_open, may_share

ORDER = {"": 0, "unconditional": 1, "conditional": 2, "none": 3}
ROLES = ("time_item", "organisation_item", "division_item", "key_item")


@dataclass(frozen=True)
class Known:
    """What the checks have to know of the rest: classes, units, who is the source of which element already.

    ``sources``: element → (key, title) of the published resource that is its source. ``duties``: element → (unit, name)
    the duty list names.
    """

    classes: frozenset[str] = frozenset()
    units: frozenset[str] = frozenset()
    sources: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    duties: Mapping[str, tuple[str, str]] = field(default_factory=dict)


def problems_of(body: Mapping[str, Any], known: Known, *, complete: bool = True) -> list[CatalogueProblem]:
    """Everything that stands against publishing; ``complete`` asks for the whole core metadata as well."""
    found = [*whole_problems(body), *item_problems(body), *one_source(body, known)]
    return [*found, *gaps(body, known), *owner_problems(body, known)] if complete else found


def owner_problems(body: Mapping[str, Any], known: Known) -> Iterator[CatalogueProblem]:
    """The provider is a unit of the directory."""
    owner = body.get("owner") or ""
    if owner and owner not in known.units:
        yield CatalogueProblem(
            "owner", "unknown_unit", f"机构目录中没有提供方“{owner}”", f"the directory has no unit {owner}"
        )


def whole_problems(body: Mapping[str, Any]) -> Iterator[CatalogueProblem]:
    """Sharing, opening and grade of the resource as a whole."""
    if body.get("sharing") == "none" and not permits_refusal(body.get("sharing_basis") or ""):
        yield CatalogueProblem(
            "sharing_basis", "no_basis",
            "不予共享必须写明法律、行政法规或国务院决定依据(地方规定和部门文件不够)",
            "not sharing needs a law, an administrative regulation or a State Council decision as basis; local rules and department papers do not suffice",
        )  # fmt: skip
    if not body.get("items"):
        yield from allowed("", body.get("grade") or "L1", body, body)
    yield from important(body)
    names = body.get("items", {})
    for role in ROLES:
        if body.get(role) and body[role] not in names:
            yield CatalogueProblem(
                role, "unknown_item", f"“{TITLES[role].zh}”填的“{body[role]}”不是本资源的信息项",
                f"{TITLES[role].en}: {body[role]} is no item of this resource",
            )  # fmt: skip


def important(body: Mapping[str, Any]) -> Iterator[CatalogueProblem]:
    """Important and core data: shared only by special approval, never opened."""
    if body.get("data_class") not in ("important", "core"):
        return
    if body.get("opening") in ("unconditional", "conditional"):
        yield CatalogueProblem(
            "opening",
            "important_open",
            "重要数据、核心数据不得开放",
            "important and core data are never opened",
        )
    if body.get("sharing") in ("unconditional", "conditional") and not body.get("special_approval"):
        yield CatalogueProblem(
            "special_approval", "no_approval", "重要数据、核心数据共享须填写专项审批文号",
            "sharing important or core data needs the number of a special approval",
        )  # fmt: skip


def item_problems(body: Mapping[str, Any]) -> Iterator[CatalogueProblem]:
    """Every item against the grade matrix, and no item freer than its resource."""
    for name, item in body.get("items", {}).items():
        for word, zh, en in (("sharing", "共享", "shared"), ("opening", "开放", "open")):
            if ORDER.get(item.get(word) or "", 0) and ORDER[item[word]] < ORDER.get(body.get(word) or "", 0):
                yield CatalogueProblem(
                    f"items.{name}.{word}", "freer_item", f"信息项“{said(item, name)}”的{zh}属性比资源本身更宽",
                    f"item {name} is more freely {en} than its resource",
                )  # fmt: skip
        yield from allowed(name, item.get("grade") or "L1", item, body)


def allowed(
    name: str, grade: str, own: Mapping[str, Any], body: Mapping[str, Any]
) -> Iterator[CatalogueProblem]:
    """One item (or a resource without items) against the matrix of §6.6; what it does not say itself its resource says."""
    sharing, opening = own.get("sharing") or body.get("sharing"), own.get("opening") or body.get("opening")
    zh = f"信息项“{said(own, name)}”" if name else "本资源"
    en = f"item {name}" if name else "the resource"
    path = f"items.{name}." if name else ""
    if opening in ("unconditional", "conditional") and not may_open(grade, opening):
        yield CatalogueProblem(f"{path}opening", "grade_open", *opening_words(zh, en, grade))
    elif opening in ("unconditional", "conditional") and own.get("personal"):
        yield CatalogueProblem(
            f"{path}opening", "personal_open", f"{zh}是个人信息,不得直接开放;请设为不予开放,或另建去标识化产品",
            f"{en} is personal data and is not opened as it is; set it to not open, or make a de-identified product",
        )  # fmt: skip
    if sharing == "unconditional" and not may_share(grade, sharing):
        yield CatalogueProblem(
            f"{path}sharing", "grade_share", f"{zh}为{grade}级,不能无条件共享;请改为有条件共享",
            f"{en} is {grade} and cannot be shared without condition; make it conditional",
        )  # fmt: skip
    elif sharing == "conditional" and not may_share(grade, sharing) and not body.get("special_approval"):
        yield CatalogueProblem(
            f"{path}sharing", "no_approval", f"{zh}为{grade}级,共享须填写专项审批文号",
            f"{en} is {grade}: sharing it needs the number of a special approval",
        )  # fmt: skip


def opening_words(zh: str, en: str, grade: str) -> tuple[str, str]:
    """Why data of a grade is not opened in the way asked for."""
    if grade == "L4":
        return f"{zh}为L4级,不得开放", f"{en} is L4 and is never opened"
    if grade == "L3":
        return (
            f"{zh}为L3级,须先去标识化为产品再开放",
            f"{en} is L3: make a de-identified product and open that",
        )
    return f"{zh}为L2级,只能依申请开放", f"{en} is L2 and can be opened on request only"


def one_source(body: Mapping[str, Any], known: Known) -> Iterator[CatalogueProblem]:
    """一数一源 (A18): an element of a register has one source, and it is the unit that the duty list names."""
    seen: dict[str, str] = {}
    for name, item in body.get("items", {}).items():
        element = item.get("element") or ""
        if not element or not item.get("is_source"):
            continue
        if element in seen:
            yield source_problem(name, item, element, seen[element], seen[element])
        seen[element] = name
        if element in known.sources:
            yield source_problem(name, item, element, *known.sources[element])
        unit, unit_name = known.duties.get(element, ("", ""))
        if unit and unit != body.get("owner"):
            yield CatalogueProblem(
                f"items.{name}.is_source", "duty_elsewhere", f"数据责任清单规定“{element}”的数源部门是{unit_name}",
                f"the duty list names {unit_name} as the source of {element}",
            )  # fmt: skip


def source_problem(
    name: str, item: Mapping[str, Any], element: str, key: str, title: str
) -> CatalogueProblem:
    """The other source is named."""
    return CatalogueProblem(
        f"items.{name}.is_source", "two_sources",
        f"一数一源:“{said(item, name)}”({element})的数源已是“{title}”({key}),请改为引用",
        f"one source only: {element} already comes from {title} ({key}); refer to it instead",
    )  # fmt: skip


def gaps(body: Mapping[str, Any], known: Known) -> Iterator[CatalogueProblem]:
    """Core metadata that is missing."""
    needed = ["owner", "classification", "cycle", "sharing", "opening", "security_owner", "format"]
    if body.get("sharing") == "conditional":
        needed.append("sharing_condition")
    if body.get("sharing") in ("unconditional", "conditional"):
        needed.append("sharing_ways")
    if body.get("opening") == "none":
        needed.append("opening_basis")
    for word in ("title", "description"):
        if not (body.get(word) or {}).get("zh"):
            yield missing(word)
    for name in needed:
        if not body.get(name):
            yield missing(name)
    if body.get("classification") and body["classification"] not in known.classes:
        code = body["classification"]
        yield CatalogueProblem(
            "classification", "unknown_class", f"没有资源分类 {code}", f"there is no class {code}"
        )
    if not body.get("items"):
        yield CatalogueProblem("items", "no_items", "没有任何信息项", "there are no items")
    for name, item in body.get("items", {}).items():
        if not (item.get("title") or {}).get("zh"):
            yield CatalogueProblem(
                f"items.{name}.title",
                "missing",
                f"信息项 {name} 没有中文名称",
                f"item {name} has no Chinese name",
            )


def missing(name: str) -> CatalogueProblem:
    """A field that has to be filled."""
    return CatalogueProblem(name, "missing", f"请填写“{TITLES[name].zh}”", f"{TITLES[name].en} is missing")


def said(item: Mapping[str, Any], name: str) -> str:
    """An item's Chinese name."""
    return (item.get("title") or {}).get("zh") or name
