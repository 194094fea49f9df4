"""Collection (汇聚): sources, connectors, collections with their runs, rows accepted and rejected."""
