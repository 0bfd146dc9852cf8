"""The extension's sources as trees: its modules, and the query texts that they put together."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import tree_sitter_hbk
from tree_sitter import Language, Node, Parser

EXTENSION = Path(__file__).resolve().parents[2] / "onec"
_BSL = Parser(Language(tree_sitter_hbk.language()))
_SDBL = Parser(Language(tree_sitter_hbk.sdbl_language()))


def modules() -> dict[str, Path]:
    """Return every module of the extension by the name that other modules use, or by that of its owner."""
    return {
        path.parent.parent.name + ".obj" * (path.stem == "ObjectModule"): path for path in _module_files()
    }


def _module_files() -> list[Path]:
    return sorted(EXTENSION.rglob("*.bsl"))


@cache
def module_tree(path: Path) -> Node:
    """Return the tree of a module; its byte order mark is left out, as the parser knows none."""
    return _BSL.parse(path.read_bytes().removeprefix(b"\xef\xbb\xbf")).root_node


@cache
def query_tree(query: str) -> Node:
    return _SDBL.parse(query.encode()).root_node


def nodes(root: Node, *types: str) -> Iterator[Node]:
    """Yield the node and everything below it; of these types alone when any is named."""
    if not types or root.type in types:
        yield root
    for child in root.children:
        yield from nodes(child, *types)


def text(node: Node | None) -> str:
    """Return what stands in the source, or nothing for a part that is not there."""
    return node.text.decode() if node is not None and node.text is not None else ""


def faults(root: Node) -> list[str]:
    """Return the places that the grammar does not understand."""
    return [
        f"{node.start_point.row + 1}:{node.start_point.column + 1} {text(node)[:60]}"
        for node in nodes(root)
        if node.is_error or node.is_missing
    ]


def string_value(node: Node) -> str:
    """Return what a string literal stands for; a line that goes on begins with a bar."""
    lines = [text(part) for part in node.children if part.type == "string_content"]
    return "\n".join(lines).replace('""', '"')
