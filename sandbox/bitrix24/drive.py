"""The methods of Drive (scope `disk`)."""

import re
from collections.abc import Callable
from typing import Any
from uuid import uuid4

from sandbox.bitrix24 import php
from sandbox.bitrix24.company import OWNER_ID, ROOT_ID, STORAGE_ID, Company, DriveObject
from sandbox.bitrix24.errors import RestError, argument, not_found
from sandbox.bitrix24.filters import chosen, ordered, page

TAKEN = "An object with this name already exists."
FORBIDDEN = re.compile(r'[\\/:*?"<>|\x00-\x1f]')
Params = dict[str, Any]


class Drive:
    """Answers for one company; `address` makes the URL of a token, `page` that of an object for people."""

    def __init__(
        self, company: Company, address: Callable[[str, str], str], page: Callable[[int], str]
    ) -> None:
        self._company, self._address, self._page = company, address, page
        self._uploads: dict[str, Params] = {}

    def get_storages(self, _params: Params) -> list[Params]:
        storage = {
            "ID": str(STORAGE_ID),
            "NAME": "Общий диск",
            "ENTITY_TYPE": "common",
            "ENTITY_ID": "shared_files_s1",
        }
        return [{**storage, "ROOT_OBJECT_ID": str(ROOT_ID)}]

    def get_folder(self, params: Params) -> Params:
        return self._read(self._folder(params))

    def get_file(self, params: Params) -> Params:
        return self._read(self._file(params))

    def get_children(self, params: Params) -> tuple[list[Params], dict[str, int]]:
        rows = self._company.children(self._folder(params).id)
        rows = ordered(chosen(rows, params.get("filter"), _field), params.get("order"), _field)
        found, counts = page(rows, params.get("start"))
        return [self._read(each) for each in found], counts

    def add_subfolder(self, params: Params) -> Params:
        folder, name = self._folder(params), self._name(params)
        with self._company.lock:
            if self._company.child(folder.id, name):
                raise RestError(400, "DISK_OBJ_22000", TAKEN)
            made = self._keep(DriveObject(next(self._company.numbers), name, folder.id))
        return self._fresh(made)

    def upload_file(self, params: Params) -> Params:
        folder = self._folder(params)
        if "fileContent" not in params:
            token = uuid4().hex
            self._uploads[token] = params
            return {"field": "file", "uploadUrl": self._address("upload", token)}
        name = self._name(params)
        return self._upload(
            folder, name, self._content(params), php.is_true(params.get("generateUniqueName"))
        )

    def take_upload(self, token: str, file_name: str, content: bytes) -> Params:
        """Finish a two-step upload; the name is the multipart's."""
        params = self._uploads.pop(token, None)
        if params is None:
            raise RestError(400, "ERROR_UPLOAD_TOKEN", "The upload address is not valid any more.")
        unique = php.is_true(params.get("generateUniqueName"))
        return self._upload(self._folder(params), _corrected(file_name), content, unique)

    def upload_version(self, params: Params) -> Params:
        file = self._file(params)
        file.content = self._content(params)
        file.file_id, file.versions = next(self._company.numbers), file.versions + 1
        return self._read(file)

    def get_external_link(self, params: Params) -> str:
        return self._address("link", str(self._file(params).id))

    def content_of(self, token: str) -> bytes:
        """Return the file behind a download's address."""
        return self._file({"id": token}).content or b""

    def _upload(self, folder: DriveObject, name: str, content: bytes, unique: bool) -> Params:
        with self._company.lock:
            if self._company.child(folder.id, name):
                if not unique:
                    raise RestError(400, "DISK_OBJ_22000", TAKEN)
                name = self._free_name(folder.id, name)
            numbers = self._company.numbers
            made = self._keep(DriveObject(next(numbers), name, folder.id, content, next(numbers)))
        return self._fresh(made)

    def _free_name(self, folder: int, name: str) -> str:
        stem, dot, suffix = name.rpartition(".")
        number = 1
        while self._company.child(
            folder, found := f"{stem or suffix} ({number}){dot}{suffix if stem else ''}"
        ):
            number += 1
        return found

    def _keep(self, made: DriveObject) -> DriveObject:
        self._company.place(made)
        return made

    def _folder(self, params: Params) -> DriveObject:
        found = self._object(params)
        if not found.is_folder:
            raise not_found(found.id)
        return found

    def _file(self, params: Params) -> DriveObject:
        found = self._object(params)
        if found.is_folder:
            raise not_found(found.id)
        return found

    def _object(self, params: Params) -> DriveObject:
        if not php.is_true(params.get("id")):
            raise argument("id")
        found = self._company.drive.get(php.number(params["id"]))
        if found is None:
            raise not_found(params["id"])
        return found

    @staticmethod
    def _name(params: Params) -> str:
        data = params.get("data")
        name = data.get("NAME") if isinstance(data, dict) else None
        if not name:
            raise RestError(400, "DISK_BASE_SERVICE_22001", "Error: required parameter {NAME} is empty.")
        return _corrected(str(name))

    @staticmethod
    def _content(params: Params) -> bytes:
        given = params.get("fileContent")
        text = given[1] if isinstance(given, list) and len(given) > 1 else given
        content = php.decode(text)
        if content is None:
            raise RestError(400, "", "Could not save file.")
        return content

    def _fresh(self, made: DriveObject) -> Params:
        """Return an object that was just made: some numbers are numbers."""
        shown = self._read(made)
        numbers = ("ID", "FILE_ID") if not made.is_folder else ("ID",)
        return {**shown, **{key: int(shown[key]) for key in numbers}, "DELETED_TYPE": 0}

    def _read(self, held: DriveObject) -> Params:
        """Return an object read back: all numbers are texts."""
        when = f"{held.created:%Y-%m-%dT%H:%M:%S+00:00}"
        shown: Params = {
            "ID": str(held.id), "NAME": held.name, "CODE": None, "STORAGE_ID": str(STORAGE_ID),
            "TYPE": "folder" if held.is_folder else "file", "PARENT_ID": str(held.parent),
            "DELETED_TYPE": "0",
            "CREATE_TIME": when, "UPDATE_TIME": when, "DELETE_TIME": None, "CREATED_BY": str(OWNER_ID),
            "DETAIL_URL": self._page(held.id),
        }  # fmt: skip
        if held.is_folder:
            return {**shown, "REAL_OBJECT_ID": str(held.id)}
        return {
            **shown, "GLOBAL_CONTENT_VERSION": str(held.versions), "FILE_ID": str(held.file_id),
            "SIZE": str(len(held.content or b"")), "DOWNLOAD_URL": self._address("download", str(held.id)),
        }  # fmt: skip


def _corrected(name: str) -> str:
    """Return a name as the server keeps it."""
    return FORBIDDEN.sub("_", name).strip(" .")[:255] or "_"


def _field(held: DriveObject, name: str) -> Any:
    known = {
        "ID": held.id, "NAME": held.name, "TYPE": "folder" if held.is_folder else "file",
        "SIZE": len(held.content or b""), "CREATE_TIME": held.created.isoformat(), "PARENT_ID": held.parent,
    }  # fmt: skip
    return known.get(name, "")
