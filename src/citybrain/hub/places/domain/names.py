"""Names of divisions: short forms, pinyin, English forms. Knows Chinese suffixes, not Ningde."""

import re
from functools import lru_cache

from pypinyin import Style, lazy_pinyin

# Longest first: 族乡 suffixes lose the people's name only in English.
COMMITTEE = re.compile(r"(居民委员会|村民委员会|居委会|村委会)$")
TOWN = re.compile(r"(街道|镇|乡|[县市区省])$")
ETHNIC = re.compile(r"(畲族|回族|满族|蒙古族|苗族|壮族|土家族|侗族|瑶族|彝族)乡$")
VOWELS = ("a", "e", "o")
MOST = 16_384  # names remembered: all of a large city with their short forms, some megabytes
ENGLISH = {
    "province": "Province",
    "city": "City",
    "district": "District",
    "county": "County",
    "county_city": "City",
    "street": "Subdistrict",
    "town": "Town",
    "township": "Township",
    "ethnic_township": "Ethnic Township",
    "zone": "Zone",
    "community": "Community",
    "village": "Village",
    "quasi": "",
}


def short_name(name: str, kind: str) -> str:
    """The everyday name: 海滨社区居委会 → 海滨社区, 岔路村委会 → 岔路村, 金涵畲族乡 → 金涵, 霞浦县 → 霞浦."""
    if kind in {"community", "village", "quasi"}:
        stem = COMMITTEE.sub("", name)
        if stem == name:
            return name
        suffix = "村" if kind == "village" else "社区"
        return stem if stem.endswith(("村", "社区")) else stem + suffix
    if kind == "zone":
        return name
    stem = ETHNIC.sub("", name)
    stem = stem if stem != name else TOWN.sub("", name)
    return stem if len(stem) > 1 else name


@lru_cache(maxsize=MOST)
def pinyin(name: str) -> str:
    """Toneless pinyin without spaces, lower case: songchengjiedao. Foreign characters stay."""
    return "".join(lazy_pinyin(name)).lower().replace(" ", "")


@lru_cache(maxsize=MOST)
def initials(name: str) -> str:
    """First letters of the pinyin: scjd."""
    return "".join(lazy_pinyin(name, style=Style.FIRST_LETTER)).lower().replace(" ", "")


def english(name: str, kind: str) -> str:
    """Pinyin name with the kind in English: Songcheng Subdistrict."""
    stem = short_name(name, kind)
    stem = re.sub(r"(社区|村)$", "", stem) or stem
    word = ENGLISH.get(kind, "")
    if kind == "zone":
        stem = re.sub(r"(畲族)?(开发区|工业集中区)$", "", stem)
        word = "Industrial Zone" if "工业" in name else "Development Zone"
    return f"{spelled(stem).capitalize()} {word}".strip()


@lru_cache(maxsize=MOST)
def spelled(name: str) -> str:
    """Pinyin as the Latin spelling of a name writes it: an apostrophe before a syllable that begins with a vowel."""
    syllables = [syllable.lower().strip() for syllable in lazy_pinyin(name)]
    return "".join(f"'{s}" if number and s[:1] in VOWELS else s for number, s in enumerate(syllables))
