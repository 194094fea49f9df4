"""Models of the layers as they stand: their order, what is behind, their runs."""

from datetime import datetime

from citybrain.hub.data.models import LakeModel, ModelRun
from citybrain.hub.data.registers.domain.order import ordered
from citybrain.kernel.errors import NotFound


def models_alive() -> dict[str, LakeModel]:
    """Every model in force by key."""
    return {row.key: row for row in LakeModel.objects.filter(alive=True)}


def model_row(key: str) -> LakeModel:
    """A model in force; NotFound otherwise."""
    row = LakeModel.objects.filter(pk=key.replace("\0", ""), alive=True).first()
    if row is None:
        raise NotFound(f"no model {key!r} / 没有这个模型", code="no_model")
    return row


def upstream_map() -> dict[str, list[str]]:
    """Key → resources it reads, of every model in force."""
    return dict(LakeModel.objects.filter(alive=True).values_list("key", "upstream"))


def build_order() -> list[str]:
    """Keys of all models in the order they run; ``order.Circle`` when they wait for each other."""
    return ordered(upstream_map())


def newest_runs() -> dict[str, ModelRun]:
    """The newest run of each model, in one question."""
    rows = ModelRun.objects.order_by("model_id", "-begun_at").distinct("model_id")
    return {row.model_id: row for row in rows}


def read_until(key: str) -> datetime | None:
    """Up to when the model has read all of its upstream; None when it never did."""
    found = (
        ModelRun.objects.filter(model_id=key, state="done", until__isnull=False)
        .order_by("-begun_at")
        .values_list("until", flat=True)
    )
    return found.first()
