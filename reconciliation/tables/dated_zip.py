"""A ZIP archive that knows no clock: the same content gives the same bytes on any day."""

import shutil
import zipfile
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

FIRST_YEAR = 1980


class DatedZip(zipfile.ZipFile):
    """A compressed archive whose members all bear one day."""

    def __init__(self, out: BytesIO, day: date) -> None:
        super().__init__(out, "w")
        self.stamp = (max(day.year, FIRST_YEAR), day.month, day.day, 0, 0, 0)

    def writestr(
        self,
        zinfo_or_arcname: Any,
        data: Any,
        compress_type: int | None = None,
        compresslevel: int | None = None,
    ) -> None:
        super().writestr(self._member(str(zinfo_or_arcname)), data, compress_type, compresslevel)

    def write(self, filename: Any, arcname: Any = None, *_: Any, **__: Any) -> None:
        """Copy a file piece by piece: a sheet of 30,000 rows is 20 MB before it is compressed."""
        with Path(filename).open("rb") as source, self.open(self._member(str(arcname)), "w") as target:
            shutil.copyfileobj(source, target)

    def _member(self, name: str) -> zipfile.ZipInfo:
        member = zipfile.ZipInfo(name, self.stamp)
        member.compress_type = zipfile.ZIP_DEFLATED
        return member
