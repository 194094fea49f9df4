"""Masks and filters mean the same in PostgreSQL, in the lake's engine and in the kernel."""

import duckdb
import pytest
from django.db import connection

from citybrain.hub.data.grants.domain import masks
from citybrain.hub.data.lake import dialect
from citybrain.kernel import masking

VALUES = ["", "林", "林小梅", "欧阳", "350902199001010011", "35090219900101", "1234", "12345", "13812341234", "12",
          "lin@example.com", "@x", "nobody", "宁德市蕉城区金涵乡一号楼", "福建", "6222021234567890", "123456", " 空 格 "]  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("kind", [*masking.KINDS, "other", True])
def test_masks_in_sql_are_the_kernels(kind):
    sql = f"SELECT {masks.masked(kind, 'd.v')} AS shown FROM (SELECT %s::text AS v) AS d"
    with connection.cursor() as cursor, duckdb.connect() as engine:
        for value in VALUES:
            wanted = masking.mask(kind if isinstance(kind, str) else "", value.strip())
            cursor.execute(sql, [value])
            assert cursor.fetchone()[0] == wanted, value
            assert engine.execute(dialect.translated(sql), [value]).fetchone()[0] == wanted, value
        cursor.execute(sql, [None])
        assert cursor.fetchone()[0] is None
