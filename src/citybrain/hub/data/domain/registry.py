"""The register of datasets: rooms announce theirs in ``datasets.py``. Refuses two different ones under one key."""

from citybrain.hub.data.data import Dataset
from citybrain.kernel.errors import NotFound

_datasets: dict[str, Dataset] = {}


def register_dataset(dataset: Dataset) -> Dataset:
    """Announce a dataset; again with the same content is fine, with another is a mistake."""
    if _datasets.setdefault(dataset.key, dataset) != dataset:
        raise ValueError(f"dataset {dataset.key!r} is registered twice")
    return dataset


def forget_dataset(key: str) -> None:
    """Take a dataset back (tests)."""
    _datasets.pop(key, None)


def dataset(key: str) -> Dataset:
    """The dataset of that key; NotFound otherwise."""
    if key not in _datasets:
        raise NotFound(f"no dataset {key!r} / 没有这个数据集", code="no_dataset")
    return _datasets[key]


def has_dataset(key: str) -> bool:
    """Whether a room announced it."""
    return key in _datasets


def datasets() -> list[Dataset]:
    """All datasets, by key."""
    return sorted(_datasets.values(), key=lambda d: d.key)
