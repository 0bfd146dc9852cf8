"""Runs the extension's modules: the part of the 1C language that they use, over `platform`'s objects.

It is no 1C: it shows that the code does what it says on a platform that behaves as documented. What it
does not know, it refuses, so that no name is taken on trust.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from tree_sitter import Node

from tests.onec.expressions import Expressions
from tests.onec.objects import iterate, set_index, set_member
from tests.onec.source import module_tree, modules, nodes, text
from tests.onec.values import Failure, Raised


class Returned(Exception):
    """A function's way out."""

    def __init__(self, value: object) -> None:
        self.value = value


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

    def find_member(self, name: str) -> Any:
        """Return what a call from another module runs."""
        return lambda *arguments: self.call(name, list(arguments))

    def call(self, name: str, arguments: list[Any], *, inside: bool = False, this: object = None) -> Any:
        method = self.methods.get(name.lower())
        if method is None or not (inside or method.exported):
            raise Failure(f"{self.name} has no exported method {name}")
        self.run.called.add((self.name, method.name))
        return Frame(self, method, arguments, this).run()


class Interpreter:
    """The extension over one infobase: `base` gives the global objects and functions."""

    def __init__(self, base: Any) -> None:
        self.base = base
        self.modules = {
            name.lower(): Module(self, name, module_tree(path)) for name, path in modules().items()
        }
        self.errors: list[Raised] = []
        self.called: set[tuple[str, str]] = set()

    def call(self, module: str, method: str, *arguments: Any, this: object = None) -> Any:
        return self.modules[module.lower()].call(method, list(arguments), inside=True, this=this)


class Frame(Expressions):
    """One call of a method: its variables, and where it stands."""

    def __init__(self, module: Module, method: Method, arguments: list[Any], this: Any) -> None:
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
        if self.this is not None and self.this.has(name):
            set_member(self.this, name, value)
        else:
            self.variables[name.lower()] = value

    def do_call_statement(self, node: Node) -> None:
        self.value(node.named_children[0])

    def do_return_statement(self, node: Node) -> None:
        raise Returned(self.value(node.named_children[1]) if node.named_child_count > 1 else None)

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
            self.execute(self.block(node))

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
