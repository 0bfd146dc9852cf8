"""Expressions of the query language, for one row or for a group of rows."""

import re
from abc import ABC, abstractmethod
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

from tree_sitter import Node

from tests.onec.source import string_value, text
from tests.onec.values import NULL, Failure, Raised, Ref

Row = dict[str, Any]
Env = dict[str, Row | None]
"""What each alias stands for; None is the missing row of a left join."""


class Expressions(ABC):
    """What a batch of queries needs to work out a value: its infobase and its parameters."""

    base: Any
    parameters: dict[str, Any]

    @abstractmethod
    def query(self, node: Node) -> list[Row]:
        """Return the rows of a query inside an expression."""

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
        year, month, day = (int(text(part)) for part in node.named_children[1:])
        return datetime(year, month, day)

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
        negated = negated_part(left)
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
        value = self.value(negated_part(left) or left, env, group)
        if right.type == "subquery_expression":
            members = [next(iter(row.values())) for row in self.query(child(right, "query"))]
        else:
            parts = [self.value(part, env, group) for part in child(right, "expression_list").named_children]
            members = [item for part in parts for item in (part if isinstance(part, list) else [part])]
        return (value in members) is not bool(negated_part(left))

    def of_like_expression(self, node: Node, env: Env, group: list[Env] | None) -> Any:
        left, pattern = node.named_children[0], self.value(node.named_children[-1], env, group)
        value = self.value(negated_part(left) or left, env, group)
        found = re.fullmatch(re.escape(pattern).replace("%", ".*"), value) is not None
        return found is not bool(negated_part(left))

    def of_null_check_expression(self, node: Node, env: Env, group: list[Env] | None) -> bool:
        left = node.named_children[0]
        return (self.value(negated_part(left) or left, env, group) is NULL) is not bool(negated_part(left))

    def of_predefined_value_literal(self, node: Node, _env: Env, _group: list[Env] | None) -> Any:
        return self.base.predefined(text(child(node, "dotted_identifier")))

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
        parts = list(child(child(node, "function_arguments"), "expression_list").named_children)
        values = [self.value(part, env, group) for part in parts]
        return {
            "ЕСТЬNULL": lambda: values[1] if values[0] is NULL else values[0],
            "ПОДСТРОКА": lambda: values[0][int(values[1]) - 1 : int(values[1]) - 1 + int(values[2])],
            "ПРЕДСТАВЛЕНИЕ": lambda: self.base.presentation(values[0]),
        }[name]()


def child(node: Node, kind: str) -> Node:
    return next(part for part in node.children if part.type == kind)


def plain(node: Node) -> str:
    return re.sub(r"\s+", "", text(node)).lower()


def negated_part(node: Node) -> Node | None:
    """Return what stands after НЕ, or None."""
    inner = node.named_children[0] if node.type == "query_expression" and node.named_children else node
    if inner.type == "unary_expression" and text(inner.named_children[0]).upper() == "НЕ":
        return inner.named_children[-1]
    return None


def _not(value: Any) -> Any:
    return value if value is NULL else not value


def sortable(value: Any) -> tuple[str, Any]:
    if isinstance(value, Ref):
        return "ref", (value.kind, value.key)
    return type(value).__name__, 0 if value is NULL or value is None else value
