"""Static files: compressed, kept for ever under hashed names, and there before they were collected, too."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.management import call_command
from django.test import Client, override_settings


@pytest.mark.django_db
def test_collected_files_are_compressed_and_kept_for_ever(tmp_path: Path, client: Client) -> None:
    with override_settings(STATIC_ROOT=tmp_path):
        call_command("collectstatic", interactive=False, verbosity=0)
        page = client.get("/accounts/login/").content.decode()
        style = re.findall(r'href="(/static/portal\.[0-9a-f]{12}\.css)"', page)[0]
        answer: Any = Client(headers={"accept-encoding": "gzip"}).get(style)
        assert answer["Content-Encoding"] == "gzip"
        assert "max-age=315360000" in answer["Cache-Control"]
        assert "immutable" in answer["Cache-Control"]
        b"".join(answer)


def test_a_file_that_was_not_collected_has_its_plain_name() -> None:
    assert staticfiles_storage.url("portal.css") == "/static/portal.css"
