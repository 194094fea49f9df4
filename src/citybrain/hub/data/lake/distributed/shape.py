"""What a question may be: one SELECT over tables of the catalogue, decided on the parsed tree. Free of Django.

No other statement, no table function, no file, no table outside ``namespace.noun``: whatever is not known to be harmless
is refused, so that it does not matter which engine's functions can open files.
"""

import re

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from citybrain.hub.data.domain.sql_names import stray_names
from citybrain.kernel.errors import FieldProblem, Invalid

WORD = re.compile(r"[a-z][a-z0-9_]{0,59}")
LONGEST = 20_000
QUERIES = (exp.Select, exp.SetOperation, exp.Subquery)
FORBIDDEN = (
    exp.DML, exp.DDL, exp.Command, exp.Into, exp.Pivot, exp.Copy, exp.Set, exp.Use, exp.Pragma, exp.Attach, exp.Lateral,
)  # fmt: skip
# What tells of the engine, its settings, views and files or of rows nobody asked for, acts, or only waits.
TELLING = frozenset(
    ["current_setting", "current_query", "getvariable", "getenv", "stats", "error", "write_log", "sleep_ms", "nextval",
     "currval", "setseed", "in_search_path", "txid_current", "obj_description", "col_description", "shobj_description",
     "parse_duckdb_log_message"]
)  # fmt: skip
TELLING_BEGINS = ("pg_", "inet_", "has_", "current_connection", "current_transaction", "current_query")


def refused(message: str, code: str = "sql") -> Invalid:
    """A refusal that names the statement."""
    return Invalid([FieldProblem("sql", code, message)])


def checked(sql: str) -> exp.Query:
    """The parsed question; Invalid otherwise."""
    if len(sql) > LONGEST or "\0" in sql:
        raise refused("the statement is too long or unreadable / 语句过长或无法读取", "unreadable")
    try:
        found = [tree for tree in sqlglot.parse(sql, read="duckdb") if tree is not None]
    except (SqlglotError, RecursionError) as error:
        raise refused(
            f"the statement cannot be read / 语句无法解析: {str(error)[:200]}", "unreadable"
        ) from error
    if len(found) != 1 or not isinstance(found[0], QUERIES):
        raise refused("only one SELECT is answered / 只接受一条 SELECT 查询", "not_select")
    tree = found[0]
    for node in tree.walk():
        check_node(node)
    check_tables(tree)
    return tree


def check_node(node: exp.Expr) -> None:
    """Nothing that writes, sets, loads, or turns a name into something else."""
    if isinstance(node, FORBIDDEN) and not isinstance(node, QUERIES):
        raise refused("only reading is answered here / 只允许读取", "not_select")
    if isinstance(node, exp.Func):
        name = (node.name if isinstance(node, exp.Anonymous) else node.sql_name()).lower()
        if name in TELLING or (name.startswith(TELLING_BEGINS) and name != "pg_typeof"):
            raise refused(
                f"the function {name[:60]} is not offered here / 不支持函数 {name[:60]}", "function"
            )


def check_tables(tree: exp.Query) -> None:
    """Every source is a table of the catalogue, a subquery, a list of values or a name given by WITH."""
    for table in tree.find_all(exp.Table):
        plain = isinstance(table.this, exp.Identifier) and not table.catalog
        known = not table.db or (WORD.fullmatch(table.db) and WORD.fullmatch(table.name))
        if not plain or not known or table.args.get("version") or table.args.get("when"):
            raise not_a_table()
    for _name in stray_names(tree):
        raise not_a_table()
    for source in tree.find_all(exp.From, exp.Join):
        if not isinstance(source.this, exp.Table | exp.Subquery | exp.Values):
            raise refused("functions are no tables here / 不支持表函数", "table_function")


def not_a_table() -> Invalid:
    """The refusal of anything else that is read from."""
    return refused("only tables of the catalogue can be read / 只能读取目录中的数据表", "not_a_table")
