"""Door of the data room: announce datasets, count them, read their rows under guard.

``measure`` answers with totals only and asks nobody's permission; ``read`` returns rows and asks for permission,
scope and purpose every time.
"""

from citybrain.hub.data.actions.sync_catalogue import sync_catalogue
from citybrain.hub.data.data import CatalogueRecord, Column, Dataset, Rows
from citybrain.hub.data.domain.csv_text import csv_text, safe_cell
from citybrain.hub.data.domain.registry import (
    dataset,
    datasets,
    forget_dataset,
    has_dataset,
    register_dataset,
)
from citybrain.hub.data.domain.statement import Question, condition
from citybrain.hub.data.queries.catalogue import catalogue, catalogue_record
from citybrain.hub.data.queries.measure import measure, measure_all, question
from citybrain.hub.data.queries.read import read

__all__ = [
    "CatalogueRecord", "Column", "Dataset", "Question", "Rows", "catalogue", "catalogue_record", "condition", "csv_text",
    "dataset", "datasets", "forget_dataset", "has_dataset", "measure", "measure_all", "question", "read",
    "register_dataset", "safe_cell", "sync_catalogue",
]  # fmt: skip
