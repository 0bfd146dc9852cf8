"""An act's PDF on Bitrix24's Drive, in its month's folder."""

from jobs.deadline import Deadline
from reconciliation.acts import archive
from reconciliation.bitrix24 import drive
from reconciliation.bitrix24.drive import StoredFile
from reconciliation.bitrix24.gateway import Bitrix24
from reconciliation.models import ActFile, IssuedAct


def folder_for(bitrix24: Bitrix24, act: IssuedAct, *, root: int, deadline: Deadline) -> int:
    """Return the folder for acts whose period ends in this act's month. Raises any Bitrix24Error."""
    return drive.month_folder(bitrix24, root, f"{act.date_to:%Y-%m}", deadline=deadline)


def put(bitrix24: Bitrix24, act: IssuedAct, *, folder: int, deadline: Deadline) -> StoredFile:
    """Put the act's PDF into a folder once. Raises any Bitrix24Error, or what reading the file raises."""
    name, content = file_of(act)
    return drive.put(bitrix24, folder, name, content, deadline=deadline)


def file_of(act: IssuedAct, kept: ActFile | None = None) -> tuple[str, bytes]:
    """Return the name and the content of the act's PDF; `kept` where it is known already."""
    language = archive.own_language(act)
    kept = kept or archive.make(act, "pdf", language)
    return archive.file_name(act, "pdf", language), archive.content_of(kept)
