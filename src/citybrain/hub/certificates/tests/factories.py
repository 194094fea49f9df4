"""Certificate types, holders and issuers for tests."""

from __future__ import annotations

from uuid import uuid4

from citybrain.hub.certificates.domain.certificate_type import CertificateType
from citybrain.hub.certificates.models import CertificateTypeVersion
from citybrain.hub.identity.data import OrganisationRecord, Subject
from citybrain.kernel.actor import Actor

BY = Actor.system("test")
ORGANISATION = "350902-scjg"
USCC = "11350902003980312J"


def kind(**changes) -> CertificateType:
    """A small type with one of everything."""
    return CertificateType.model_validate({
        "key": "food-licence", "version": 1, "code": "11100000MB0143028R001",
        "name": {"zh": "食品经营许可证", "en": "Food business licence"}, "holder": "either",
        "defined_by": {"name": {"zh": "国家市场监督管理总局", "en": "SAMR"}},
        "validity": {"kind": "years", "value": 5}, "number": "JY{division}{year}{serial:6}", "layout": "licence",
        "fields": [
            {"key": "business", "label": {"zh": "经营者名称", "en": "Business"}, "source": "holder_name"},
            {"key": "no", "label": {"zh": "许可证编号", "en": "Number"}, "source": "number"},
            {"key": "premises", "label": {"zh": "经营场所", "en": "Premises"}, "type": "long", "required": True,
             "public": True},
            {"key": "phone", "label": {"zh": "联系电话", "en": "Phone"}, "personal": True},
            {"key": "valid", "label": {"zh": "有效期", "en": "Validity"}, "source": "validity"},
        ],
        "notes": [{"zh": "请悬挂在经营场所醒目位置。", "en": "Hang up visibly."}],
        "basis": [{"zh": "《中华人民共和国食品安全法》第三十五条"}], "evidence": {"tag": "K", "source": "test"}, **changes,
    })  # fmt: skip


def make_type(**changes) -> CertificateType:
    """A type in force."""
    made = kind(**changes)
    CertificateTypeVersion.objects.filter(key=made.key).update(current=False)
    CertificateTypeVersion.objects.create(
        key=made.key,
        version=made.version,
        pack="test",
        code=made.code,
        name=made.name.as_dict(),
        document=made.model_dump(mode="json"),
    )
    return made


def organisation(code: str = ORGANISATION, **changes) -> OrganisationRecord:
    values = {
        "code": code, "name": {"zh": "蕉城区市场监督管理局", "en": "Jiaocheng Market Regulation"},
        "short": {"zh": "市场监管局", "en": ""}, "type": "department", "level": "county", "division": "350902000000",
        "parent": "", "jurisdiction": "350902", "slug": "scjg", "uscc": USCC, **changes,
    }  # fmt: skip
    return OrganisationRecord(**values)


def person(name: str = "林小梅", **changes) -> Subject:
    values = {"kind": "person", "id": uuid4(), "name": name, "id_type": "citizen", "id_number": "350902199003077847",
              "phone": "13800001234", **changes}  # fmt: skip
    return Subject(**values)


def company(name: str = "宁德市虎\U0002c1d9餐饮有限公司", **changes) -> Subject:
    values = {"kind": "legal_person", "id": uuid4(), "name": name, "id_type": "uscc",
              "id_number": "91350902MA2XXXXX0X", "phone": "", **changes}  # fmt: skip
    return Subject(**values)


def citizen(subject: Subject) -> Actor:
    """The actor of a holder."""
    if subject.kind == "person":
        return Actor(kind="citizen", account_id=uuid4(), person_id=subject.id, subject_id=subject.id)
    return Actor(
        kind="citizen",
        account_id=uuid4(),
        person_id=uuid4(),
        subject_id=subject.id,
        authority=f"legal_person:{subject.id}",
    )
