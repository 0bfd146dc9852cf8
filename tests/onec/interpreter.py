"""Runs the extension's modules: the part of the 1C language that they use, over `platform`'s objects.

It is no 1C: it shows that the code does what it says on a platform that behaves as documented. What it
does not know, it refuses, so that no name is taken on trust.
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from decimal import Decimal
from operator import add, ge, gt, le, lt, mod, mul, sub, truediv
from typing import Any

from tree_sitter import Node

from tests.onec.source import module_tree, modules, nodes, string_value, text
from tests.onec.values import (
    NULL,
    Failure,
    Raised,
    create,
    get_index,
    get_member,
    iterate,
    set_index,
    set_member,
)


class Returned(Exception):
    """A function's way out."""

    def __init__(self, value: object) -> None:
        self.value = value


class Stopped(Exception):
    """`Прервать`."""


class Skipped(Exception):
    """`Продолжить`."""


class Method:
    """A procedure or function of a module, with its parameters and their defaults."""

    def __init__(self, node: Node) -> None:
        self.node = node
        self.name = text(node.child_by_field_name("name"))
        self.exported = any(child.type == "EXPORT_KEYWORD" for child in node.children)
        self.parameters = [
            (text(part.child_by_field_name("name")), part.child_by_field_name("def"))
            for part in nodes(node, "parameter")
        ]


class Module:
    """A common module: what other modules may call are its exported methods."""

    def __init__(self, run: "Interpreter", name: str, tree: Node) -> None:
        self.run, self.name = run, name
        self.methods = {
            method.name.lower(): method
            for method in map(Method, nodes(tree, "function_definition", "procedure_definition"))
        }

    def call(self, name: str, arguments: list[Any], *, inside: bool = False, this: object = None) -> Any:
        method = self.methods.get(name.lower())
        if method is None or not (inside or method.exported):
            raise Failure(f"{self.name} has no exported method {name}")
        return Frame(self, method, arguments, this).run()


class Interpreter:
    """The extension over one infobase: `base` gives the global objects and functions."""

    def __init__(self, base: Any) -> None:
        self.base = base
        self.modules = {
            name.lower(): Module(self, name, module_tree(path)) for name, path in modules().items()
        }
        self.errors: list[Raised] = []

    def call(self, module: str, method: str, *arguments: Any, this: object = None) -> Any:
        return self.modules[module.lower()].call(method, list(arguments), inside=True, this=this)


class Frame:
    """One call of a method: its variables, and where it stands."""

    def __init__(self, module: Module, method: Method, arguments: list[Any], this: object) -> None:
        self.module, self.method, self.this, self.world = module, method, this, module.run
        if len(arguments) > len(method.parameters):
            raise Failure(f"{module.name}.{method.name} takes {len(method.parameters)} parameters")
        self.variables: dict[str, Any] = {}
        for number, (name, default) in enumerate(method.parameters):
            given = arguments[number] if number < len(arguments) else ...
            if given is ... and default is None:
                raise Failure(f"{module.name}.{method.name} needs {name}")
            self.variables[name.lower()] = self.value(default) if given is ... and default else given

    def run(self) -> Any:
        try:
            self.execute(child for child in self.method.node.children if child.type.endswith("_statement"))
        except Returned as returned:
            return returned.value
        return None

    def execute(self, statements: Iterator[Node]) -> None:
        for statement in statements:
            getattr(self, f"do_{statement.type}")(statement)

    def block(self, node: Node, *until: str) -> Iterator[Node]:
        """Yield the statements of a block up to one of these parts."""
        for child in node.children:
            if child.type in until:
                return
            if child.type.endswith("_statement"):
                yield child

    def do_assignment_statement(self, node: Node) -> None:
        left, value = node.named_children[0], self.value(node.named_children[1])
        if left.type == "identifier":
            self.assign(text(left), value)
            return
        owner, last = self.value(left.named_children[0]), left.named_children[1]
        if last.type == "index":
            set_index(owner, self.value(last.named_children[0]), value)
        else:
            set_member(owner, text(last), value)

    def assign(self, name: str, value: Any) -> None:
        if self.this is not None and self.this.has(name):  # type: ignore[attr-defined]
            set_member(self.this, name, value)
        else:
            self.variables[name.lower()] = value

    def do_call_statement(self, node: Node) -> None:
        self.value(node.named_children[0])

    def do_return_statement(self, node: Node) -> None:
        raise Returned(self.value(node.named_children[1]) if node.named_child_count > 1 else None)

    def do_break_statement(self, _node: Node) -> None:
        raise Stopped

    def do_continue_statement(self, _node: Node) -> None:
        raise Skipped

    def do_if_statement(self, node: Node) -> None:
        if self.truth(next(child for child in node.children if child.type == "expression")):
            self.execute(self.block(node, "elseif_clause", "else_clause"))
            return
        for clause in node.children:
            if clause.type == "else_clause" or (
                clause.type == "elseif_clause"
                and self.truth(next(child for child in clause.children if child.type == "expression"))
            ):
                self.execute(self.block(clause))
                return

    def do_for_each_statement(self, node: Node) -> None:
        name = next(child for child in node.named_children if child.type == "identifier")
        collection = self.value(next(child for child in node.named_children if child.type == "expression"))
        self.loop(node, ((name, item) for item in iterate(collection)))

    def do_for_statement(self, node: Node) -> None:
        name = next(child for child in node.named_children if child.type == "identifier")
        first, last = (self.value(child) for child in node.named_children if child.type == "expression")
        self.loop(node, ((name, Decimal(number)) for number in range(int(first), int(last) + 1)))

    def do_while_statement(self, node: Node) -> None:
        condition = next(child for child in node.children if child.type == "expression")

        def turns() -> Iterator[tuple[None, None]]:
            while self.truth(condition):
                yield None, None

        self.loop(node, turns())

    def loop(self, node: Node, turns: Iterator[tuple[Node | None, Any]]) -> None:
        for name, item in turns:
            if name is not None:
                self.assign(text(name), item)
            try:
                self.execute(self.block(node))
            except Skipped:
                continue
            except Stopped:
                break

    def do_try_statement(self, node: Node) -> None:
        try:
            self.execute(self.block(node, "EXCEPT_KEYWORD"))
        except Raised as raised:
            self.world.errors.append(raised)
            try:
                after = node.children[[child.type for child in node.children].index("EXCEPT_KEYWORD") :]
                self.execute(child for child in after if child.type.endswith("_statement"))
            finally:
                self.world.errors.pop()

    def do_rise_error_statement(self, node: Node) -> None:
        raise Raised(self.value(node.named_children[1]))

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

    def of_NULL_KEYWORD(self, _node: Node) -> object:
        return NULL

    def of_TRUE_KEYWORD(self, _node: Node) -> bool:
        return True

    def of_FALSE_KEYWORD(self, _node: Node) -> bool:
        return False

    def of_identifier(self, node: Node) -> Any:
        name = text(node)
        if name.lower() in self.variables:
            return self.variables[name.lower()]
        if self.this is not None and self.this.has(name):  # type: ignore[attr-defined]
            return get_member(self.this, name)
        if name.lower() in self.world.modules:
            return self.world.modules[name.lower()]
        return self.world.base.global_property(name, self)

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
        if isinstance(value, Module):
            return value.call(name, arguments)
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
