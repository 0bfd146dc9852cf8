"""Pages as a visitor without a browser reads them: forms with what is filled in, links, and the text."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"}
)
NOT_TEXT = frozenset({"script", "style", "template", "title"})


@dataclass
class Form:
    """A form and the values that it would send untouched."""

    action: str
    values: dict[str, str] = field(default_factory=dict)


class Page(HTMLParser):
    """A page's forms, links and visible text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.links: list[str] = []
        self._text: list[str] = []
        self._heading: list[str] = []
        self._inside: list[str] = []
        self.feed(html)
        self.close()

    @property
    def text(self) -> str:
        """What a person reads, in one line."""
        return _one_line(self._text)

    @property
    def heading(self) -> str:
        """The page's main heading."""
        return _one_line(self._heading)

    def form_with(self, *names: str) -> Form:
        """Return the first form that has all the fields `names`; raises LookupError without one."""
        for form in self.forms:
            if all(name in form.values for name in names):
                return form
        raise LookupError(f"the page has no form with the fields {', '.join(names)}")

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        """Take note of a form, a field or a link."""
        given = {name: value or "" for name, value in attributes}
        if tag not in VOID:
            self._inside.append(tag)
        if tag == "form":
            self.forms.append(Form(given.get("action", "")))
        elif tag == "a" and "href" in given:
            self.links.append(given["href"])
        elif tag == "input" and self.forms and given.get("name"):
            self._take(self.forms[-1], given)

    def handle_endtag(self, tag: str) -> None:
        """Leave an element, and whatever was left open in it."""
        while tag in self._inside and self._inside.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        """Keep what a person can read."""
        if not NOT_TEXT.intersection(self._inside):
            self._text.append(data)
        if "h1" in self._inside:
            self._heading.append(data)

    @staticmethod
    def _take(form: Form, given: dict[str, str]) -> None:
        kind = given.get("type", "text")
        if kind in {"radio", "checkbox"} and "checked" not in given:
            form.values.setdefault(given["name"], "")
        elif kind not in {"submit", "button", "image"}:
            form.values[given["name"]] = given.get("value", "on" if kind == "checkbox" else "")


def _one_line(texts: list[str]) -> str:
    return " ".join(" ".join(texts).split())
