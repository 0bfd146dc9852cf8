"""What tests say about the page of acts: press, wait, read."""

from io import BytesIO
from pathlib import Path

from playwright.sync_api import Download, Locator, Page
from pypdf import PdfReader

ACTS = "/acts/"


def choose(page: Page, label: str) -> None:
    """Choose a named period."""
    page.get_by_role("radio", name=label).check()


def type_dates(page: Page, first: str, last: str) -> None:
    page.get_by_label("First day").fill(first)
    page.get_by_label("Last day").fill(last)


def button(page: Page) -> Locator:
    return page.get_by_role("button", name="Generate PDF")


def press(page: Page) -> None:
    """Press the button and wait for the download that follows."""
    with page.expect_download():
        page.locator("#act-form button[type=submit]").click()


def ask(page: Page, status: int) -> None:
    """Press the button and wait for an answer that is no act."""
    with page.expect_response(lambda answer: answer.request.method == "POST") as coming:
        page.locator("#act-form button[type=submit]").click()
    assert coming.value.status == status


def history(page: Page) -> Locator:
    """The rows of the list of acts."""
    return page.locator(".history tbody tr")


def chosen(page: Page) -> str:
    """The value of the period that is chosen."""
    return page.locator("input[name=period]:checked").input_value()


def watch_downloads(page: Page) -> list[str]:
    """The names of the files that come down from now on."""
    names: list[str] = []
    page.on("download", lambda download: names.append(download.suggested_filename))
    return names


def text_of(download: Download) -> str:
    """The text of the PDF that came down, without spaces, which lines on paper change."""
    reader = PdfReader(BytesIO(Path(download.path()).read_bytes()))
    return squeezed("".join(sheet.extract_text() for sheet in reader.pages))


def squeezed(text: str) -> str:
    return "".join(text.split())
