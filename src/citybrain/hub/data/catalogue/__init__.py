"""The catalogue (目录): resources, items, duties, grades, lineage, versions, search."""
