"""Names in a statement that stand for no table of the catalogue: only those a WITH around them gives. Free of Django.

An engine looks for any other bare name among its temporary views (which hold whole tables) and among files. That a WITH
gives the name somewhere else in the statement is not enough: it must be visible where the name stands.
"""

from collections.abc import Iterator

from sqlglot import exp


def stray_names(tree: exp.Expr) -> Iterator[str]:
    """Bare names used as tables where no WITH gives them, and names no WITH may give (paths, addresses)."""
    for table in tree.find_all(exp.Table):
        if not table.db and (not table.name.isidentifier() or table.name.lower() not in visible(table)):
            yield table.name


def visible(table: exp.Table) -> set[str]:
    """Names that WITH parts give at this place, in small letters."""
    found: set[str] = set()
    node: exp.Expr = table
    while node.parent is not None:
        below, node = node, node.parent
        if isinstance(node, exp.With):
            found |= earlier(node, below, table)
            below, node = (
                node,
                node.parent or node,
            )  # the query it belongs to gives nothing more to its own parts
            continue
        given = next((part for part in node.args.values() if isinstance(part, exp.With)), None)
        if given is not None:
            found |= {cte.alias.lower() for cte in given.expressions}
    return found


def earlier(given: exp.With, part: exp.Expr, table: exp.Table) -> set[str]:
    """What one part of a WITH sees: those before it, and itself where it is called again (right side of its UNION)."""
    names = set()
    for cte in given.expressions:
        if cte is part:
            break
        names.add(cte.alias.lower())
    whole = part.this
    if given.args.get("recursive") and isinstance(whole, exp.Union) and within(table, whole.expression):
        names.add(part.alias.lower())
    return names


def within(node: exp.Expr, whole: exp.Expr) -> bool:
    """Whether a node is a part of another."""
    while node is not whole and node.parent is not None:
        node = node.parent
    return node is whole
