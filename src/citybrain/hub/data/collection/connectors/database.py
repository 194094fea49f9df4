"""Tables of PostgreSQL and MySQL/MariaDB by DuckDB's scanners: columns instead of rows (1 M rows/s measured), no client
library for MySQL besides, and the result goes to Parquet without passing through Python. dlt was measured at a tenth of
that and brings its own state store.

The question is asked of the source as one SELECT, read-only. Identifiers come from the source's own catalogue and are
quoted; a name that is not in it is refused.
"""

import contextlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

from citybrain.hub.data.collection.connectors.addresses import allowed_address
from citybrain.hub.data.collection.domain.shape import Shape
from citybrain.hub.data.collection.ports import Access, Finding, Staged, Thing, Wish
from citybrain.hub.data.lake.engine import extension
from citybrain.kernel.errors import CityError, FieldProblem, Invalid, Unavailable
from citybrain.kernel.text import Text

MOST = 500
SCANNERS = {"postgresql": "postgres", "mysql": "mysql"}
PORTS = {"postgresql": 5432, "mysql": 3306}
HIDDEN = ("information_schema", "pg_catalog", "mysql", "performance_schema", "sys")
QUOTES = {"postgresql": '"', "mysql": "`"}


class Database:
    """One SQL server. Positions: ``{"value": the highest value read of the followed column}``, as text."""

    def __init__(self, kind: str) -> None:
        self.kind, self.scanner = kind, SCANNERS[kind]

    def check(self, access: Access) -> list[Finding]:
        """Reachable, let in, tables to see."""
        try:
            count = len(self.discover(access))
        except CityError as error:
            return [Finding(False, Text(zh=str(error), en=str(error)), Text(zh="核对地址、库名、账号;只需只读权限", en="Check address, database and account; the right to read is enough"))]  # fmt: skip
        if not count:
            return [Finding(False, Text(zh="已连接,但看不到任何表", en="Connected, but no table can be seen"), Text(zh="请对方授予这些表的SELECT权限", en="Ask the other side for SELECT on the tables"))]  # fmt: skip
        return [
            Finding(True, Text(zh=f"连接正常,可读 {count} 张表", en=f"Connected, {count} tables can be read"))
        ]

    def discover(self, access: Access) -> list[Thing]:
        """Tables and views as ``schema.table``."""
        with self.opened(access) as engine:
            return [Thing(f"{schema}.{name}") for schema, name in self.tables(engine, access)]

    def bring(self, access: Access, wish: Wish, folder: Path) -> Staged:
        """The table, or what is new in it, as one Parquet file."""
        target = folder / "table.parquet"
        with self.opened(access) as engine:
            table = self.known(engine, access, wish.thing)
            high = self.highest(engine, table, wish)
            sql = self.asked(table, wish, high)
            with told("reading the table failed / 读取数据表失败"):
                engine.execute(
                    f"COPY (SELECT * FROM {self.ask(sql)}) TO '{quoted(str(target))}' (FORMAT parquet)"  # noqa: S608
                )
        position = {"value": high} if wish.follow and high is not None else dict(wish.position)
        return Staged(target, Shape(kind="parquet"), wish.thing, position)

    # -- the question ---------------------------------------------------------------------------------------------

    def ask(self, sql: str) -> str:
        """The engine's table function that hands a SELECT to the source as it is."""
        return f"{self.scanner}_query('source', '{quoted(sql)}')"

    def name(self, word: str) -> str:
        """An identifier in the source's quotes."""
        sign = QUOTES[self.kind]
        return sign + word.replace(sign, sign * 2) + sign

    def value(self, text: str) -> str:
        """A text of ours as a literal of the source."""
        if self.kind == "mysql":
            text = text.replace("\\", "\\\\")
        return "'" + text.replace("'", "''").replace("\0", "") + "'"

    def asked(self, table: tuple[str, str], wish: Wish, high: str | None) -> str:
        """SELECT of the whole table, or of what lies behind the position up to the highest value there was."""
        sql = f"SELECT * FROM {self.name(table[0])}.{self.name(table[1])}"  # noqa: S608 - names of the source's catalogue, quoted
        if wish.follow and high is not None:
            column = self.name(wish.follow)
            tests = [f"{column} <= {self.value(high)}"]
            if wish.position.get("value") is not None:
                tests.append(f"{column} > {self.value(str(wish.position['value']))}")
            sql += f" WHERE {' AND '.join(tests)} ORDER BY {column}"
        return sql + (f" LIMIT {int(wish.most)}" if wish.most is not None else "")

    def highest(self, engine: duckdb.DuckDBPyConnection, table: tuple[str, str], wish: Wish) -> str | None:
        """The highest value of the followed column now, as the source writes it. Invalid for an unknown column."""
        if not wish.follow:
            return None
        if wish.follow not in self.columns(engine, table):
            raise Invalid(
                [
                    FieldProblem(
                        "follow",
                        "column",
                        f"the table has no column {wish.follow} / 表中没有列 {wish.follow}",
                    )
                ]
            )
        word = "CHAR" if self.kind == "mysql" else "text"
        sql = f"SELECT CAST(max({self.name(wish.follow)}) AS {word}) AS high FROM {self.name(table[0])}.{self.name(table[1])}"  # noqa: S608
        with told("reading the table failed / 读取数据表失败"):
            found = engine.execute(f"SELECT high FROM {self.ask(sql)}").fetchone()  # noqa: S608
        return None if found is None or found[0] is None else str(found[0])

    # -- what there is --------------------------------------------------------------------------------------------

    def tables(self, engine: duckdb.DuckDBPyConnection, access: Access) -> list[tuple[str, str]]:
        """(schema, table) the account may see; MySQL's schemas are databases: only the one that was named."""
        only = f"= {self.value(str(access.settings.get('database', '')))}" if self.kind == "mysql" else f"NOT IN ({', '.join(map(self.value, HIDDEN))})"  # fmt: skip
        sql = f"SELECT table_schema AS s, table_name AS t FROM information_schema.tables WHERE table_schema {only} ORDER BY 1, 2 LIMIT {MOST}"  # noqa: S608
        with told("the catalogue of the source cannot be read / 无法读取来源库的目录"):
            return [
                (str(s), str(t))
                for s, t in engine.execute(f"SELECT s, t FROM {self.ask(sql)}").fetchall()  # noqa: S608
            ]

    def columns(self, engine: duckdb.DuckDBPyConnection, table: tuple[str, str]) -> list[str]:
        """Column names of a table."""
        sql = f"SELECT column_name AS c FROM information_schema.columns WHERE table_schema = {self.value(table[0])} AND table_name = {self.value(table[1])}"  # noqa: S608
        return [str(row[0]) for row in engine.execute(f"SELECT c FROM {self.ask(sql)}").fetchall()]  # noqa: S608

    def known(self, engine: duckdb.DuckDBPyConnection, access: Access, thing: str) -> tuple[str, str]:
        """The table of that name in the source's own catalogue. Invalid otherwise."""
        for schema, name in self.tables(engine, access):
            if thing == f"{schema}.{name}":
                return schema, name
        raise Invalid(
            [FieldProblem("thing", "no_table", f"the source has no table {thing} / 来源库中没有表 {thing}")]
        )

    # -- the connection -------------------------------------------------------------------------------------------

    @contextmanager
    def opened(self, access: Access) -> Iterator[duckdb.DuckDBPyConnection]:
        """An engine attached to the source, read-only; nothing of it outlives the block."""
        given = access.settings
        host, port = str(given.get("host", "")), int(given.get("port") or PORTS[self.kind])
        address = allowed_address(host, port)
        engine = duckdb.connect(
            config={"autoinstall_known_extensions": "false", "memory_limit": "1GB", "threads": 2}
        )
        try:
            engine.execute("SET TimeZone = 'Asia/Shanghai'")
            engine.execute(f"LOAD '{quoted(extension(f'{self.scanner}_scanner'))}'")
            words = self.words(given, host, address, port, access.secret)
            with told("the database does not let us in / 无法连接数据库"):
                engine.execute(f"ATTACH '{quoted(words)}' AS source (TYPE {self.scanner}, READ_ONLY)")
            yield engine
        finally:
            engine.close()

    def words(self, given: dict[str, Any], host: str, address: str, port: int, secret: str) -> str:
        """The connection string, every value quoted."""
        user, database = str(given.get("user", "")), str(given.get("database", ""))
        if self.kind == "postgresql":
            pairs = {"host": host, "hostaddr": address, "port": port, "user": user, "password": secret, "dbname": database,
                     "connect_timeout": 10, "options": "-c default_transaction_read_only=on"}  # fmt: skip
            return " ".join(
                "{}='{}'".format(k, str(v).replace("\\", "\\\\").replace("'", "\\'"))
                for k, v in pairs.items()
            )
        pairs = {"host": address, "port": port, "user": user, "password": secret, "database": database}
        return " ".join(
            '{}="{}"'.format(k, str(v).replace("\\", "\\\\").replace('"', '\\"')) for k, v in pairs.items()
        )


def quoted(text: str) -> str:
    """Inside single quotes of the engine."""
    return text.replace("'", "''")


@contextlib.contextmanager
def told(sentence: str) -> Iterator[None]:
    """Errors of the source as a plain sentence; what the source said stays out of it (it may hold rows or secrets)."""
    try:
        yield
    except duckdb.Error as error:
        raise Unavailable(sentence, code="source") from error
