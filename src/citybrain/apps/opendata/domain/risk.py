"""How easily somebody could be found again: equivalence classes, small cells, a tried linkage. Figures, not opinions."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from citybrain.apps.opendata.domain.treatment import Treatment

CLASS = "__class"


def sized(rows: pa.Table, quasi: list[str]) -> pa.Table:
    """The rows with the size of their equivalence class beside them (column ``__class``)."""
    keys = {
        f"__q{n}": pc.fill_null(pc.cast(rows.column(name), pa.string()), "\x00")
        for n, name in enumerate(quasi)
    }
    joined = pc.binary_join_element_wise(*keys.values(), "\x1f")
    counts = {c["values"]: c["counts"] for c in pc.value_counts(joined).to_pylist()}
    return rows.append_column(CLASS, pa.array([counts[key] for key in joined.to_pylist()], pa.int64()))


def anonymous(rows: pa.Table, treatment: Treatment) -> tuple[pa.Table, dict[str, Any]]:
    """Rows in classes of at least k, and what was found: smallest class before and after, classes below k, rows suppressed."""
    quasi = treatment.named("quasi")
    if not quasi or not rows.num_rows:
        return rows, {"quasi": quasi, "checked": False, "suppressed": 0}
    with_size = sized(rows, quasi)
    sizes = with_size.column(CLASS)
    classes = {
        size: n
        for size, n in ((c["values"], c["counts"] // c["values"]) for c in pc.value_counts(sizes).to_pylist())
    }
    below = {size: n for size, n in classes.items() if size < treatment.k}
    kept = with_size.filter(pc.greater_equal(sizes, treatment.k))
    least = pc.min(kept.column(CLASS)).as_py() if kept.num_rows else 0
    return kept.drop_columns([CLASS]), {
        "checked": True, "quasi": quasi, "k_wanted": treatment.k, "k_before": min(classes), "k_after": least,
        "classes": sum(classes.values()), "classes_below": sum(below.values()),
        "suppressed": rows.num_rows - kept.num_rows, "share_suppressed": round(1 - kept.num_rows / rows.num_rows, 4),
        "diversity": diversity(kept.drop_columns([CLASS]), quasi, treatment.named("sensitive")),
    }  # fmt: skip


def diversity(rows: pa.Table, quasi: list[str], sensitive: list[str]) -> dict[str, int]:
    """For each sensitive attribute the fewest different values in one class: 1 means a class gives it away."""
    if not sensitive or not rows.num_rows:
        return {}
    grouped = rows.group_by(quasi).aggregate([(name, "count_distinct") for name in sensitive])
    return {name: pc.min(grouped.column(f"{name}_count_distinct")).as_py() or 0 for name in sensitive}


def small_cells(rows: pa.Table, treatment: Treatment) -> dict[str, int]:
    """How many counts above zero and below the threshold are left, by column."""
    found = {}
    for name in treatment.named("count"):
        values = pc.cast(rows.column(name), pa.float64())
        small = pc.and_(pc.greater(values, 0), pc.less(values, float(treatment.small_cell)))
        found[name] = pc.sum(pc.cast(small, pa.int64())).as_py() or 0
    return found


def linkage(rows: pa.Table, reference: pa.Table, quasi: list[str]) -> dict[str, Any]:
    """A tried re-identification: released rows whose quasi-identifiers match exactly one row of the reference.

    ``reference`` holds the same columns after the same steps. Both tables are compared by value.
    """
    common = [name for name in quasi if name in rows.column_names and name in reference.column_names]
    if not common or not rows.num_rows:
        return {"tried": False, "columns": common}
    known = counted(reference, common)
    matches = [known.get(key, 0) for key in keys_of(rows, common)]
    unique = sum(1 for n in matches if n == 1)
    return {
        "tried": True, "columns": common, "reference_rows": reference.num_rows, "rows": rows.num_rows,
        "matched": sum(1 for n in matches if n), "unique": unique, "share_unique": round(unique / rows.num_rows, 4),
    }  # fmt: skip


def keys_of(rows: pa.Table, names: list[str]) -> list[tuple[str, ...]]:
    """The values of the named columns, row by row, as text."""
    columns = [pc.fill_null(pc.cast(rows.column(name), pa.string()), "").to_pylist() for name in names]
    return list(zip(*columns, strict=True))


def counted(rows: pa.Table, names: list[str]) -> dict[tuple[str, ...], int]:
    """How often each combination occurs."""
    found: dict[tuple[str, ...], int] = {}
    for key in keys_of(rows, names):
        found[key] = found.get(key, 0) + 1
    return found


def verdict(report: dict[str, Any], treatment: Treatment) -> list[str]:
    """Codes of what keeps this version from being public; empty when it passed."""
    faults = []
    classes = report.get("classes", {})
    if not report.get("rows"):
        faults.append("empty")
    if classes.get("checked") and classes["k_after"] < treatment.k:
        faults.append("k_not_reached")
    if classes.get("checked") and any(n < 2 for n in classes["diversity"].values()):
        faults.append("not_diverse")
    if any(report.get("small_cells", {}).values()):
        faults.append("small_cells")
    linked = report.get("linkage", {})
    if linked.get("tried") and linked["share_unique"] > treatment.most_unique:
        faults.append("linkable")
    return faults
