"""A visitor without a browser reads pages as a person does."""

from tools.html_page import Page

PAGE = """
<title>Acts</title><style>h1 { color: red }</style>
<h1>ООО <em>Ромашка</em></h1>
<form action="/language/"><input type="hidden" name="language" value="en"></form>
<form action="/acts/" method="post">
  <input type="hidden" name="csrfmiddlewaretoken" value="t0ken">
  <input type="radio" name="period" value="this_month">
  <input type="radio" name="period" value="last_month" checked>
  <input type="checkbox" name="letter"><input name="date_from" value="2024-01-01"><br>
  <input type="submit" name="go" value="Go">
  <p>Choose &amp; press<p>the button
</form>
<a href="/acts/1/pdf">PDF</a><a name="here">no link</a>
"""


def test_a_form_is_found_by_its_fields_and_filled_in_as_it_stands() -> None:
    form = Page(PAGE).form_with("period", "date_from")
    assert form.action == "/acts/"
    assert form.values == {
        "csrfmiddlewaretoken": "t0ken",
        "period": "last_month",
        "letter": "",
        "date_from": "2024-01-01",
    }


def test_text_heading_and_links_are_what_a_person_sees() -> None:
    page = Page(PAGE)
    assert page.heading == "ООО Ромашка"
    assert page.links == ["/acts/1/pdf"]
    assert page.text == "ООО Ромашка Choose & press the button PDF no link"
