"""Classes and the codes made from them (资源分类, 资源代码)."""

from collections.abc import Mapping

from django.db import transaction

from citybrain.hub.data.catalogue.domain.codes import class_level, parent_code, resource_code
from citybrain.hub.data.models import CatalogueClass, Resource
from citybrain.kernel.errors import Conflict


@transaction.atomic
def keep_class(
    code: str, *, name: Mapping[str, str], kind: str, organisation: str = "", pack: str = ""
) -> CatalogueClass:
    """A class; Conflict when its code breaks the rule or the class above it is missing."""
    if not class_level(code):
        raise Conflict(
            f"class code {code}: 1, 3, 6 or more digits / 分类代码应为1、3、6位或更长数字", code="class_code"
        )
    above = parent_code(code)
    if above and not CatalogueClass.objects.filter(pk=above).exists():
        raise Conflict(f"class {above} is missing / 缺少上级分类 {above}", code="class_parent")
    values = {"name": dict(name), "kind": kind, "organisation": organisation, "pack": pack, "hidden": False}
    row, _made = CatalogueClass.objects.update_or_create(code=code, defaults=values)
    return row


def give_code(row: Resource) -> None:
    """The next code of the resource's class, when it has none of that class; an earlier code still leads to it."""
    if not row.classification or row.code.startswith(f"{row.classification}/"):
        return
    found = CatalogueClass.objects.select_for_update().filter(pk=row.classification).first()
    if found is None:
        return
    found.serial += 1
    found.save(update_fields=["serial"])
    if row.code:
        row.former_codes = [*row.former_codes, row.code]
    row.code = resource_code(found.code, found.serial)
    row.save(update_fields=["code", "former_codes"])
