"""Labelled synthetic twins: made-up people and firms known by number, and noisy records of them without a number.

Noise: a typo or a sign that sounds alike in the name, month and day swapped, a wrong digit, something missing, a new
phone, a move. Hard cases on purpose: members of one household share surname, address and phone; common names repeat;
a quarter of the records without a number belong to nobody who is known. Same seed, same rows.
"""

import random
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

SURNAMES = "陈林黄张吴李郑王刘叶雷钟蓝谢余阮缪周郭肖魏汤许何苏"
GIVEN = "小明华丽芳建国秀英伟强军梅兰玉志文海波春秋雪晓红勇燕平福生美珍凤宝金水木清云龙飞鹏辉杰斌静敏慧婷倩"
ALIKE = {"明": "铭", "华": "桦", "丽": "莉", "芳": "方", "建": "健", "秀": "绣", "英": "瑛", "伟": "炜", "军": "钧", "梅": "媚",
         "玉": "钰", "志": "智", "文": "雯", "海": "嗨", "晓": "小", "红": "虹", "燕": "艳", "平": "萍", "珍": "贞", "辉": "晖",
         "静": "婧", "敏": "闽", "慧": "惠", "陈": "沉", "林": "琳", "余": "于", "李": "里"}  # fmt: skip
TOWNS = (
    "蕉南街道",
    "蕉北街道",
    "金涵畲族乡",
    "飞鸾镇",
    "城东街道",
    "松城街道",
    "三沙镇",
    "坂中畲族乡",
    "桐山街道",
    "古峰镇",
    "鳌阳镇",
    "狮城镇",
)
ROADS = ("演示路", "示例街", "样板巷", "演示新村", "示例花园")
TRADES = (
    "餐饮",
    "茶叶",
    "水产",
    "建材",
    "电器",
    "服饰",
    "物流",
    "食品",
    "机械",
    "文化传媒",
    "环保科技",
    "农业",
)
WORDS = "山海福兴隆盛泰和顺达昌源鑫宏荣华安康茂丰"


@dataclass(frozen=True)
class Twins:
    """``known`` with numbers, ``bare`` without; ``truth``: record of a bare → record of the known one."""

    known: list[dict[str, Any]]
    bare: list[dict[str, Any]]
    truth: dict[str, str]


def address(dice: random.Random) -> str:
    """A made-up address."""
    return f"宁德市蕉城区{dice.choice(TOWNS)}{dice.choice(ROADS)}{dice.randint(1, 180)}号{dice.randint(1, 20)}0{dice.randint(1, 6)}室"


def phone(dice: random.Random) -> str:
    """A made-up phone number."""
    return f"138{dice.randint(0, 99_999_999):08d}"


def name(dice: random.Random, surname: str = "") -> str:
    """A made-up name; a few given names are common."""
    given = (
        dice.choice(("建国", "秀英", "小明", "丽华"))
        if dice.random() < 0.06
        else "".join(dice.choices(GIVEN, k=dice.choice((1, 2, 2, 2))))
    )
    return (surname or dice.choice(SURNAMES)) + given


def household(dice: random.Random, first: int) -> list[dict[str, Any]]:
    """One to four people under one roof, partly with one phone."""
    where, shared, surname = address(dice), phone(dice), dice.choice(SURNAMES)
    made = []
    for n in range(dice.choice((1, 1, 2, 3, 4))):
        born = date(1940, 1, 1) + timedelta(days=dice.randint(0, 29_000))
        made.append({
            "record": f"known:{first + n}", "source": "gaj.resident", "number": f"N{first + n}", "name": name(dice, surname if n != 1 else ""),
            "birth_date": born, "sex": dice.choice("12"), "phone": shared if dice.random() < 0.4 else phone(dice), "address": where,
        })  # fmt: skip
    return made


def people(count: int, seed: int) -> Twins:
    """About ``count`` known people; six in ten have a twin, and a quarter of the twins' number are strangers."""
    dice = random.Random(seed)
    known: list[dict[str, Any]] = []
    while len(known) < count:
        known += household(dice, len(known))
    chosen = dice.sample(known, len(known) * 6 // 10)
    bare = [noisy(dice, row, n) for n, row in enumerate(chosen)]
    truth = {twin["record"]: row["record"] for twin, row in zip(bare, chosen, strict=True)}
    strangers = [row for _n in range(len(bare) // 4) for row in household(dice, 0)[:1]]
    bare += [{**row, "record": f"stranger:{n}", "number": None} for n, row in enumerate(strangers)]
    return Twins(known, bare, truth)


def noisy(dice: random.Random, row: dict[str, Any], n: int) -> dict[str, Any]:
    """The same person as another office wrote it down."""
    made = {**row, "record": f"bare:{n}", "source": "jyj.pupil", "number": None}
    chance = dice.random()
    if chance < 0.08:
        at = dice.randrange(1, len(row["name"]))
        made["name"] = row["name"][:at] + dice.choice(GIVEN) + row["name"][at + 1 :]
    elif chance < 0.20:
        made["name"] = "".join(ALIKE.get(sign, sign) if dice.random() < 0.6 else sign for sign in row["name"])
    made["birth_date"] = noisy_birth(dice, row["birth_date"])
    made["phone"] = noisy_phone(dice, row["phone"])
    if dice.random() < 0.2:
        made["address"] = address(dice) if dice.random() < 0.7 else None
    elif dice.random() < 0.2:
        made["address"] = row["address"].removeprefix("宁德市蕉城区")[:-4]
    if dice.random() < 0.03:
        made["sex"] = dice.choice(("1", "2", None))
    return made


def noisy_birth(dice: random.Random, born: date) -> date | None:
    """Swapped, mistyped, missing, mostly right."""
    chance = dice.random()
    if chance < 0.06 and born.day <= 12:
        return date(born.year, born.day, born.month)
    if chance < 0.10:
        return born + timedelta(days=dice.choice((1, 2, 10, -1)))
    return None if chance < 0.13 else born


def noisy_phone(dice: random.Random, number: str) -> str | None:
    """New, mistyped, missing, mostly right."""
    chance = dice.random()
    if chance < 0.15:
        return phone(dice)
    if chance < 0.19:
        at = dice.randrange(3, 11)
        return number[:at] + str(dice.randint(0, 9)) + number[at + 1 :]
    return None if chance < 0.32 else number


def firms(count: int, seed: int) -> Twins:
    """Known firms and what another office calls them; one person often has several firms at one address."""
    dice = random.Random(seed)
    known: list[dict[str, Any]] = []
    while len(known) < count:
        boss, where, calls = name(dice), address(dice), phone(dice)
        for _n in range(dice.choice((1, 1, 1, 2, 3))):
            core = "".join(dice.choices(WORDS, k=2)) + dice.choice(TRADES)
            known.append({
                "record": f"known:{len(known)}", "source": "scjg.enterprise", "number": f"N{len(known)}", "name": f"宁德市示例{core}有限公司",
                "representative": boss, "phone": calls if dice.random() < 0.8 else phone(dice), "address": where,
            })  # fmt: skip
    chosen = dice.sample(known, len(known) * 6 // 10)
    bare = [noisy_firm(dice, row, n) for n, row in enumerate(chosen)]
    truth = {twin["record"]: row["record"] for twin, row in zip(bare, chosen, strict=True)}
    for n in range(len(bare) // 4):
        core = "".join(dice.choices(WORDS, k=2)) + dice.choice(TRADES)
        bare.append({"record": f"stranger:{n}", "source": "rsj.employer", "number": None, "name": f"宁德示例{core}有限公司",
                     "representative": name(dice), "phone": phone(dice), "address": address(dice)})  # fmt: skip
    return Twins(known, bare, truth)


def noisy_firm(dice: random.Random, row: dict[str, Any], n: int) -> dict[str, Any]:
    """The same firm as another office wrote it down."""
    made = {**row, "record": f"bare:{n}", "source": "rsj.employer", "number": None}
    chance = dice.random()
    if chance < 0.25:
        made["name"] = row["name"].removeprefix("宁德市").replace("有限公司", "公司")
    elif chance < 0.35:
        made["name"] = "福建" + row["name"].replace("市", "")
    elif chance < 0.45:
        at = dice.randrange(5, len(row["name"]) - 4)
        made["name"] = row["name"][:at] + dice.choice(WORDS) + row["name"][at + 1 :]
    if dice.random() < 0.08:
        made["representative"] = name(dice)
    elif dice.random() < 0.08:
        made["representative"] = "".join(ALIKE.get(sign, sign) for sign in row["representative"])
    made["phone"] = noisy_phone(dice, row["phone"])
    if dice.random() < 0.15:
        made["address"] = address(dice)
    return made
