"""What whoever queues letters of a kind is told, and may be asked."""

from collections.abc import Callable
from dataclasses import dataclass

from letters.models import Letter


@dataclass(frozen=True)
class Words:
    """What a letter says."""

    subject: str
    text: str
    html: str = ""

    def __post_init__(self) -> None:
        # A template marks what it renders as safe HTML. Plain text is none, whatever page shows it.
        object.__setattr__(self, "text", self.text + "")


def kept_words(letter: Letter) -> Words | None:
    """Return what the letter says, as it was queued."""
    return Words(letter.subject, letter.text, letter.html)


@dataclass(frozen=True)
class Kind:
    """`ended` is told how a letter ended, in the transaction that says so; it may be told twice.

    `words` is asked just before a letter goes, for letters that must not be kept as they go (a link in them
    gives access) or may be of no use any more; None cancels the letter.
    """

    ended: Callable[[Letter], None] = lambda _letter: None
    words: Callable[[Letter], Words | None] = kept_words


_kinds: dict[str, Kind] = {}


def register(name: str, kind: Kind) -> None:
    """Say what becomes of the letters of a kind."""
    _kinds[name] = kind


def kind_of(letter: Letter) -> Kind:
    """Return whose the letter is; a kind that nobody has registered wants to know nothing."""
    return _kinds.get(letter.kind) or Kind()
