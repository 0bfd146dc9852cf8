"""Addresses as people and 1C write them."""

import pytest
from django.core.exceptions import ValidationError

from accounts.addresses import canonical_email, usable_addresses, validate_addresses

ANNA = "anna@x.example"


@pytest.mark.parametrize(
    ("text", "usable"),
    [
        (f"Иванова Анна <{ANNA}>", ANNA),
        (f'"Бухгалтерия, ООО" <{ANNA}>', ANNA),
        (f"«Бухгалтерия, ООО» <{ANNA}>; Пётр <P@x.example>", f"{ANNA}, p@x.example"),
        (f"<{ANNA}>", ANNA),
        (f"{ANNA} <{ANNA}>", ANNA),
        (f"p@x.example Анна <{ANNA}>", f"p@x.example, {ANNA}"),
        (f"mailto:{ANNA}", ANNA),
        (f"MAILTO:{ANNA}?subject=Акт", ANNA),
        (f"{ANNA}/p@x.example", f"{ANNA}, p@x.example"),
        (f"{ANNA}|p@x.example\np2@x.example", f"{ANNA}, p@x.example, p2@x.example"),
        (f"{ANNA}.", ANNA),
        (f"{ANNA} (Анна)", ANNA),
        (f'"{ANNA}"', ANNA),
        (f"{ANNA},,;", ANNA),
        ("a/b@x.example", "a/b@x.example"),
        ("buh@xn--80aa3agjl3d.xn--p1ai", "buh@ромашка.рф"),
        ("", ""),
    ],
)
def test_addresses_are_found_among_names(text: str, usable: str) -> None:
    """chatwoot#15645, odysseus#2119, proton-bridge#139."""
    assert usable_addresses(text) == (usable, [])
    validate_addresses(text)


@pytest.mark.parametrize(
    ("text", "usable", "left"),
    [
        (f"Анна {ANNA}", ANNA, ["анна"]),
        (f"тел. 123-45, {ANNA}", ANNA, ["тел", "123-45"]),
        ("нет", "", ["нет"]),
        (f"{ANNA}, a@@x.example", ANNA, ["a@@x.example"]),
        ("buh@\u0441lient.example", "", ["buh@\u0441lient.example"]),
        ("\u0430nna@x.example", "", ["\u0430nna@x.example"]),
    ],
)
def test_what_is_left_over_is_told(text: str, usable: str, left: list[str]) -> None:
    assert usable_addresses(text) == (usable, left)
    with pytest.raises(ValidationError, match=left[0]):
        validate_addresses(text)


def test_one_form_has_no_dot_at_its_end() -> None:
    assert canonical_email("Buh@Dot.Example. ") == "buh@dot.example"
