"""Runs the queries of the extension over lists of rows: the part of the query language that they use.

Strict where 1C is: a field must exist, and stand in СГРУППИРОВАТЬ ПО unless it is summed up.
"""

import re
from collections.abc import Callable, Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

from tree_sitter import Node

from tests.onec.source import nodes, query_tree, string_value, text
from tests.onec.values import NULL, Failure, Raised, Ref

Row = dict[str, Any]
Env = dict[str, Row | None]
"""What each alias stands for; None is the missing row of a left join."""


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


class Batch:
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
        names = [self.name_of(field) for field in _child(first, "field_list").named_children]
        if len(set(names)) < len(names):
            raise Failure(f"two fields of one name among {names}")
        rows = self.select(first, names)
        for clause in others:
            rows += self.select(_child(clause, "select_section"), names)
        if order := next((part for part in node.children if part.type == "order_by_clause"), None):
            self.sort(rows, order)
        found = [row for row, _env in rows]
        if any(part.type == "DISTINCT_KEYWORD" for part in first.children):
            found = [row for number, row in enumerate(found) if row not in found[:number]]
        if top := next(nodes(first, "top_clause"), None):
            found = found[: int(text(_child(top, "number")))]
        if into := next((part for part in first.children if part.type == "into_clause"), None):
            name = text(_child(into, "identifier")).lower()
            if name in self.temporary:
                raise Failure(f"the temporary table {name} is made twice")
            self.temporary[name] = found
        return found

    def name_of(self, field: Node) -> str:
        alias = next((part for part in field.children if part.type == "field_alias"), None)
        return text(alias.named_children[-1]) if alias else text(field).rsplit(".", 1)[-1]

    def select(self, section: Node, names: list[str]) -> list[tuple[Row, Env]]:
        """Return the rows of one ВЫБРАТЬ under these names: those of the first one of a union."""
        found = [field.named_children[0] for field in _child(section, "field_list").named_children]
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
        keys = list(_child(grouping, "expression_list").named_children) if grouping else []
        if grouping and next(nodes(grouping, "parameter"), None):
            # Passed on twice, as two variables, it makes two expressions for some database servers.
            raise Failure(f"a parameter in {text(grouping)}")
        known = {_plain(key) for key in keys}
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
        if _plain(node) in known or node.type in ("aggregate_function", "parameter"):
            return
        if node.type == "dotted_identifier":
            raise Failure(f"{text(node)} is neither grouped by nor summed up")
        for child in node.named_children:
            self.check_grouped(child, known)

    def sources(self, clause: Node) -> Iterator[Env]:
        (source,) = _child(clause, "source_list").named_children
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
        alias = text(_child(join, "source_alias").named_children[-1]).lower()
        rows = self.table(table)
        for env in envs:
            matches = [
                env | {alias: row} for row in rows if self.value(condition, env | {alias: row}) is True
            ]
            yield from matches or ([env | {alias: None}] if kind == "ЛЕВОЕ" else [])

    def table(self, node: Node) -> list[Row]:
        if node.type == "nested_query_source":
            return self.query(_child(node, "query"))
        if node.type == "identifier":
            if text(node).lower() not in self.temporary:
                raise Failure(f"no temporary table {text(node)}")
            return self.temporary[text(node).lower()]
        if node.type == "virtual_table_source":
            parameters = _child(_child(node, "virtual_table_parameters"), "expression_list")
            arguments = [Argument(self, part) for part in parameters.named_children]
            return self.base.virtual_table(text(_child(node, "dotted_identifier")), arguments)  # type: ignore[no-any-return]
        return self.base.table(text(node))  # type: ignore[no-any-return]

    def sort(self, rows: list[tuple[Row, Env]], order: Node) -> None:
        for item in reversed(_child(order, "ordering_list").named_children):
            key = item.named_children[0]
            descending = any(part.type == "DESC_KEYWORD" for part in nodes(item))
            rows.sort(
                key=lambda pair: _sortable(self.value(key, {**pair[1], "": pair[0]})), reverse=descending
            )

    def value(self, node: Node, env: Env, group: list[Env] | None = None) -> Any:
        """Return an expression's value for one row, or for a group of rows when it sums up."""
        reader: Callable[[Node, Env, list[Env] | None], Any] = getattr(self, f"of_{node.type}")
        return reader(node, env, group)

    def of_query_expression(self, node: Node, env: Env, group: list[Env] | None) -> Any:
        return self.value(node.named_children[0], env, group)

    of_parenthesized_expression = of_query_expression

    def of_number(self, node: Node, _env: Env, _group: list[Env] | None) -> Decimal:
        return Decimal(text(node))

    def of_string(self, node: Node, _env: Env, _group: list[Env] | None) -> str:
        return string_value(node)

    def of_boolean(self, node: Node, _env: Env, _group: list[Env] | None) -> bool:
        return text(node).upper() == "ИСТИНА"

    def of_date_time_literal(self, node: Node, _env: Env, _group: list[Env] | None) -> datetime:
        return datetime(*(int(text(part)) for part in node.named_children[1:]))  # type: ignore[arg-type]

    def of_parameter(self, node: Node, _env: Env, _group: list[Env] | None) -> Any:
        name = text(node.named_children[-1]).lower()
        if name not in self.parameters:
            raise Failure(f"the parameter {name} is not set")
        return self.parameters[name]

    def of_identifier(self, node: Node, env: Env, _group: list[Env] | None) -> Any:
        return self.field(env.get("") or {}, text(node))

    def of_dotted_identifier(self, node: Node, env: Env, _group: list[Env] | None) -> Any:
        first, *path = (text(part) for part in node.named_children)
        if first.lower() not in env:
            raise Failure(f"no source is called {first}")
        value: Any = env[first.lower()]
        if value is None:
            return NULL
        value = self.field(value, path[0])
        for name in path[1:]:
            value = self.base.attribute(value, name) if isinstance(value, Ref) else NULL
        return value

    def field(self, row: Row, name: str) -> Any:
        for known, value in row.items():
            if known.lower() == name.lower():
                return value
        raise Raised(f"Поле не найдено: {name} among {', '.join(row)}")

    def of_unary_expression(self, node: Node, env: Env, group: list[Env] | None) -> Any:
        value = self.value(node.named_children[-1], env, group)
        if text(node.named_children[0]).upper() == "НЕ":
            return value if value is NULL else not value
        return -value

    def of_binary_expression(self, node: Node, env: Env, group: list[Env] | None) -> Any:
        left, right = node.named_children[0], node.named_children[-1]
        sign = text(node.children[1]).upper()
        if sign in ("И", "ИЛИ"):
            stops = sign == "ИЛИ"
            first = self.value(left, env, group)
            if first is stops:
                return stops
            second = self.value(right, env, group)
            return stops if second is stops else NULL if NULL in (first, second) else not stops
        # The grammar binds НЕ tighter than a comparison; the language does not.
        negated = _negated(left)
        found = self.operation(sign, self.value(negated or left, env, group), self.value(right, env, group))
        return _not(found) if negated else found

    def operation(self, sign: str, first: Any, second: Any) -> Any:
        if first is NULL or second is NULL:
            return NULL
        if sign in ("=", "<>"):
            return (type(first) is type(second) and first == second) is (sign == "=")
        if type(first) is not type(second):
            raise Failure(f"{first!r} {sign} {second!r}")
        return {
            ">": lambda: first > second,
            "<": lambda: first < second,
            ">=": lambda: first >= second,
            "<=": lambda: first <= second,
            "+": lambda: first + second,
            "-": lambda: first - second,
        }[sign]()

    def of_membership_expression(self, node: Node, env: Env, group: list[Env] | None) -> Any:
        left, right = node.named_children[0], node.named_children[-1]
        value = self.value(_negated(left) or left, env, group)
        if right.type == "subquery_expression":
            members = [next(iter(row.values())) for row in self.query(_child(right, "query"))]
        else:
            parts = [self.value(part, env, group) for part in _child(right, "expression_list").named_children]
            members = [item for part in parts for item in (part if isinstance(part, list) else [part])]
        return (value in members) is not bool(_negated(left))

    def of_like_expression(self, node: Node, env: Env, group: list[Env] | None) -> Any:
        left, pattern = node.named_children[0], self.value(node.named_children[-1], env, group)
        value = self.value(_negated(left) or left, env, group)
        found = re.fullmatch(re.escape(pattern).replace("%", ".*"), value) is not None
        return found is not bool(_negated(left))

    def of_null_check_expression(self, node: Node, env: Env, group: list[Env] | None) -> bool:
        left = node.named_children[0]
        return (self.value(_negated(left) or left, env, group) is NULL) is not bool(_negated(left))

    def of_predefined_value_literal(self, node: Node, _env: Env, _group: list[Env] | None) -> Any:
        return self.base.predefined(text(_child(node, "dotted_identifier")))

    def of_case_expression(self, node: Node, env: Env, group: list[Env] | None) -> Any:
        for clause in node.named_children:
            parts = [part for part in clause.named_children if part.type == "query_expression"]
            if clause.type == "case_when_clause" and self.value(parts[0], env, group) is True:
                return self.value(parts[1], env, group)
            if clause.type == "case_else_clause":
                return self.value(parts[0], env, group)
        return NULL

    def of_aggregate_function(self, node: Node, _env: Env, group: list[Env] | None) -> Any:
        if group is None:
            raise Failure(f"{text(node)} outside a grouping")
        values = [self.value(node.named_children[-1], env) for env in group]
        values = [value for value in values if value is not NULL]
        name = text(node.named_children[0]).rstrip("( ").upper()
        return {"СУММА": lambda: sum(values, Decimal(0)), "МИНИМУМ": lambda: min(values)}[name]()

    def of_function_call(self, node: Node, env: Env, group: list[Env] | None) -> Any:
        name = text(node.named_children[0]).upper()
        parts = list(_child(_child(node, "function_arguments"), "expression_list").named_children)
        values = [self.value(part, env, group) for part in parts]
        return {
            "ЕСТЬNULL": lambda: values[1] if values[0] is NULL else values[0],
            "ПОДСТРОКА": lambda: values[0][int(values[1]) - 1 : int(values[1]) - 1 + int(values[2])],
            "ПРЕДСТАВЛЕНИЕ": lambda: self.base.presentation(values[0]),
        }[name]()


def _child(node: Node, kind: str) -> Node:
    return next(part for part in node.children if part.type == kind)


def _plain(node: Node) -> str:
    return re.sub(r"\s+", "", text(node)).lower()


def _negated(node: Node) -> Node | None:
    """Return what stands after НЕ, or None."""
    inner = node.named_children[0] if node.type == "query_expression" and node.named_children else node
    if inner.type == "unary_expression" and text(inner.named_children[0]).upper() == "НЕ":
        return inner.named_children[-1]
    return None


def _not(value: Any) -> Any:
    return value if value is NULL else not value


def _sortable(value: Any) -> tuple[str, Any]:
    if isinstance(value, Ref):
        return "ref", (value.kind, value.key)
    return type(value).__name__, 0 if value is NULL or value is None else value
