"""Tests of the project floor: processes, headers, errors, live push."""
