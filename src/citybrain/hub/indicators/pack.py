"""The part of a pack that indicators owns: ``indicators``."""

from collections.abc import Iterable, Sequence

from citybrain.hub.data import api as data
from citybrain.hub.indicators.actions.apply_indicator import apply_indicator, has_values, hide_indicator
from citybrain.hub.indicators.domain.formula import lines_of
from citybrain.hub.indicators.schema import IndicatorDocument, Side
from citybrain.hub.packs import api as packs
from citybrain.kernel.expressions import ExpressionError

COLUMN_OF = {"county": "division_column", "organisation": "organisation_column", "matter": "matter_column"}


class Indicators:
    """Indicators with their targets, formulas and thresholds."""

    key, order, schema = "indicators", 80, IndicatorDocument

    def check(self, ctx: packs.Context, docs: Sequence[packs.PackDocument]) -> Iterable[packs.Problem]:
        """Conditions compile, columns exist, thresholds agree, windows have a time to stand on."""
        for doc in docs:
            for role, side in doc.data.sides.items():
                if side.dataset:
                    yield from self.side_problems(ctx, doc, role, side)
            lines = lines_of(doc.data)
            for fault in lines.faults() if lines else []:
                yield ctx.problem(
                    doc,
                    "thresholds",
                    code="thresholds",
                    zh=f"阈值自相矛盾({fault})",
                    en=f"thresholds contradict: {fault}",
                )

    def side_problems(
        self, ctx: packs.Context, doc: packs.PackDocument, role: str, side: Side
    ) -> Iterable[packs.Problem]:
        """What is wrong with one side, given the dataset it counts."""
        assert side.dataset is not None
        if not data.has_dataset(side.dataset) and data.in_packs(ctx, side.dataset):
            return  # a table of the lake: its columns are there once the pack is installed
        if not data.has_dataset(side.dataset):
            yield ctx.problem(
                doc, (role, "dataset"), code="unknown_dataset", level="warning",
                zh=f"没有模块登记数据集“{side.dataset}”,指标将显示“暂无数据”",
                en=f"no room announces the dataset {side.dataset}; the indicator will show “no data yet”",
            )  # fmt: skip
            return
        dataset = data.dataset(side.dataset)
        try:
            data.condition(dataset, side.where)
        except ExpressionError as error:
            yield ctx.problem(
                doc, (role, "where"), code="condition", zh=f"条件有误:{error.zh}", en=f"condition: {error.en}"
            )
        for name in filter(None, (side.measure.partition(":")[2], side.time)):
            if not dataset.has(name):
                yield ctx.problem(
                    doc, (role,), code="unknown_column",
                    zh=f"数据集“{side.dataset}”没有列“{name}”", en=f"{side.dataset} has no column {name}",
                )  # fmt: skip
        if doc.data.by_days and not (side.time or dataset.time_column):
            yield ctx.problem(
                doc, (role,), code="no_time", zh="数据集没有时间列", en="the dataset has no time column"
            )
        for dimension in doc.data.dimensions:
            if not getattr(dataset, COLUMN_OF[dimension]):
                yield ctx.problem(
                    doc, "dimensions", code="no_dimension",
                    zh=f"数据集“{side.dataset}”不能按“{dimension}”分组", en=f"{side.dataset} cannot be split by {dimension}",
                )  # fmt: skip

    def apply(self, ctx: packs.Context, doc: packs.PackDocument) -> None:
        """Upsert the indicator and its version."""
        apply_indicator(doc.data, pack=doc.pack)
        name = f"indicator:{doc.data.key}"
        data.record_lineage(upstream=counted(doc.data), downstream=(name, ""), made_by=name, by=ctx.by)

    def hide(self, ctx: packs.Context, pack: str, key: str) -> None:
        """Hide it; its values stay."""
        hide_indicator(pack=pack, key=key)

    def used(self, pack: str, key: str, version: int) -> bool:
        """A version that has values is frozen: a changed formula needs a new version, and both series stay."""
        return has_values(key, version)


def counted(document: IndicatorDocument) -> set[tuple[str, str]]:
    """What an indicator is made from, for the lineage: the datasets it counts, or the columns it adds up."""
    sides = [side for side in document.sides.values() if side.dataset]
    return {(side.dataset or "", side.measure.partition(":")[2]) for side in sides}


packs.register_part(Indicators())
