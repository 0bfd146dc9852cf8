"""What one Bitrix24 holds: its Drive, tasks, companies, people, and what they were told."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from threading import RLock
from typing import Any, Final

GUID_FIELD: Final = "UF_CRM_1C_GUID"
STORAGE_ID, ROOT_ID, ACTS_FOLDER_ID = 1357, 8929, 8930
OWNER_ID = 1
SCOPES: Final = ("crm", "disk", "im", "task", "user_brief")


@dataclass
class DriveObject:
    """A folder (`content` is None) or a file on the Drive."""

    id: int
    name: str
    parent: int
    content: bytes | None = None
    file_id: int = 0
    created: datetime = field(default_factory=lambda: datetime.now(UTC))
    versions: int = 1

    @property
    def is_folder(self) -> bool:
        return self.content is None


@dataclass
class Person:
    """An employee."""

    id: int
    name: str
    last_name: str
    active: bool = True


@dataclass
class Firm:
    """A company of the CRM; `fields` are its user fields by their code."""

    id: int
    title: str
    manager: int
    fields: dict[str, str] = field(default_factory=dict)


@dataclass
class Task:
    """A task; `fields` are as they were given to tasks.task.add."""

    id: int
    fields: dict[str, Any]
    created: datetime = field(default_factory=lambda: datetime.now(UTC))
    checklist: list["Line"] = field(default_factory=list)


@dataclass(frozen=True)
class Line:
    """A line of a task's checklist, or with no `parent` the checklist itself."""

    id: int
    title: str
    parent: int = 0


@dataclass(frozen=True)
class Note:
    """A notification to a person."""

    id: int
    person: int
    message: str
    tag: str


@dataclass(frozen=True)
class Comment:
    """A comment in a company's timeline; files as names and contents."""

    id: int
    entity: str
    entity_id: int
    text: str
    files: tuple[tuple[str, bytes], ...] = ()


class Company:
    """The whole state; whoever changes it holds `lock`."""

    def __init__(self, firms: Iterator[Firm] | None = None) -> None:
        self.lock = RLock()
        self.numbers = count(9011)
        self.drive: dict[int, DriveObject] = {}
        self._inside: dict[int, dict[str, DriveObject]] = {}
        """By folder and name; case does not count, as in Bitrix24's database."""
        self.people: dict[int, Person] = {}
        self.firms: dict[int, Firm] = {firm.id: firm for firm in firms or ()}
        self.tasks: dict[int, Task] = {}
        self.notes: list[Note] = []
        self.comments: list[Comment] = []
        self.scopes: set[str] = set(SCOPES)
        for number, name, parent in ((ROOT_ID, "Общий диск", 0), (ACTS_FOLDER_ID, "Акты сверки", ROOT_ID)):
            self.place(DriveObject(number, name, parent))
        for person in (
            Person(1, "Анна", "Администратор"), Person(2, "Иван", "Менеджер"), Person(3, "Мария", "Менеджер"),
            Person(4, "Пётр", "Уволенный", active=False),
        ):  # fmt: skip
            self.people[person.id] = person

    def place(self, new: DriveObject) -> None:
        """Put a folder or a file where it belongs."""
        self.drive[new.id] = new
        self._inside.setdefault(new.parent, {})[new.name.casefold()] = new

    def rename(self, held: DriveObject, name: str) -> None:
        """Give a folder or a file another name."""
        del self._inside[held.parent][held.name.casefold()]
        held.name = name
        self.place(held)

    def children(self, folder: int) -> list[DriveObject]:
        """Return what lies in a folder, oldest first."""
        return list(self._inside.get(folder, {}).values())

    def child(self, folder: int, name: str) -> DriveObject | None:
        """Return what bears the name in a folder."""
        return self._inside.get(folder, {}).get(name.casefold())

    @property
    def files(self) -> list[DriveObject]:
        return [each for each in self.drive.values() if not each.is_folder]
