"""`make demo` says what it could not do, and is deaf to this computer's own settings."""

from io import BytesIO
from pathlib import Path

import pytest
from reportlab.pdfgen.canvas import Canvas

from portal.env import NAMES
from tools import demo
from tools.html_page import Page

PRINTED = """
  accountant@example.com     demo-accountant   accountant, the admin
  ООО «Ромашка»         buyer@example.com          demo-buyer
"""


HEADING = "<h1><span>Ваша организация: </span>Sea Foods LLC<span>, ИНН&nbsp;7701234567</span></h1>"


def pdf_of(text: str) -> bytes:
    file = BytesIO()
    canvas = Canvas(file)
    canvas.drawString(72, 700, text)
    canvas.save()
    return file.getvalue()


def test_the_first_counterparty_logs_in_and_not_the_accountant() -> None:
    assert demo.counterparty_login(PRINTED) == demo.Login("buyer@example.com", "demo-buyer")


def test_a_pdf_of_the_counterparty_is_accepted_however_its_name_is_broken() -> None:
    assert demo.check(pdf_of("Act of Sea Foods  LLC"), Page(HEADING)) == "Sea Foods LLC"


def test_settings_of_this_computer_do_not_reach_the_demo(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ONEC_BASE_URL", "http://the-real-1c")
    monkeypatch.setenv("DATABASE_URL", "postgres://the-real-one/portal")
    settings = demo.throwaway_settings(tmp_path, 8000, "redis://127.0.0.1:6400/0")
    assert settings["ONEC_BASE_URL"] == ""
    assert settings["DATABASE_URL"].startswith(f"sqlite:///{tmp_path}")
    assert settings.keys() >= NAMES, "what is not set would come from .env"
