"""An issued act as a PDF: head and foot by xhtml2pdf from templates, between them a ledger of our own."""

from functools import cache, partial
from io import BytesIO

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext
from reportlab.lib.pagesizes import A4, landscape
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, KeepTogether, PageTemplate
from xhtml2pdf.config.resources import ResourceAccessPolicy
from xhtml2pdf.context import pisaContext
from xhtml2pdf.document import pisaStory

from reconciliation.printing import formats, texts
from reconciliation.printing.fonts import FAMILY, REGULAR, register_fonts
from reconciliation.printing.pdf.canvas import ActCanvas, Imprint, PageSize
from reconciliation.printing.pdf.ledger_layout import measure
from reconciliation.printing.pdf.ledger_table import Ledger
from reconciliation.printing.texts import Issued

_WIDTH, _HEIGHT = landscape(A4)
PAGE = PageSize(width=_WIDTH, height=_HEIGHT, left=36, right=36, top=30, bottom=36, foot=20)
LANGUAGE_TAGS = {"ru": "ru-RU", "en": "en-GB"}

NOTHING_FROM_OUTSIDE = ResourceAccessPolicy.server(base_dir=None, allow_remote=False)
"""The text comes from 1C: whatever it says, no file is read for it and no address called."""


def render(issued: Issued) -> bytes:
    """Return the act as a PDF; the same act gives the same bytes in any process."""
    register_fonts()
    with translation.override(issued.language):
        head = flowables_of(render_to_string("act_pdf/head.html", head_context(issued)))
        foot = flowables_of(render_to_string("act_pdf/foot.html", foot_context(issued)))
        imprint = _imprint(issued)
    layout = measure(issued.act, issued.language, width=PAGE.text_width, page_height=PAGE.text_height)
    ledger = Ledger(layout, below=foot)
    return _built([*head, ledger, KeepTogether(foot)], imprint, LANGUAGE_TAGS[issued.language])


def flowables_of(html: str) -> list[Flowable]:
    """Return what xhtml2pdf makes of the HTML, ready for ReportLab; nothing it refers to is fetched."""
    pisa = pisaContext()
    pisa.registerFont(FAMILY, [FAMILY.lower()])
    pisaStory(
        html,
        context=pisa,
        default_css=_style(),
        link_callback=_refuse,
        resource_policy=NOTHING_FROM_OUTSIDE,
    )
    return list(pisa.story)


def _refuse(uri: str, relative_to: str) -> None:
    """Answer that there is nothing at any address."""


@cache
def _style() -> str:
    return render_to_string("act_pdf/style.css")


def head_context(issued: Issued) -> dict[str, object]:
    """Return what the template above the table says."""
    act, language = issued.act, issued.language
    return {
        "title": texts.title(issued),
        "period": texts.period(act, language),
        "parties": texts.parties(act, language),
        "contract": texts.contract(act, language),
        "preamble": formats.glue(texts.preamble(act, language)),
    }


def foot_context(issued: Issued) -> dict[str, object]:
    """Return what the template below the table says."""
    return {
        "conclusion": formats.glue(texts.conclusion(issued.act, issued.language)),
        "signatures": texts.signature_blocks(issued.act, issued.language),
    }


def _imprint(issued: Issued) -> Imprint:
    act, title = issued.act, texts.title(issued)
    first, second = texts.name_of(act.organization), texts.name_of(act.counterparty)
    return Imprint(
        title=title,
        author=first,
        subject=texts.subject(act, issued.language),
        foot=f"{title} · {first} — {second}",
        page_of=gettext("Page %(page)s of"),
        issued_on=issued.issued_on,
        identity=repr((title, first, second, act.period, act.opening, act.debit, act.credit, act.closing)),
    )


def _built(story: list[Flowable], imprint: Imprint, language_tag: str) -> bytes:
    out = BytesIO()
    frame = Frame(PAGE.left, PAGE.bottom, PAGE.text_width, PAGE.text_height, 0, 0, 0, 0)
    document = BaseDocTemplate(
        out,
        pagesize=(PAGE.width, PAGE.height),
        pageTemplates=[PageTemplate("act", [frame])],
        lang=language_tag,
        initialFontName=REGULAR,
        title=imprint.title,
        author=imprint.author,
        subject=imprint.subject,
    )
    document.build(story, canvasmaker=partial(ActCanvas, page_size=PAGE, imprint=imprint))
    return out.getvalue()
