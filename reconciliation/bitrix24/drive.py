"""Acts on Bitrix24's Drive: a folder for each month, and files that are put there once whatever fails."""

import base64
import hashlib
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from jobs.deadline import Deadline
from reconciliation.bitrix24.batches import Answer, Command
from reconciliation.bitrix24.gateway import Bitrix24
from reconciliation.errors import (
    Bitrix24Error,
    Bitrix24InvalidAnswer,
    Bitrix24NameTaken,
    Bitrix24NotFound,
    Bitrix24Refused,
    Bitrix24SetupError,
    Bitrix24Unclear,
)

TWO_STEPS_OVER_BYTES = 10 * 1024 * 1024
"""Bytes above which the file does not go inside the JSON."""
LONGEST_NAME = 200
MOST_NAMES = 20
ATTEMPTS = 3
UNKNOWN = (Bitrix24Unclear, Bitrix24InvalidAnswer)
_FORBIDDEN = re.compile(r'[\\/:*?"<>|\x00-\x1f\x7f]')


@dataclass(frozen=True)
class StoredFile:
    """A file on the Drive; `name` is as Bitrix24 keeps it, `url` the page on which it opens."""

    id: int
    name: str
    size: int
    url: str = ""


def month_folder(bitrix24: Bitrix24, root: int, month: str, *, deadline: Deadline) -> int:
    """Return the id of the month's subfolder, such as "2024-03", made by whoever comes first.

    Raises Bitrix24SetupError when the folder for acts is gone or may not be written, or another
    Bitrix24Error.
    """
    try:
        return _find_folder(bitrix24, root, month, deadline) or _make_folder(bitrix24, root, month, deadline)
    except Bitrix24NotFound as error:
        raise Bitrix24SetupError("folder", error.detail) from None
    except Bitrix24SetupError as error:
        raise Bitrix24SetupError("folder", error.detail) if error.reason == "access" else error from None


def put(
    bitrix24: Bitrix24, folder: int, name: str, content: bytes, *, replaces: int = 0, deadline: Deadline
) -> StoredFile:
    """Return the file that holds `content` in a folder: one that is there already, or a new one.

    A file of that name with other content gets a new version when its id is `replaces`; else ours gets a
    name of its own, "… (2).pdf": two counterparties may be named alike. Raises Bitrix24NotFound when the
    folder is gone, or another Bitrix24Error.
    """
    for number in range(1, MOST_NAMES + 1):
        wanted = numbered(clean_name(name), number)
        try:
            return _upload_once(bitrix24, folder, wanted, content, deadline)
        except Bitrix24NameTaken:
            rows = _named(bitrix24, folder, wanted, deadline)
            if found := _with_content(
                bitrix24, rows or _children(bitrix24, folder, {}, deadline), content, deadline
            ):
                return found
            if replaces and any(_number(row, "ID") == replaces for row in rows):
                return _put_version(bitrix24, replaces, wanted, content, deadline)
    raise Bitrix24Refused(f"{MOST_NAMES} other files of the name {name}")


def put_many(
    bitrix24: Bitrix24, folder: int, files: Mapping[str, tuple[str, bytes]], *, deadline: Deadline
) -> dict[str, StoredFile | Bitrix24Error]:
    """Put several files, names and contents by key, in few requests; return each one's file or error.

    One whose upload says that its name is taken, or says nothing, is gone after by itself with `put`.
    """
    small = {key: file for key, file in files.items() if len(file[1]) <= TWO_STEPS_OVER_BYTES}
    found: dict[str, StoredFile | Bitrix24Error] = {}
    commands = {
        key: Command("disk.folder.uploadfile", _upload_params(folder, clean_name(name), content))
        for key, (name, content) in small.items()
    }
    outcomes = bitrix24.batch(commands, deadline=deadline) if len(small) > 1 else {}
    for key, (name, content) in files.items():
        outcome = outcomes.get(key)
        try:
            if isinstance(outcome, Answer):
                found[key] = _stored(outcome.result)
            elif outcome is None or isinstance(outcome, (Bitrix24NameTaken, *UNKNOWN)):
                found[key] = put(bitrix24, folder, name, content, deadline=deadline)
            else:
                found[key] = outcome
        except Bitrix24Error as error:
            found[key] = error
    return found


def clean_name(name: str) -> str:
    """Return a file's name as Bitrix24 would correct it, so that it is found again; its end is kept."""
    clean = _FORBIDDEN.sub("_", unicodedata.normalize("NFC", name))
    stem, dot, suffix = " ".join(clean.split()).strip(" .").rpartition(".")
    return (
        f"{stem[: LONGEST_NAME - len(suffix)].rstrip(' .')}{dot}{suffix}" if stem else suffix[:LONGEST_NAME]
    )


def numbered(name: str, number: int) -> str:
    """Return the name for the so manieth file of it: "Акт.pdf", "Акт (2).pdf"."""
    stem, dot, suffix = name.rpartition(".")
    return name if number == 1 else f"{stem or suffix} ({number}){dot}{suffix if stem else ''}"


def _find_folder(bitrix24: Bitrix24, root: int, name: str, deadline: Deadline) -> int:
    rows = _named(bitrix24, root, name, deadline)
    if rows and rows[0].get("TYPE") != "folder":
        raise Bitrix24Refused(f"{name} is a file, and a folder is wanted")
    return _number(rows[0], "ID") if rows else 0


def _make_folder(bitrix24: Bitrix24, root: int, name: str, deadline: Deadline) -> int:
    try:
        params = {"id": root, "data": {"NAME": name}}
        return _number(bitrix24.write("disk.folder.addsubfolder", params, deadline=deadline).result, "ID")
    except (Bitrix24NameTaken, *UNKNOWN):
        if found := _find_folder(bitrix24, root, name, deadline):
            return found
        raise


def _upload_once(
    bitrix24: Bitrix24, folder: int, name: str, content: bytes, deadline: Deadline
) -> StoredFile:
    """Upload; after an unknown outcome look first. A second file cannot come of it: names are unique.

    Raises Bitrix24NameTaken when the name has other content, or might have.
    """
    for attempt in range(1, ATTEMPTS + 1):
        try:
            return _stored(_upload(bitrix24, folder, name, content, deadline))
        except UNKNOWN:
            if found := _with_content(bitrix24, _named(bitrix24, folder, name, deadline), content, deadline):
                return found
            if attempt == ATTEMPTS:
                raise
    raise AssertionError("unreachable")


def _upload(bitrix24: Bitrix24, folder: int, name: str, content: bytes, deadline: Deadline) -> Any:
    if len(content) <= TWO_STEPS_OVER_BYTES:
        params = _upload_params(folder, name, content)
        return bitrix24.write("disk.folder.uploadfile", params, deadline=deadline).result
    params = {"id": folder, "data": {"NAME": name}}
    # The first step makes nothing: it gives an address that is good once.
    ticket = bitrix24.read("disk.folder.uploadfile", params, deadline=deadline).result
    url = ticket.get("uploadUrl") if isinstance(ticket, dict) else None
    if not isinstance(url, str):
        raise Bitrix24InvalidAnswer("no address for the upload")
    return bitrix24.upload(url, name, content, deadline=deadline)


def _upload_params(folder: int, name: str, content: bytes) -> dict[str, Any]:
    file = [name, base64.b64encode(content).decode()]
    return {"id": folder, "data": {"NAME": name}, "fileContent": file}


def _put_version(
    bitrix24: Bitrix24, number: int, name: str, content: bytes, deadline: Deadline
) -> StoredFile:
    params = {"id": number, "fileContent": [name, base64.b64encode(content).decode()]}
    # The same version twice does no harm, so this may be asked again.
    return _stored(bitrix24.read("disk.file.uploadversion", params, deadline=deadline).result)


def _named(bitrix24: Bitrix24, folder: int, name: str, deadline: Deadline) -> list[dict[str, Any]]:
    """Return what bears the name, whatever its case, as Bitrix24 compares names."""
    wanted = name.casefold()
    rows = _children(bitrix24, folder, {"NAME": name}, deadline)
    return [row for row in rows if str(row.get("NAME", "")).casefold() == wanted]


def _children(
    bitrix24: Bitrix24, folder: int, wanted: dict[str, str], deadline: Deadline
) -> Iterator[dict[str, Any]]:
    start = 0
    while True:
        params = {"id": folder, "start": start, **({"filter": wanted} if wanted else {})}
        page = bitrix24.read("disk.folder.getchildren", params, deadline=deadline)
        if not isinstance(page.result, list):
            raise Bitrix24InvalidAnswer("a folder's content is no list")
        yield from (row for row in page.result if isinstance(row, dict))
        if page.next <= start:
            return
        start = page.next


def _with_content(bitrix24: Bitrix24, rows: Any, content: bytes, deadline: Deadline) -> StoredFile | None:
    """Return the file among the rows that holds exactly this content, by size and SHA-256."""
    wanted = hashlib.sha256(content).digest()
    for row in rows:
        if row.get("TYPE") != "folder" and str(row.get("SIZE")) == str(len(content)):
            held = bitrix24.download(str(row.get("DOWNLOAD_URL")), deadline=deadline)
            if hashlib.sha256(held).digest() == wanted:
                return _stored(row)
    return None


def _stored(row: Any) -> StoredFile:
    if not isinstance(row, dict) or not row.get("NAME"):
        raise Bitrix24InvalidAnswer("a file without a name")
    size = str(row.get("SIZE") or "0")
    url = str(row.get("DETAIL_URL") or "")
    return StoredFile(_number(row, "ID"), str(row["NAME"]), int(size) if size.isdecimal() else 0, url)


def _number(row: Any, key: str) -> int:
    value = str(row.get(key) or "") if isinstance(row, dict) else ""
    if not value.isdecimal():
        raise Bitrix24InvalidAnswer(f"{key} is not a number")
    return int(value)
