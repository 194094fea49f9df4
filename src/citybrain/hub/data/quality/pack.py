"""The part of a pack that quality owns: ``quality_rules`` (order 76)."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from citybrain.hub.data.models import QualityProfile, QualityRule, Resource
from citybrain.hub.data.quality.actions.write_rule import new_version
from citybrain.hub.data.quality.domain.kinds import DIMENSIONS, KINDS
from citybrain.hub.data.quality.domain.rule import Rule, faults, shape_faults
from citybrain.hub.data.quality.queries.rules import surroundings
from citybrain.hub.packs import api as packs
from citybrain.kernel.actor import Actor
from citybrain.kernel.text import Text

Key = Annotated[str, StringConstraints(pattern=r"^[a-z]+\.[a-z][a-z0-9_]{0,59}$")]
Word = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,79}$")]


class Strict(BaseModel):
    """Unknown keys are mistakes."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class RuleDocument(Strict):
    """One rule of a resource; ``with`` holds the parameters of its kind."""

    rule: Word
    kind: Literal[tuple(KINDS)]  # type: ignore[valid-type]
    items: tuple[Word, ...] = ()
    params: dict[str, Any] = Field(default_factory=dict, alias="with")
    title: Text
    dimension: Literal["", *DIMENSIONS] = ""  # type: ignore[valid-type]
    severity: Literal["mandatory", "advisory"] = "mandatory"
    weight: int = Field(default=10, ge=1, le=100)
    basis: str = Field(default="", max_length=200)


class RulesDocument(Strict):
    """Rules of one resource, and whether its rows of earlier cycles stay valid."""

    resource: Key
    historical: bool = False
    historical_item: Word | Literal[""] = ""
    historical_reason: str = Field(default="", max_length=200)
    rules: tuple[RuleDocument, ...] = ()

    def records(self, pack: str) -> Iterator[Rule]:
        """The rules as scans know them."""
        for one in self.rules:
            yield Rule(
                resource=self.resource, key=one.rule, kind=one.kind, items=one.items, params=one.params,
                dimension=one.dimension or KINDS[one.kind].dimension, severity=one.severity, weight=one.weight,
                title=one.title, basis=one.basis, origin="pack", pack=pack,
            )  # fmt: skip


class QualityRules:
    """Rules of resources; read-only on screen."""

    key, order, schema = "quality_rules", 76, RulesDocument

    def check(self, ctx: packs.Context, docs: Sequence[packs.PackDocument]) -> Iterable[packs.Problem]:
        """Every rule makes sense; items and other resources exist where the resource is in the catalogue."""
        for doc in docs:
            yield from self.problems(ctx, doc)

    def problems(self, ctx: packs.Context, doc: packs.PackDocument) -> Iterator[packs.Problem]:
        """What is wrong with one document."""
        said: RulesDocument = doc.data
        names = [one.rule for one in said.rules]
        for name in sorted({n for n in names if names.count(n) > 1}):
            yield ctx.problem(
                doc, "rules", code="twice", zh=f"规则“{name}”重复", en=f"rule {name} is named twice"
            )
        if (said.historical or said.historical_item) and not said.historical_reason:
            yield ctx.problem(
                doc,
                "historical_reason",
                code="no_reason",
                zh="历史数据须写明理由",
                en="historical rows need a reason",
            )
        row = Resource.objects.filter(pk=said.resource).prefetch_related("items").first()
        rules = list(said.records(doc.pack))
        if row is None:
            yield ctx.problem(
                doc, "resource", code="unknown_resource", level="warning",
                zh=f"目录中没有“{said.resource}”,规则在它登记后生效", en=f"{said.resource} is not in the catalogue yet",
            )  # fmt: skip
        around = surroundings(row.record(), rules) if row else None
        for number, rule in enumerate(rules):
            for found in faults(rule, around) if around else shape_faults(rule):
                yield ctx.problem(
                    doc,
                    ("rules", number),
                    code=found.code,
                    zh=f"{rule.key}:{found.said.zh}",
                    en=f"{rule.key}: {found.said.en}",
                )

    def apply(self, ctx: packs.Context, doc: packs.PackDocument) -> None:
        """Write the rules, switch off those the document no longer has."""
        said: RulesDocument = doc.data
        by = Actor.system("packs")
        mine = QualityRule.objects.filter(current=True, pack=doc.pack, document=doc.key)
        mine.exclude(resource=said.resource, key__in=[r.rule for r in said.rules]).update(active=False)
        for rule in said.records(doc.pack):
            old = QualityRule.objects.filter(resource=rule.resource, key=rule.key, current=True).first()
            new_version(rule, old, by=by, origin="pack", pack=doc.pack, document=doc.key)
        if said.historical or said.historical_item:
            values = said.model_dump(include={"historical", "historical_item", "historical_reason"})
            QualityProfile.objects.update_or_create(pk=said.resource, defaults=values)

    def hide(self, ctx: packs.Context, pack: str, key: str) -> None:
        """Its rules are scanned no more; results stay."""
        QualityRule.objects.filter(current=True, pack=pack, document=key).update(active=False)

    def used(self, pack: str, key: str, version: int) -> bool:
        """Every change is a version of the rule itself; the document may change at any time."""
        return False


packs.register_part(QualityRules())
