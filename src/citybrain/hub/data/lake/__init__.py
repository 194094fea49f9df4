"""The lake: Apache Iceberg tables, catalogue in the application's PostgreSQL, read by an engine in this process.

Knows tables, columns, files and SQL; knows nothing of owners, grants or purposes. Whoever reads for a person comes
through the guarded doors of the data room, never straight to this folder.
"""
