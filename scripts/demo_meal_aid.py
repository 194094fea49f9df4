#!/usr/bin/env python3
"""Makes the two Excel files the tour of data begins with: made-up old people of the demo city, some rows wrong on purpose.

    .venv/bin/python scripts/demo_meal_aid.py

People are those of packs/ningde-registers/demo/rows/gaj-resident.csv, so that a visitor's citizens find themselves in the
list. Wrong on purpose: one citizen number, one amount that is no number (both are rejected on the way in), one amount with a
zero too many (found by a quality rule), one amount its own person objects to.
"""

import csv
import sys
from datetime import date
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "src"))

from citybrain.hub.data.domain.workbook import Sheet, workbook  # noqa: E402

PEOPLE = ROOT / "packs" / "ningde-registers" / "demo" / "rows" / "gaj-resident.csv"
OUT = ROOT / "docs" / "handbook" / "tour-data"
MONTH = date(2026, 11, 1)
HEAD = ["公民身份号码", "姓名", "年龄", "联系方式", "助餐点", "月补贴金额(元)", "发放月份", "所属区划"]
OBJECTS = "350902194105060043"  # 钟秀英 gets 60 in the list and 90 by right
OLD, MOST = 60, 150
AMOUNT = 5


def age_of(born: str) -> int:
    """Full years in the month of the list."""
    day = date.fromisoformat(born)
    return MONTH.year - day.year - ((MONTH.month, MONTH.day) < (day.month, day.day))


def rows() -> list[list[object]]:
    """The list as it ought to be."""
    with PEOPLE.open(encoding="utf-8-sig", newline="") as file:
        old = [p for p in csv.DictReader(file) if age_of(p["birth_date"]) >= OLD]
    found: dict[str, list[object]] = {}
    for at, person in enumerate(old):
        amount = 60 if age_of(person["birth_date"]) < 80 or person["number"] == OBJECTS else 90
        found.setdefault(person["number"], [
            person["number"], person["name"], age_of(person["birth_date"]), person["phone"],
            f"示例第{at % 7 + 1}长者食堂", amount, MONTH, person["division"],
        ])  # fmt: skip
    return list(found.values())[:MOST]


def with_faults(good: list[list[object]]) -> list[list[object]]:
    """The same list as the department first sends it."""
    made = [list(row) for row in good]
    plain = [row for row in made if row[0] != OBJECTS]
    number = str(plain[3][0])
    plain[3][0] = number[:17] + ("0" if number[17] != "0" else "1")
    plain[7][AMOUNT] = "六十"
    plain[11][AMOUNT] = 6000
    return made


def main() -> None:
    """Write both files."""
    OUT.mkdir(parents=True, exist_ok=True)
    good = rows()
    for name, listed in (("meal-aid-2026-11", with_faults(good)), ("meal-aid-2026-11-corrected", good)):
        (OUT / f"{name}.xlsx").write_bytes(workbook([Sheet("发放名单", HEAD, listed)]))
        print(f"{name}.xlsx: {len(listed)} rows")


if __name__ == "__main__":
    main()
