"""No letter of an act vanishes: what Roboto lacks is taken from another font, or refused."""

import pytest

from reconciliation.printing.fonts import BOLD, REGULAR, register_fonts, unprintable, width_of
from tests.reconciliation.printing.printed import read
from tests.reconciliation.sample_acts import act_of, act_with, issue, sale


def printed(document: str) -> tuple[str, list[str]]:
    """Return the first page's text and the fonts that are embedded in it."""
    page = read(issue(act_of(sale(1, document=document)))).pages[0]
    fonts = [font.get_object() for font in page["/Resources"]["/Font"].values()]  # type: ignore[index]
    embedded = [str(font["/BaseFont"]) for font in fonts if "/FontDescriptor" in font]
    return " ".join(page.extract_text().split()), embedded


@pytest.mark.parametrize(
    ("document", "font"),
    [
        ("深圳市华强电子有限公司", "KurintoSansSC-Rg"), ("ՍՊԸ «Արարատ Տրեյդ»", "KurintoSans-Rg"),
        ("ქართული", "KurintoSans-Rg"), ("Вода 12㎡", "KurintoSansSC-Rg"), ("поз. ① ✓", "KurintoSans-Rg"),
        ("かな", "KurintoSans-Rg"), ("한글", "KurintoSansKR-Rg"),
    ],
)  # fmt: skip
def test_letters_that_roboto_lacks_come_from_a_fallback(document: str, font: str) -> None:
    text, embedded = printed(document)
    assert document in text
    assert any(name.endswith(font) for name in embedded)
    assert unprintable(document) == ""


def test_a_symbol_that_no_font_has_is_a_box() -> None:
    assert "Подарок □ и □" in printed("Подарок \ue000 и 🎉")[0]
    assert unprintable("\ue000🎉") == ""


def test_letters_that_would_be_printed_wrong_are_known() -> None:
    assert unprintable("abc абв ҚҢ №₽₸ שלום کتاب देव 𠮷") == "".join(sorted({*"שלוםکتابदेव𠮷"}))


def test_an_ordinary_act_embeds_roboto_alone() -> None:
    fonts = read(issue(act_with(5))).pages[0]["/Resources"]["/Font"].values()  # type: ignore[index]
    names = {str(font.get_object()["/BaseFont"]).strip("/").split("+")[-1] for font in fonts}
    assert names <= {"Roboto-Regular", "Roboto-Bold", "Helvetica"}


@pytest.mark.parametrize("font", [REGULAR, BOLD])
def test_a_mixed_text_is_as_wide_as_its_parts(font: str) -> None:
    register_fonts()
    parts = ["ООО «", "深圳", "» и ", "Հայ", " ㎡"]
    assert width_of("".join(parts), font, 8) == pytest.approx(sum(width_of(part, font, 8) for part in parts))
