"""Names in comparable words: people's names by sound, firms' names without what they all share, addresses without the city."""

import re
from functools import lru_cache

from pypinyin import lazy_pinyin

FORMS = re.compile(
    r"(股份有限公司|有限责任公司|有限公司|个体工商户|合作社|分公司|工作室|经营部|商行|公司|厂|店|铺|部)+$"
)
PLACES = re.compile(
    r"(福建省|福建|宁德市|宁德|蕉城区|霞浦县|古田县|屏南县|寿宁县|周宁县|柘荣县|福安市|福鼎市|东侨)"
)
NOISE = re.compile(r"[\s()()【】\[\]·.,,。、\-—_]+")


@lru_cache(maxsize=200_000)
def sound(name: str) -> str:
    """The name as toneless pinyin; sounds that are often confused in the south (n/ng, l/n, zh/z …) are one."""
    word = "".join(lazy_pinyin(NOISE.sub("", name or "")))
    for wide, narrow in (("zh", "z"), ("ch", "c"), ("sh", "s"), ("ng", "n")):
        word = word.replace(wide, narrow)
    return word


def core_of_firm(name: str) -> str:
    """``宁德市示例大明餐饮有限公司`` → ``示例大明餐饮``: without place, form and punctuation."""
    word = NOISE.sub("", name or "")
    word = PLACES.sub("", word)
    return FORMS.sub("", word) or word


def plain_address(address: str) -> str:
    """Without province, city, county and punctuation."""
    return PLACES.sub("", NOISE.sub("", address or ""))


def plain_phone(phone: str) -> str:
    """Digits only; the country's prefix goes."""
    digits = re.sub(r"\D", "", phone or "")
    return digits[2:] if len(digits) == 13 and digits.startswith("86") else digits
