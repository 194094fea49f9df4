"""What a model's SQL may say. A pack is untrusted: one SELECT over tables of the catalogue, functions of a closed kind.

Refused: several statements, anything but SELECT, tables without a namespace (files, other databases), functions that
make tables, read settings or files, parameters, ``*`` in the result (its items must be known by name).
"""

from dataclasses import dataclass

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from citybrain.hub.data.data import KEY
from citybrain.hub.data.domain.sql_names import stray_names

DIALECT = "duckdb"
# Functions the parser has no own class for; pure and bounded.
PLAIN = frozenset(
    [
        "len",
        "list_value",
        "list_sort",
        "list_distinct",
        "list_aggregate",
        "array_length",
        "md5_number_lower",
        "jaro_winkler_similarity",
        "levenshtein",
        "damerau_levenshtein",
        "strip_accents",
        "regexp_full_match",
        "regexp_extract",
        "regexp_replace",
        "lpad",
        "rpad",
        "isfinite",
        "epoch",
        "mode",
        "list",
        "bool_and",
        "bool_or",
        "nfc_normalize",
        "printf",
        "reverse",
        "translate",
        "last_day",
        "make_date",
        "strptime",
        "try_strptime",
    ]
)
REFUSED = (
    exp.ReadCSV, exp.ReadParquet, exp.GenerateSeries, exp.ExplodingGenerateSeries, exp.Columns, exp.Rand, exp.Randn,
    exp.Uuid, exp.CurrentUser, exp.SessionUser,
)  # fmt: skip
REFUSED_NODES = (
    exp.Into,
    exp.Parameter,
    exp.Placeholder,
    exp.SessionParameter,
    exp.Command,
    exp.Lateral,
    exp.TableSample,
)


@dataclass(frozen=True)
class Statement:
    """A checked statement: the resources it reads, the names of its result, its text in one form."""

    sql: str
    tables: tuple[str, ...]
    columns: tuple[str, ...]


class Refused(ValueError):
    """The SQL says something a model may not say; the message is in both languages."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(f"{en} / {zh}")
        self.zh, self.en = zh, en


def checked(sql: str) -> Statement:
    """The statement, or ``Refused`` with the first thing wrong."""
    tree = parsed(sql)
    refuse_nodes(tree)
    refuse_functions(tree)
    tables = named(tree)
    if not tables:
        raise Refused("模型要读目录中的表", "a model reads a table of the catalogue")
    return Statement(tree.sql(dialect=DIALECT, pretty=True), tuple(sorted(tables)), result_columns(tree))


def parsed(sql: str) -> exp.Query:
    """The only statement there is."""
    try:
        found = [tree for tree in sqlglot.parse(sql, read=DIALECT) if tree is not None]
    except (SqlglotError, RecursionError) as error:
        raise Refused("SQL 读不懂", f"the SQL cannot be read: {str(error).splitlines()[0][:120]}") from error
    if len(found) != 1 or not isinstance(found[0], exp.Query) or isinstance(found[0], exp.Table):
        raise Refused("模型只能是一条 SELECT", "a model is one SELECT")
    return found[0]


def refuse_nodes(tree: exp.Query) -> None:
    """No writing hidden in a part of it, no parameters."""
    for node in tree.walk():
        if isinstance(node, (exp.DML, exp.DDL, *REFUSED_NODES)) and not isinstance(node, exp.Query):
            raise Refused(f"模型里不能有 {node.key}", f"a model may not hold {node.key}")


def refuse_functions(tree: exp.Query) -> None:
    """Functions of the closed list only."""
    for node in tree.find_all(exp.Func):
        name = node.name.lower() if isinstance(node, exp.Anonymous | exp.AnonymousAggFunc) else node.key
        plain = not isinstance(node, exp.Anonymous | exp.AnonymousAggFunc) or name in PLAIN
        if isinstance(node, REFUSED) or not plain:
            raise Refused(f"不允许使用函数 {name}", f"the function {name} may not be used")


def named(tree: exp.Query) -> set[str]:
    """``namespace.noun`` of every table; names of WITH parts are no tables."""
    found = set()
    for node in tree.find_all(exp.Table):
        if not isinstance(node.this, exp.Identifier) or node.catalog or not plain_table(node):
            raise Refused("表只能写作“命名空间.名称”", "a table is written namespace.noun")
        if node.db:
            if not KEY.match(f"{node.db}.{node.name}"):
                raise Refused("没有这样的表名", "there is no table of such a name")
            found.add(f"{node.db}.{node.name}")
    for name in stray_names(tree):
        raise Refused(f"没有表 {name}", f"there is no table {name}")
    return found


def plain_table(node: exp.Table) -> bool:
    """Only a name with an alias and what is joined to it: no sample, no other version, no pivot by unknown names."""
    said = {word for word, value in node.args.items() if value}
    return said <= {"this", "db", "alias", "joins"}


def result_columns(tree: exp.Query) -> tuple[str, ...]:
    """Names of the result; each has one, none twice."""
    names = tuple(tree.named_selects)
    if any(select.is_star for select in tree.selects):
        raise Refused("结果不能用 *，请逐项写出", "the result names every item, no *")
    if not all(isinstance(select, exp.Alias | exp.Column) for select in tree.selects) or len(
        set(names)
    ) != len(names):
        raise Refused("结果的每一项都要有不重复的名字", "every item of the result has a name of its own")
    return names


def only_newer(sql: str, resource: str, since: str, until: str = "") -> str:
    """The statement reading only rows of ``resource`` that came after one parameter, and not after another; trusted names."""
    tree = parsed(sql)
    for node in list(tree.find_all(exp.Table)):
        if f"{node.db}.{node.name}" == resource:
            alias = node.alias or node.name
            inner = exp.select("*").from_(exp.table_(node.name, db=node.db, quoted=False))
            inner = inner.where(exp.GT(this=exp.column("_at"), expression=exp.Parameter(this=exp.var(since))))
            if until:
                inner = inner.where(
                    exp.LTE(this=exp.column("_at"), expression=exp.Parameter(this=exp.var(until)))
                )
            node.replace(inner.subquery(alias))
    return tree.sql(dialect=DIALECT)
