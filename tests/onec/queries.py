"""Runs the queries of the extension over lists of rows: the part of the query language that they use.

Strict where 1C is: a field must exist, and stand in СГРУППИРОВАТЬ ПО unless it is summed up.
"""

from collections.abc import Iterator
from typing import Any

from tree_sitter import Node

from tests.onec.query_expressions import Env, Expressions, Row, child, plain, sortable
from tests.onec.source import nodes, query_tree, text
from tests.onec.values import Failure


class Argument:
    """A parameter of a virtual table: a value, a word such as Регистратор, or a condition on its rows."""

    def __init__(self, batch: "Batch", node: Node) -> None:
        self.batch, self.node = batch, node

    @property
    def word(self) -> str:
        return text(self.node)

    def value(self) -> Any:
        return self.batch.value(self.node, {})

    def accepts(self, row: Row) -> bool:
        return self.batch.value(self.node, {"": row}) is True


class Batch(Expressions):
    """A batch of queries with its parameters and temporary tables."""

    def __init__(self, base: Any, parameters: dict[str, Any]) -> None:
        self.base, self.parameters = base, parameters
        self.temporary: dict[str, list[Row]] = {}

    def run(self, package: str) -> list[list[Row]]:
        tree = query_tree(package)
        if tree.has_error:
            raise Failure(f"a query that the grammar does not know:\n{package}")
        return [self.query(node) for node in tree.children if node.type == "query"] or [
            self.query(node)
            for part in tree.children
            if part.type == "query_package"
            for node in part.children
            if node.type == "query"
        ]

    def query(self, node: Node) -> list[Row]:
        first, *others = [part for part in node.children if part.type in ("select_section", "union_clause")]
        names = [self.name_of(field) for field in child(first, "field_list").named_children]
        if len(set(names)) < len(names):
            raise Failure(f"two fields of one name among {names}")
        rows = self.select(first, names)
        for clause in others:
            rows += self.select(child(clause, "select_section"), names)
        if order := next((part for part in node.children if part.type == "order_by_clause"), None):
            self.sort(rows, order)
        found = [row for row, _env in rows]
        if any(part.type == "DISTINCT_KEYWORD" for part in first.children):
            found = [row for number, row in enumerate(found) if row not in found[:number]]
        if top := next(nodes(first, "top_clause"), None):
            found = found[: int(text(child(top, "number")))]
        if into := next((part for part in first.children if part.type == "into_clause"), None):
            name = text(child(into, "identifier")).lower()
            if name in self.temporary:
                raise Failure(f"the temporary table {name} is made twice")
            self.temporary[name] = found
        return found

    def name_of(self, field: Node) -> str:
        alias = next((part for part in field.children if part.type == "field_alias"), None)
        return text(alias.named_children[-1]) if alias else text(field).rsplit(".", 1)[-1]

    def select(self, section: Node, names: list[str]) -> list[tuple[Row, Env]]:
        """Return the rows of one ВЫБРАТЬ under these names: those of the first one of a union."""
        found = [field.named_children[0] for field in child(section, "field_list").named_children]
        if len(found) != len(names):
            raise Failure("the parts of a union have different numbers of fields")
        fields = list(zip(names, found, strict=True))
        clauses = {part.type: part for part in section.children}
        envs = list(self.sources(clauses["from_clause"])) if "from_clause" in clauses else [{}]
        if where := clauses.get("where_clause"):
            envs = [env for env in envs if self.value(where.named_children[-1], env) is True]
        grouping = clauses.get("group_by_clause")
        if grouping is None and not any(
            next(nodes(node, "aggregate_function"), None) for _name, node in fields
        ):
            return [({name: self.value(node, env) for name, node in fields}, env) for env in envs]
        return self.grouped(fields, envs, grouping, clauses.get("having_clause"))

    def grouped(
        self, fields: list[tuple[str, Node]], envs: list[Env], grouping: Node | None, having: Node | None
    ) -> list[tuple[Row, Env]]:
        keys = list(child(grouping, "expression_list").named_children) if grouping else []
        if grouping and next(nodes(grouping, "parameter"), None):
            # Passed on twice, as two variables, it makes two expressions for some database servers.
            raise Failure(f"a parameter in {text(grouping)}")
        known = {plain(key) for key in keys}
        for _name, node in fields:
            self.check_grouped(node, known)
        groups: dict[tuple[Any, ...], list[Env]] = {}
        for env in envs:
            groups.setdefault(tuple(self.value(key, env) for key in keys), []).append(env)
        return [
            ({name: self.value(node, members[0], members) for name, node in fields}, members[0])
            for members in groups.values()
            if having is None or self.value(having.named_children[-1], members[0], members) is True
        ]

    def check_grouped(self, node: Node, known: set[str]) -> None:
        if plain(node) in known or node.type in ("aggregate_function", "parameter"):
            return
        if node.type == "dotted_identifier":
            raise Failure(f"{text(node)} is neither grouped by nor summed up")
        for part in node.named_children:
            self.check_grouped(part, known)

    def sources(self, clause: Node) -> Iterator[Env]:
        (source,) = child(clause, "source_list").named_children
        table, *rest = source.named_children
        alias = text(rest[0].named_children[-1]).lower()
        envs: list[Env] = [{alias: row} for row in self.table(table)]
        for join in rest[1:]:
            envs = list(self.joined(envs, join))
        return iter(envs)

    def joined(self, envs: list[Env], join: Node) -> Iterator[Env]:
        kind, table, condition = (
            text(join.named_children[0]).upper(),
            join.named_children[2],
            join.named_children[-1],
        )
        alias = text(child(join, "source_alias").named_children[-1]).lower()
        rows = self.table(table)
        for env in envs:
            matches = [
                env | {alias: row} for row in rows if self.value(condition, env | {alias: row}) is True
            ]
            yield from matches or ([env | {alias: None}] if kind == "ЛЕВОЕ" else [])

    def table(self, node: Node) -> list[Row]:
        if node.type == "nested_query_source":
            return self.query(child(node, "query"))
        if node.type == "identifier":
            if text(node).lower() not in self.temporary:
                raise Failure(f"no temporary table {text(node)}")
            return self.temporary[text(node).lower()]
        rows: list[Row]
        if node.type == "virtual_table_source":
            parameters = child(child(node, "virtual_table_parameters"), "expression_list")
            arguments = [Argument(self, part) for part in parameters.named_children]
            rows = self.base.virtual_table(text(child(node, "dotted_identifier")), arguments)
        else:
            rows = self.base.table(text(node))
        return rows

    def sort(self, rows: list[tuple[Row, Env]], order: Node) -> None:
        for item in reversed(child(order, "ordering_list").named_children):
            key = item.named_children[0]
            descending = any(part.type == "DESC_KEYWORD" for part in nodes(item))
            rows.sort(
                key=lambda pair: sortable(self.value(key, {**pair[1], "": pair[0]})), reverse=descending
            )
