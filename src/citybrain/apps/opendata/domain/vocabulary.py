"""Words of the field with their codes in European vocabularies, which DCAT-AP asks for: themes, cycles, licences.

Themes are those Chinese portals use, each under one of the thirteen data themes; cycles are those of the catalogue
(reference §6.2) with the days after which a dataset is past its cycle (check A23).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from citybrain.hub.data.data import CYCLE_DAYS
from citybrain.kernel.text import Text

DATA_THEME = "http://publications.europa.eu/resource/authority/data-theme/"
DATA_THEMES = {
    "AGRI": "Agriculture, fisheries, forestry and food", "ECON": "Economy and finance",
    "EDUC": "Education, culture and sport", "ENER": "Energy", "ENVI": "Environment",
    "GOVE": "Government and public sector", "HEAL": "Health", "JUST": "Justice, legal system and public safety",
    "REGI": "Regions and cities", "SOCI": "Population and society", "TECH": "Science and technology", "TRAN": "Transport",
}  # fmt: skip
FREQUENCY = "http://publications.europa.eu/resource/authority/frequency/"


@dataclass(frozen=True)
class Theme:
    """A theme of the portal; ``code`` is its data theme."""

    key: str
    name: Text
    code: str


@dataclass(frozen=True)
class Cycle:
    """How often a dataset is renewed; ``days`` None: whenever something changes."""

    key: str
    name: Text
    days: int | None
    code: str


@dataclass(frozen=True)
class Licence:
    """Under which terms data may be used."""

    key: str
    name: Text
    address: str
    open: bool = True


def _themes() -> dict[str, Theme]:
    listed = [
        ("government", "机构团体", "Government and public sector", "GOVE"),
        ("places", "地理空间", "Places and geography", "REGI"),
        ("services", "政务服务", "Public services", "GOVE"),
        ("economy", "经济财税", "Economy and finance", "ECON"),
        ("market", "市场监管", "Market supervision", "ECON"),
        ("credit", "信用服务", "Credit of enterprises", "ECON"),
        ("transport", "交通运输", "Transport", "TRAN"),
        ("health", "医疗卫生", "Health", "HEAL"),
        ("education", "教育文化", "Education, culture and sport", "EDUC"),
        ("society", "社保就业", "Population, work and society", "SOCI"),
        ("environment", "生态环境", "Environment", "ENVI"),
        ("energy", "资源能源", "Energy and resources", "ENER"),
        ("agriculture", "农业海洋", "Agriculture, fisheries and forestry", "AGRI"),
        ("construction", "城建住房", "Construction and housing", "REGI"),
        ("safety", "公共安全", "Justice and public safety", "JUST"),
        ("science", "科技创新", "Science and technology", "TECH"),
    ]
    return {key: Theme(key, Text(zh=zh, en=en), code) for key, zh, en, code in listed}


THEMES = _themes()
CYCLES = {
    key: Cycle(key, Text(zh=zh, en=en), CYCLE_DAYS[key] + 1 if key in CYCLE_DAYS else None, code)
    for key, zh, en, code in [
        ("live", "实时", "Continuous", "CONT"),
        ("daily", "每日", "Daily", "DAILY"),
        ("weekly", "每周", "Weekly", "WEEKLY"),
        ("monthly", "每月", "Monthly", "MONTHLY"),
        ("quarterly", "每季度", "Quarterly", "QUARTERLY"),
        ("half_yearly", "每半年", "Every six months", "ANNUAL_2"),
        ("yearly", "每年", "Yearly", "ANNUAL"),
        ("irregular", "不定期", "Irregular", "IRREG"),
    ]
}
# One day is added to each cycle: a dataset of yesterday's night is not late at noon.
LICENCES = {
    "cc-by-4.0": Licence(
        "cc-by-4.0", Text(zh="知识共享署名 4.0（CC BY 4.0）", en="Creative Commons Attribution 4.0 (CC BY 4.0)"),
        "https://creativecommons.org/licenses/by/4.0/",
    ),
    "cc0-1.0": Licence(
        "cc0-1.0", Text(zh="放弃版权（CC0 1.0）", en="Public domain (CC0 1.0)"),
        "https://creativecommons.org/publicdomain/zero/1.0/",
    ),
    "conditional": Licence(
        "conditional", Text(zh="有条件开放，须经申请", en="Conditional: on request"), "", open=False
    ),
}  # fmt: skip


def due_at(cycle: str, updated_at: datetime) -> datetime | None:
    """When a dataset is past its cycle; None for one without a cycle."""
    days = CYCLES[cycle].days if cycle in CYCLES else None
    return None if days is None else updated_at + timedelta(days=days)
