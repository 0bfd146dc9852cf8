"""Read a printed act back, as a person or a search would."""

from io import BytesIO
from typing import NamedTuple

from pypdf import PageObject, PdfReader

from reconciliation.printing.pdf import document
from reconciliation.printing.texts import Issued


class Word(NamedTuple):
    """A text with the place where it begins, in points from the page's lower left corner."""

    text: str
    x: float
    y: float


def read(issued: Issued) -> PdfReader:
    return PdfReader(BytesIO(document.render(issued)))


def texts(issued: Issued) -> list[str]:
    """Return each page's text as one line."""
    return [" ".join(page.extract_text().split()) for page in read(issued).pages]


def text(issued: Issued) -> str:
    return " ".join(texts(issued))


def words(page: PageObject) -> list[Word]:
    """Return a page's texts with their places, but for the number of pages: a drawing with its own origin."""
    found: list[Word] = []

    def visit(said: str, user: list[float], matrix: list[float], font: object, size: object) -> None:
        x, y = matrix[4] + user[4], matrix[5] + user[5]
        if said.strip() and (x, y) != (0, 0):
            found.append(Word(said.strip(), x, y))

    page.extract_text(visitor_text=visit)
    return found
