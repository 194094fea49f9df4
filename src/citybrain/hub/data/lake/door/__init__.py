"""The door for other engines: an Iceberg REST catalogue over the tables of the lake.

DuckDB, Spark, Trino, StarRocks and pyiceberg attach to ``/data/iceberg`` with the credentials of a client (a row). Every
call is authenticated, checked against the client's grants and audited. Refuses what is the city's own upkeep: dropping,
renaming, forgetting snapshots, going back in time, and every path or property that would lead our readers elsewhere.
"""
