"""The distributed engine: questions go to a Spark Connect server that reads the same Iceberg tables.

One dialect is written (DuckDB's); it is checked, translated by its parsed tree, and the answer is brought into the types
the embedded engine would give. What has no equal on a cluster is refused, never answered differently.
"""

from citybrain.hub.data.lake.distributed.answering import query
from citybrain.hub.data.lake.distributed.session import forget

__all__ = ["forget", "query"]
