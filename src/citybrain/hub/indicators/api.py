"""Door of indicators: present figures, series, explanations, tasks; events Warned and Recovered.

Figures are Decimals or None (nobody knows). A reading whose data are older than its frequency is grey.
"""

from citybrain.hub.indicators.actions.compute import recompute, refresh_live
from citybrain.hub.indicators.actions.tasks import acknowledge_task, close_task
from citybrain.hub.indicators.data import (
    Explanation,
    Point,
    Reading,
    Recovered,
    SideExplained,
    TaskRecord,
    Warned,
)
from citybrain.hub.indicators.queries.explanations import explain, side_rows
from citybrain.hub.indicators.queries.readings import all_versions, by_member, readings, series, value
from citybrain.hub.indicators.queries.tasks import tasks_for

__all__ = [
    "Explanation", "Point", "Reading", "Recovered", "SideExplained", "TaskRecord", "Warned", "acknowledge_task",
    "all_versions", "by_member", "close_task", "explain", "readings", "recompute", "refresh_live", "series", "side_rows",
    "tasks_for", "value",
]  # fmt: skip
