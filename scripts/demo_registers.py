#!/usr/bin/env python3
"""Makes the demo city's synthetic rows for packs/ningde-registers: no real person, no real firm; same seed, same rows.

    .venv/bin/python scripts/demo_registers.py

Citizen numbers are sound but use sequence 001-009 (reference 1.5); names are made up, addresses say 演示. Places are the real
towns of packs/ningde/divisions; the people and firms of packs/ningde/demo are among them, so that a visitor finds files.
"""

import csv
import random
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "src"))

from citybrain.hub.identity.domain.identifiers import citizen_check_character, uscc_check_character  # noqa: E402

OUT = ROOT / "packs" / "ningde-registers" / "demo" / "rows"
TODAY = date(2026, 11, 20)
SURNAMES = "陈林黄张吴李郑王刘叶雷钟蓝谢余阮缪周郭肖魏汤许何苏"
GIVEN = "小明华丽芳建国秀英伟强军梅兰玉志文海波春秋雪晓红勇燕平福生美珍凤宝金水木清云龙飞鹏辉杰斌静敏慧婷倩"
TRADES = {
    "餐饮": "H",
    "茶叶": "C",
    "水产": "A",
    "建材": "F",
    "电器": "F",
    "食品": "C",
    "物流": "G",
    "机械": "C",
    "软件": "I",
    "农业": "A",
    "环保科技": "N",
}
WORDS = "山海福兴隆盛泰和顺达昌源鑫宏荣华安康茂丰"
OTHER_SIGN = {
    "明": "铭",
    "丽": "莉",
    "芳": "方",
    "建": "健",
    "英": "瑛",
    "梅": "媚",
    "玉": "钰",
    "晓": "小",
    "静": "婧",
    "慧": "惠",
}
dice = random.Random(3509)  # noqa: S311 - made-up people, not secrets
taken: set[str] = set()


def towns() -> list[tuple[str, str, str]]:
    """(12-digit code, county, town) of the real division tree."""
    found = []
    for path in sorted((ROOT / "packs" / "ningde" / "divisions").glob("35*.yaml")):
        said = yaml.safe_load(path.read_text(encoding="utf-8"))
        county = said["divisions"][0]["name"] if said.get("divisions") else ""
        found += [(str(t["code"]), county, t["name"]) for t in said.get("towns", [])]
    return found


TOWNS = towns()
COUNTIES = sorted({code[:6] + "000000" for code, _county, _town in TOWNS})


def citizen_number(county: str, born: date, male: bool) -> str:
    """A sound number with sequence 001-009 that nobody has yet; empty when the day is full."""
    for sequence in (1, 3, 5, 7, 9) if male else (2, 4, 6, 8):
        stem = f"{county}{born:%Y%m%d}{sequence:03d}"
        number = stem + citizen_check_character(stem)
        if number not in taken:
            taken.add(number)
            return number
    return ""


def phone() -> str:
    """A made-up number."""
    return f"1380{dice.randint(1000, 9_999_999):07d}"


def town_of(address: str) -> tuple[str, str, str]:
    """The town an address names; any of the county otherwise."""
    named = [t for t in TOWNS if t[2] in address]
    return named[0] if named else next((t for t in TOWNS if t[1] and t[1] in address), TOWNS[0])


def demo_people() -> list[dict[str, Any]]:
    """The visitors' citizens, each as a household of their own but for the couple."""
    said = yaml.safe_load((ROOT / "packs/ningde/demo/persons/citizens.yaml").read_text(encoding="utf-8"))
    made = []
    for n, person in enumerate(said["persons"]):
        number, address = person["id_number"], person["facts"]["address"]
        taken.add(number)
        household = "D0001" if person["id"] in ("lin-xiaomei", "wu-jianguo") else f"D{n + 2:04d}"
        relation = "配偶" if person["id"] == "lin-xiaomei" else "户主"
        made.append(resident(number, person["name"], address, town_of(address)[0], person["phone"], household, relation,
                             person["facts"].get("ethnic_group", "01")))  # fmt: skip
    child = citizen_number("350902", date(2018, 5, 16), True)
    made.append(
        resident(
            child, "吴小苗", made[0]["address"], made[0]["division"], "13800000001", "D0001", "子女", "01"
        )
    )
    return made


def resident(
    number: str,
    name: str,
    address: str,
    division: str,
    phone_: str,
    household: str,
    relation: str,
    ethnic: str,
) -> dict[str, Any]:
    """A row of 公安; birth date and sex as the number says."""
    return {
        "number": number, "name": name, "sex": "1" if int(number[16]) % 2 else "2",
        "birth_date": date(int(number[6:10]), int(number[10:12]), int(number[12:14])), "ethnic": ethnic, "phone": phone_,
        "address": address, "division": division, "household": household, "relation": relation,
        "at": TODAY - timedelta(days=dice.randint(30, 3000)),
    }  # fmt: skip


def households(count: int) -> list[dict[str, Any]]:
    """``count`` residents in families of one to five."""
    made: list[dict[str, Any]] = []
    number_of_household = 0
    while len(made) < count:
        number_of_household += 1
        code, county, town = dice.choice(TOWNS)
        address = f"{county}{town}演示路{dice.randint(1, 300)}号"
        surname, calls = dice.choice(SURNAMES), phone()
        for n in range(dice.choice((1, 2, 2, 3, 3, 4, 5))):
            years = dice.randint(23, 88) if n < 2 else dice.randint(1, 22)
            born = TODAY - timedelta(days=years * 365 + dice.randint(0, 364))
            number = citizen_number(code[:6], born, n == 0 or (n > 1 and dice.random() < 0.5))
            if not number:
                continue
            name = (surname if n != 1 else dice.choice(SURNAMES)) + "".join(
                dice.choices(GIVEN, k=dice.choice((1, 2, 2)))
            )
            own = calls if years < 18 or dice.random() < 0.2 else phone()
            relation = ("户主", "配偶", "子女", "子女", "子女")[n]
            made.append(
                resident(
                    number,
                    name,
                    address,
                    code,
                    own,
                    f"H{number_of_household:05d}",
                    relation,
                    "22" if surname in "雷钟蓝" else "01",
                )
            )
    return made


def age(row: dict[str, Any]) -> int:
    """Full years."""
    return (TODAY - row["birth_date"]).days // 365


def other_office(row: dict[str, Any]) -> dict[str, Any]:
    """What another office wrote down: sometimes a new phone, an older address, another sign in the name."""
    made = {"number": row["number"], "name": row["name"], "phone": row["phone"], "address": row["address"],
            "at": TODAY - timedelta(days=dice.randint(1, 900))}  # fmt: skip
    if dice.random() < 0.15:
        made["phone"] = phone()
    if dice.random() < 0.12:
        _code, county, town = dice.choice(TOWNS)
        made["address"] = f"{county}{town}演示路{dice.randint(1, 300)}号"
    if dice.random() < 0.03:
        made["name"] = "".join(OTHER_SIGN.get(sign, sign) for sign in row["name"])
    return made


def without_number(row: dict[str, Any]) -> dict[str, Any]:
    """The same person at an office that knows no number."""
    made = {
        **other_office(row),
        "sex": row["sex"],
        "birth_date": row["birth_date"],
        "division": row["division"],
    }
    born = row["birth_date"]
    if dice.random() < 0.05 and born.day <= 12:
        made["birth_date"] = date(born.year, born.day, born.month)
    if dice.random() < 0.08:
        made["phone"] = None
    if dice.random() < 0.08:
        made["name"] = row["name"][:-1] + dice.choice(GIVEN)
    made.pop("number")
    return made


def firms(bosses: list[dict[str, Any]], count: int) -> list[dict[str, Any]]:
    """The visitors' firms and ``count`` made-up ones."""
    said = yaml.safe_load(
        (ROOT / "packs/ningde/demo/legal_persons/companies.yaml").read_text(encoding="utf-8")
    )
    people = yaml.safe_load((ROOT / "packs/ningde/demo/persons/citizens.yaml").read_text(encoding="utf-8"))
    known = {p["id"]: p for p in people["persons"]}
    made = [firm(e["uscc"], e["name"], known[e["representative"]], e["phone"], e["address"], e["division"],
                 "individual" if "individual" in e["kind"] else "enterprise", "C" if "茶叶" in e["name"] else "H")
            for e in said["legal_persons"]]  # fmt: skip
    for n in range(count):
        code, county, town = dice.choice(TOWNS)
        boss, trade = dice.choice(bosses), dice.choice(list(TRADES))
        alone = dice.random() < 0.3
        stem = f"{'92' if alone else '91'}{code[:6]}" + organisation_code(n)
        name = f"{county}示例{''.join(dice.choices(WORDS, k=2))}{trade}{'店' if alone else '有限公司'}"
        made.append(firm(stem + uscc_check_character(stem), name, boss, boss["phone"], f"{county}{town}演示路{dice.randint(1, 300)}号",
                         code, "individual" if alone else "enterprise", TRADES[trade]))  # fmt: skip
    return made


def organisation_code(n: int) -> str:
    """Eight signs beginning with MADEX and the check sign of GB 11714."""
    stem = f"MADEX{n:03d}"
    signs = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    rest = 11 - sum(signs.index(c) * w for c, w in zip(stem, (3, 7, 9, 10, 5, 8, 4, 2), strict=True)) % 11
    return stem + {10: "X", 11: "0"}.get(rest, str(rest))


def firm(
    number: str,
    name: str,
    boss: dict[str, Any],
    calls: str,
    address: str,
    division: str,
    kind: str,
    industry: str,
) -> dict[str, Any]:
    """A row of 市场监管."""
    return {
        "number": number, "name": name, "representative": boss["name"],
        "representative_number": boss.get("number") or boss["id_number"], "phone": calls, "address": address, "division": division,
        "kind": kind, "industry": industry, "capital": dice.choice((10, 50, 100, 300, 500, 1000)),
        "established_on": TODAY - timedelta(days=dice.randint(100, 6000)), "state": "open" if dice.random() < 0.92 else "cancelled",
        "at": TODAY - timedelta(days=dice.randint(1, 400)),
    }  # fmt: skip


def firm_elsewhere(row: dict[str, Any]) -> dict[str, Any]:
    """A firm as another office calls it."""
    name = row["name"]
    if dice.random() < 0.3:
        name = name.replace("有限公司", "公司")
    calls = row["phone"] if dice.random() < 0.85 else phone()
    return {"name": name, "representative": row["representative"], "phone": calls, "address": row["address"],
            "at": TODAY - timedelta(days=dice.randint(1, 500))}  # fmt: skip


def write(key: str, rows: list[dict[str, Any]]) -> None:
    """One CSV."""
    path = OUT / f"{key.replace('.', '-')}.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    print(key, len(rows))


def person_tables(residents: list[dict[str, Any]], visitors: int, businesses: list[dict[str, Any]]) -> None:
    """What the departments hold on people; visitors are in every table that fits."""
    grown = [r for n, r in enumerate(residents) if age(r) >= 18 and (n < visitors or dice.random() < 0.55)]
    write("gaj.resident", residents)
    employer = lambda: dice.choice(businesses)["number"]  # noqa: E731
    write("rsj.insured", [{**other_office(r), "kind": dice.choice(("worker", "resident")), "employer": employer(), "state": "active",
                           "paid_to": date(2026, 10, 31)} for r in grown if age(r) < 70])  # fmt: skip
    write("ybj.enrolment", [{**other_office(r), "birth_date": r["birth_date"], "kind": dice.choice(("worker", "resident")),
                             "state": "active"} for n, r in enumerate(residents) if n < visitors or dice.random() < 0.6])  # fmt: skip
    couples = [r for r in grown if r["relation"] in ("户主", "配偶")]
    write("mzj.marriage", [{"number": r["number"], "name": r["name"], "state": "20", "registered_on": TODAY - timedelta(days=dice.randint(400, 8000)),
                            "office": "演示婚姻登记处", "at": r["at"]} for r in couples[:240]])  # fmt: skip
    old = [r for r in residents if age(r) >= 80]
    write("mzj.allowance", [{"number": r["number"], "name": r["name"], "kind": "old90" if age(r) >= 90 else "old80",
                             "amount": 200 if age(r) >= 90 else 100, "month": date(2026, 11, 1), "division": r["division"]} for r in old])  # fmt: skip
    disabled = [r for r in residents if r["name"] == "雷阿福"] + dice.sample(grown, 14)
    write("cl.disabled", [{"number": r["number"], "name": r["name"], "kind": "4" if n == 0 else dice.choice("1234567"),
                           "level": "二级" if n == 0 else dice.choice(("一级", "二级", "三级", "四级")), "card": f"DEMO{n:04d}", "at": r["at"]}
                          for n, r in enumerate({r["number"]: r for r in disabled}.values())])  # fmt: skip
    pupils = [r for r in residents if 6 <= age(r) <= 17]
    write("jyj.pupil", [{"roll": f"G3509{n:06d}", **without_number(r), "school": f"宁德市示例第{dice.randint(1, 9)}学校", "grade": age(r) - 5}
                        for n, r in enumerate(pupils)])  # fmt: skip
    vaccinated = [r for n, r in enumerate(residents) if n < visitors or dice.random() < 0.3]
    write("wjw.vaccination", [{"card": f"V3509{n:06d}", **{k: v for k, v in without_number(r).items() if k != "division"},
                               "vaccine": dice.choice(("流感疫苗", "乙肝疫苗", "带状疱疹疫苗")), "dose": dice.randint(1, 3)}
                              for n, r in enumerate(vaccinated)])  # fmt: skip
    watched = [r for n, r in enumerate(residents) if n < visitors or dice.random() < 0.35]
    write("wjw.health", [{"number": r["number"], "name": r["name"], "blood": dice.choice(("A型", "B型", "O型", "AB型")),
                          "allergy": dice.choice((None, None, None, "青霉素")), "chronic": dice.choice((None, "高血压", "糖尿病")) if age(r) > 45 else None,
                          "doctor_team": f"演示家庭医生团队{dice.randint(1, 9)}", "checked_on": TODAY - timedelta(days=dice.randint(10, 700)), "at": TODAY}
                         for r in watched])  # fmt: skip
    paying = [r for n, r in enumerate(grown) if n < visitors or dice.random() < 0.3]
    write("gjj.account", [{"number": r["number"], "name": r["name"], "phone": r["phone"] if dice.random() < 0.9 else phone(), "employer": employer(),
                           "state": "normal" if dice.random() < 0.9 else "sealed", "at": TODAY - timedelta(days=dice.randint(1, 200))} for r in paying])  # fmt: skip
    owners = [
        r
        for n, r in enumerate(residents)
        if r["relation"] == "户主" and (n < visitors or dice.random() < 0.5)
    ]
    write("zrzy.property", [{"number": r["number"], "name": r["name"], "title": f"闽(2026)宁德市演示不动产权第{n:07d}号", "address": r["address"],
                             "area": dice.randint(60, 180), "use": "housing", "division": r["division"], "at": r["at"]} for n, r in enumerate(owners)])  # fmt: skip


def guardians(residents: list[dict[str, Any]]) -> None:
    """Who is guardian of whom: the head of a household and the spouse, of the minors in it."""
    homes: dict[str, list[dict[str, Any]]] = {}
    for row in residents:
        homes.setdefault(row["household"], []).append(row)
    write("gaj.guardian", [
        {"number": child["number"], "guardian": grown["number"], "relation": "father" if grown["sex"] == "1" else "mother",
         "since": child["birth_date"], "until": None, "at": child["at"]}
        for home in homes.values() for child in home if child["relation"] == "子女" and age(child) < 18
        for grown in home if grown["relation"] in ("户主", "配偶")
    ])  # fmt: skip


def certificates(residents: list[dict[str, Any]], businesses: list[dict[str, Any]]) -> None:
    """The index of e-certificates."""
    rows = [{"certificate": f"DEMO-ID-{n:05d}", "kind": "id_card", "number": r["number"], "holder": r["name"], "issuer": "演示公安局",
             "issued_on": TODAY - timedelta(days=1000 + n % 500), "valid_to": TODAY + timedelta(days=2000 + n), "state": "valid"}
            for n, r in enumerate(residents[:300])]  # fmt: skip
    rows += [{"certificate": f"DEMO-YZ-{n:05d}", "kind": "licence", "number": f["number"], "holder": f["name"], "issuer": "演示市场监督管理局",
              "issued_on": f["established_on"], "valid_to": None, "state": "valid" if f["state"] == "open" else "revoked"}
             for n, f in enumerate(businesses)]  # fmt: skip
    write("xgw.certificate", rows)


def firm_tables(businesses: list[dict[str, Any]]) -> None:
    """What the departments hold on firms."""
    write("scjg.enterprise", businesses)
    write(
        "swsj.taxpayer",
        [
            {"number": f["number"], **firm_elsewhere(f), "grade": dice.choice("AABBBMCD")}
            for n, f in enumerate(businesses)
            if n < 3 or dice.random() < 0.8
        ],
    )
    write(
        "rsj.employer",
        [
            {"account": f"E3509{n:05d}", **firm_elsewhere(f), "insured": dice.randint(1, 90)}
            for n, f in enumerate(businesses)
            if n < 3 or dice.random() < 0.6
        ],
    )
    kinds = {"honour": "守合同重信用", "penalty": "未按规定公示信息被处罚", "abnormal": "登记住所无法联系"}
    some = [f for n, f in enumerate(businesses) if n < 3 or dice.random() < 0.25]
    chosen = [(f, dice.choice(list(kinds)) if n > 2 else "honour") for n, f in enumerate(some)]
    write("fgw.credit", [{"number": f["number"], "name": f["name"], "kind": kind, "fact": kinds[kind], "basis": "演示依据", "authority": "演示认定单位",
                          "at": TODAY - timedelta(days=dice.randint(1, 600))} for f, kind in chosen])  # fmt: skip


def places_and_figures(businesses: list[dict[str, Any]]) -> None:
    """Land, economy, epidemics, environment."""
    parcels = []
    for n in range(160):
        code, _county, _town = dice.choice(TOWNS)
        parcels.append({"parcel": f"{code[:9]}DEMO{n:06d}", "division": code, "use": dice.choice(("housing", "business", "industry", "farm", "forest", "sea")),
                        "area": dice.randint(200, 90_000), "right": dice.choice(("出让", "划拨", "承包")), "holder": dice.choice(businesses)["number"],
                        "at": TODAY - timedelta(days=dice.randint(30, 4000))})  # fmt: skip
    write("zrzy.parcel", parcels)
    months = [date(2026, m, 1) for m in range(1, 11)]
    base = {county: dice.uniform(8, 60) for county in COUNTIES}
    share = {"gdp": 1.0, "industry": 0.42, "investment": 0.3, "retail": 0.28}
    write("tjj.output", [{"division": county, "month": month, "measure": measure, "value": round(base[county] * part * dice.uniform(0.93, 1.09), 2),
                          "unit": "亿元"} for county in COUNTIES for month in months for measure, part in share.items()])  # fmt: skip
    projects = []
    for n in range(30):
        county, planned = dice.choice(COUNTIES), dice.randint(5_000, 300_000)
        for k, month in enumerate(months[-4:], 1):
            projects.append({"project": f"DEMO-2026-{n:03d}", "name": f"示例{dice.choice(list(TRADES))}项目{n}", "owner_number": dice.choice(businesses)["number"],
                             "division": county, "industry": dice.choice("CDEGN"), "planned": planned, "done": planned * k // 8, "month": month})  # fmt: skip
    write("fgw.project", projects)
    weeks = [date(2026, 10, 5) + timedelta(weeks=w) for w in range(6)]
    write("wjw.report", [{"division": county, "week": week, "disease": disease, "cases": dice.randint(0, 40)}
                         for county in COUNTIES for week in weeks for disease in ("flu", "hfm", "noro")])  # fmt: skip
    days = [date(2026, 11, 1) + timedelta(days=d) for d in range(14)]
    bounds = {"pm25": (8, 45, "微克/立方米"), "o3": (40, 130, "微克/立方米"), "water": (1, 3, "类")}
    write("sthj.reading", [{"division": county, "station": "演示监测点", "day": day, "kind": kind, "value": dice.randint(low, high), "unit": unit}
                           for county in COUNTIES for day in days for kind, (low, high, unit) in bounds.items()])  # fmt: skip


def main() -> None:
    """All files."""
    visitors = demo_people()
    residents = visitors + households(620)
    businesses = firms([r for r in residents if 25 <= age(r) <= 60], 170)
    person_tables(residents, len(visitors), businesses)
    certificates(residents, businesses)
    firm_tables(businesses)
    places_and_figures(businesses)
    guardians(residents)


if __name__ == "__main__":
    main()
