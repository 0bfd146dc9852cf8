"""Finding one's way in an answer: every single value and where it sits, or the places a dotted path names."""

from collections.abc import Iterator
from typing import Any

Place = tuple[Any, Any]
"""A dict or list, and the key or index in it."""


def leaves(tree: Any) -> Iterator[Place]:
    """Yield the place of every value that is neither a dict nor a list."""
    pairs = list(tree.items()) if isinstance(tree, dict) else list(enumerate(tree))
    for key, value in pairs:
        if isinstance(value, dict | list):
            yield from leaves(value)
        else:
            yield tree, key


def places(answer: dict[str, Any], path: str) -> list[Place]:
    """Return the place that a path such as `transactions.debit` names, in the first row of a list.

    Empty when there is no such place in this answer.
    """
    *parents, key = path.split(".")
    node: Any = answer
    for parent in parents:
        node = node.get(parent)
        if isinstance(node, list):
            node = node[0] if node else None
        if not isinstance(node, dict):
            return []
    return [(node, key)]
