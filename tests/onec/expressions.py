"""Expressions of the 1C language inside one call of a method."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from operator import add, ge, gt, le, lt, mod, mul, sub, truediv
from typing import Any

from tree_sitter import Node

from tests.onec.objects import create, get_index, get_member
from tests.onec.source import string_value, text
from tests.onec.values import Failure


class Expressions:
    """What a call needs to work out a value: its variables, its module, and all modules over an infobase.

    `this` is the object that an object module belongs to.
    """

    module: Any
    world: Any
    this: Any
    variables: dict[str, Any]

    def truth(self, node: Node) -> bool:
        value = self.value(node)
        if not isinstance(value, bool):
            raise Failure(f"{text(node)} is no condition: {value!r}")
        return value

    def value(self, node: Node) -> Any:
        return getattr(self, f"of_{node.type}")(node)

    def of_expression(self, node: Node) -> Any:
        return self.value(node.named_children[0])

    of_const_expression = of_parenthesized_expression = of_boolean = of_expression

    def of_number(self, node: Node) -> Decimal:
        return Decimal(text(node))

    def of_string(self, node: Node) -> str:
        return string_value(node)

    def of_UNDEFINED_KEYWORD(self, _node: Node) -> None:
        return None

    def of_TRUE_KEYWORD(self, _node: Node) -> bool:
        return True

    def of_FALSE_KEYWORD(self, _node: Node) -> bool:
        return False

    def of_identifier(self, node: Node) -> Any:
        name = text(node)
        if name.lower() in self.variables:
            return self.variables[name.lower()]
        if self.this is not None and self.this.has(name):
            return get_member(self.this, name)
        if name.lower() in self.world.modules:
            return self.world.modules[name.lower()]
        return self.world.base.global_property(name)

    def of_access(self, node: Node) -> Any:
        owner = node.named_children[0]
        if node.named_child_count == 1:
            return self.value(owner)
        value, last = self.value(owner), node.named_children[1]
        if last.type == "index":
            return get_index(value, self.value(last.named_children[0]))
        if last.type == "property":
            return get_member(value, text(last))
        name, arguments = text(last.named_children[0]), self.arguments(last)
        return get_member(value, name)(*arguments)

    of_property_access = of_call_expression = of_access

    def of_method_call(self, node: Node) -> Any:
        name, arguments = text(node.named_children[0]), self.arguments(node)
        if name.lower() in self.module.methods:
            return self.module.call(name, arguments, inside=True, this=self.this)
        return self.world.base.global_function(name, self)(*arguments)

    def arguments(self, node: Node) -> list[Any]:
        given = next((child for child in node.named_children if child.type == "arguments"), None)
        return [
            None if child.type == "omitted_argument" else self.value(child)
            for child in (given.named_children if given else [])
        ]

    def of_new_expression(self, node: Node) -> Any:
        return create(text(node.child_by_field_name("type")), self.arguments(node), self.world)

    def of_ternary_expression(self, node: Node) -> Any:
        condition, yes, no = node.named_children
        return self.value(yes) if self.truth(condition) else self.value(no)

    def of_unary_expression(self, node: Node) -> Any:
        sign, argument = text(node.children[0]), node.named_children[-1]
        return not self.truth(argument) if sign.lower() == "не" else -self.value(argument)

    def of_binary_expression(self, node: Node) -> Any:
        left, right = (child for child in node.named_children if child.type == "expression")
        sign = text(node.child_by_field_name("operator")).lower()
        if sign in ("и", "или"):
            return (
                self.truth(left) and self.truth(right)
                if sign == "и"
                else self.truth(left) or self.truth(right)
            )
        first, second = self.value(left), self.value(right)
        if sign in ("=", "<>"):
            return equal(first, second) is (sign == "=")
        return calculated(sign, first, second)


ARITHMETIC: dict[str, Callable[[Any, Any], Any]] = {
    "+": add, "-": sub, "*": mul, "/": truediv, "%": mod, "<": lt, ">": gt, "<=": le, ">=": ge,
}  # fmt: skip


def calculated(sign: str, first: Any, second: Any) -> Any:
    """Return the result of an operation on two values of one kind; + makes text of what follows a text."""
    if sign == "+" and isinstance(first, str):
        if not isinstance(second, str):
            raise Failure(f"{second!r} is added to a text without being made one")
    elif not isinstance(first, (Decimal, datetime, str)) or type(first) is not type(second):
        raise Failure(f"{first!r} {sign} {second!r}")
    return ARITHMETIC[sign](first, second)


def equal(first: Any, second: Any) -> bool:
    """Return whether 1C calls two values equal: it never does for values of two kinds."""
    if isinstance(first, bool) is not isinstance(second, bool):
        return False
    return bool(first == second)
