"""What kind of thing a value is: identifiers by their check digits, contact data and places by shape, health by words.

Pure; used over a sample of rows by the content scanner. A detector that finds something decides nothing: it proposes a
grade, a mask and a kind of identifier (reference §6.6; 个人信息保护法 Art. 28 for what is sensitive).
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache

from stdnum import luhn

from citybrain.hub.data.domain.check_digits import CITIZEN_WEIGHTS, USCC_ALPHABET, USCC_WEIGHTS
from citybrain.kernel.text import Text

PROVINCES = "京津冀晋蒙辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝川贵云藏陕甘青宁新"
CITIZEN = re.compile(r"(?<![0-9A-Za-z])[1-9]\d{5}(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx](?![0-9A-Za-z])")  # fmt: skip
USCC = re.compile(r"(?<![0-9A-Za-z])[0-9A-HJ-NPQRTUWXY]{2}\d{6}[0-9A-HJ-NPQRTUWXY]{10}(?![0-9A-Za-z])")
MOBILE = re.compile(r"(?<!\d)(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?!\d)")
LANDLINE = re.compile(r"(?<!\d)0\d{2,3}[- ]?[2-8]\d{6,7}(?:-\d{1,5})?(?!\d)")
PLATE = re.compile(rf"[{PROVINCES}][A-HJ-NP-Z][·• ]?(?:[A-HJ-NP-Z0-9]{{4}}[A-HJ-NP-Z0-9挂学警港澳]|[DF][A-HJ-NP-Z0-9]\d{{4}}|\d{{5}}[DF])(?![A-Z0-9])")  # fmt: skip
# 62 UnionPay, 4 and 51–55 the other schemes used here; 60 and 35 are left out, too many serial numbers begin so.
CARD = re.compile(r"(?<!\d)(?:62\d{14,17}|4\d{15}|5[1-5]\d{14})(?!\d)")
EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{2,63})+")
COORDINATES = re.compile(r"(?<![\d.])((?:7[3-9]|[89]\d|1[0-2]\d|13[0-5])\.\d{4,})\s*[,，;\s]\s*((?:[3-9]|[1-4]\d|5[0-4])\.\d{4,})(?![\d.])")  # fmt: skip
DIVISION = re.compile(r"(?:省|自治区|市|区|县|镇|乡|街道|村|社区)")
DOOR = re.compile(
    r"(?:路|街|巷|弄|大道|村|小区|花园|新村|里)[^,，。;；]{0,14}?\d+\s*(?:号|弄|栋|幢|座|室|单元|之)|\d+\s*(?:号楼|单元|室)"
)
HEALTH = re.compile(
    r"高血压|糖尿病|冠心病|心肌|脑梗|脑卒中|肿瘤|恶性|癌|白血病|肝炎|肺炎|结核|艾滋|HIV|梅毒|精神分裂|抑郁症|双相|癫痫|"
    r"尿毒症|透析|妊娠|孕周|流产|骨折|手术后|化疗|放疗|诊断为|确诊|住院|病史|残疾[一二三四]级|血型|过敏史|处方|门诊"
)
SURNAMES = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖"
    "贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤缪阮蓝雷钟游池施柯詹翁连危"
)
HAN_NAME = re.compile(r"^[\u4e00-\u9fff]{2,4}$")
MINOR_AGE = 14  # 个人信息保护法 Art. 31


@dataclass(frozen=True)
class Detector:
    """One kind. ``inside``: it also counts where it stands within a longer text. ``names``: words of a column's title.

    ``needs_name``: the values alone are not enough. ``least``: share of values from which on it is proposed.
    """

    kind: str
    title: Text
    whole: Callable[[str], bool]
    grade: str
    personal: str = ""
    identifier: str = ""
    inside: Callable[[str], bool] | None = None
    names: str = ""
    needs_name: bool = False
    least: float = 0.6


def is_citizen_number(value: str) -> bool:
    """18 characters, a possible birth date, the check character of GB 11643."""
    if not CITIZEN.fullmatch(value) or born(value) is None:
        return False
    total = sum(int(c) * w for c, w in zip(value[:17], CITIZEN_WEIGHTS, strict=True))
    return "10X98765432"[total % 11] == value[17].upper()


def born(number: str) -> date | None:
    """The birth date in a citizen number; None when there is no such day or it lies ahead."""
    try:
        day = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None
    return day if day <= date.today() else None


def is_minor_number(value: str) -> bool:
    """A citizen number of somebody under 14."""
    if not is_citizen_number(value):
        return False
    day, today = born(value), date.today()
    assert day is not None
    return today.year - day.year - ((today.month, today.day) < (day.month, day.day)) < MINOR_AGE


def is_uscc(value: str) -> bool:
    """The check character of GB 32100-2015 holds."""
    if not USCC.fullmatch(value):
        return False
    total = sum(USCC_ALPHABET.index(c) * w for c, w in zip(value[:17], USCC_WEIGHTS, strict=True))
    return USCC_ALPHABET[(31 - total % 31) % 31] == value[17]


def is_card(value: str) -> bool:
    """A card number of a known scheme whose Luhn check holds and that is no citizen number."""
    return bool(CARD.fullmatch(value)) and luhn.is_valid(value) and not is_citizen_number(value)


def is_phone(value: str) -> bool:
    """A mobile or fixed-line number."""
    return bool(MOBILE.fullmatch(value) or LANDLINE.fullmatch(value))


def is_address(value: str) -> bool:
    """A division and a door, or two divisions and enough text to lead to a house."""
    if not 6 <= len(value) <= 120:
        return False
    found = DIVISION.findall(value)
    return (bool(DOOR.search(value)) and bool(found)) or len(found) >= 3


def is_coordinates(value: str) -> bool:
    """Longitude and latitude within China, to ten metres or better."""
    return bool(COORDINATES.fullmatch(value.strip("()[] ")))


def is_name(value: str) -> bool:
    """A Chinese personal name by its surname; only believed in a column that is called so."""
    return bool(HAN_NAME.match(value)) and value[0] in SURNAMES


def any_of(pattern: re.Pattern[str], test: Callable[[str], bool]) -> Callable[[str], bool]:
    """Whether some part of a text that fits the pattern passes the test."""
    return lambda text: any(test(found.group()) for found in pattern.finditer(text))


DETECTORS = (
    Detector("minor", Text(zh="未满十四周岁人员", en="People under 14"), is_minor_number, "L4", "id_number", "citizen_number",
             names=r"儿童|幼儿|婴儿|未成年|新生儿|小学生|出生证|监护人|\bchild|\bminor|\bnewborn|guardian", least=0.3),
    Detector("citizen_number", Text(zh="公民身份号码", en="Citizen number"), is_citizen_number, "L3", "id_number",
             "citizen_number", any_of(CITIZEN, is_citizen_number), r"身份证|公民身份|证件号|id_?card|citizen_?n"),
    Detector("uscc", Text(zh="统一社会信用代码", en="Unified social credit code"), is_uscc, "L1", "", "uscc",
             names=r"信用代码|uscc|credit_code"),
    Detector("bank_card", Text(zh="银行卡号", en="Bank card"), is_card, "L4", "account", "bank_card",
             any_of(CARD, is_card), r"银行卡|银行账[号户]|卡号|开户|bank|card_?n"),
    Detector("phone", Text(zh="电话号码", en="Phone number"), is_phone, "L3", "phone", "phone",
             any_of(MOBILE, is_phone), r"电话|手机|联系方式|phone|mobile|\btel"),
    Detector("email", Text(zh="电子邮箱", en="E-mail address"), lambda v: bool(EMAIL.fullmatch(v)), "L3", "email", "",
             lambda v: bool(EMAIL.search(v)), r"邮箱|电子邮件|e-?mail"),
    Detector("plate", Text(zh="车牌号", en="Number plate"), lambda v: bool(PLATE.fullmatch(v)), "L3", "yes", "plate",
             lambda v: bool(PLATE.search(v)), r"车牌|号牌|plate"),
    Detector("address", Text(zh="地址", en="Address"), is_address, "L3", "address", "",
             names=r"地址|住址|住所|户籍地|address"),
    Detector("health", Text(zh="健康信息", en="Health"), lambda v: bool(HEALTH.search(v)), "L4", "yes", "",
             names=r"诊断|病[史情种因]|疾病|健康|症状|用药|残疾|体检|diagnos|disease|health|illness", least=0.15),
    Detector("coordinates", Text(zh="精确位置", en="Exact position"), is_coordinates, "L2", "", "",
             names=r"经纬度|坐标|coordinat|lng|lon_?lat", least=0.6),
    Detector("name", Text(zh="姓名", en="Personal name"), is_name, "L3", "name", "",
             names=r"姓名|名字|联系人|法定代表人|户主|申请人|当事人|\bname$|full_?name|person_?name", needs_name=True),
)  # fmt: skip


@cache
def by_kind() -> Mapping[str, Detector]:
    """Detectors by their word."""
    return {detector.kind: detector for detector in DETECTORS}
