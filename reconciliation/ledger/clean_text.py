"""Texts without the characters that nobody sees and that no document needs."""

import re
import unicodedata

# Unicode's format characters (category Cf): soft hyphens, zero-width spaces, byte order marks, what turns the
# reading direction.
FORMAT_CHARACTERS = (
    "\u00ad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064"
    "\u2066-\u206f\ufeff\ufff9-\ufffb\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3"
    "\U0001d173-\U0001d17a\U000e0001\U000e0020-\U000e007f"
)
# Controls but for white space, code points that are no characters, and variation selectors.
_NEVER_SEEN = (
    "\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\ufdd0-\ufdef\ufffe\uffff\ufe00-\ufe0f\U000e0100-\U000e01ef"
)
_DROPPED = re.compile(f"[{_NEVER_SEEN}{FORMAT_CHARACTERS}]")
_SURROGATES = re.compile("[\ud800-\udfff]")


def clean_text(text: str) -> str:
    """Return the text composed (NFC) and without control and format characters; white space stays.

    Half a surrogate pair becomes U+FFFD.
    """
    if text.isascii() and text.isprintable():
        return text
    return unicodedata.normalize("NFC", _SURROGATES.sub("\ufffd", _DROPPED.sub("", text)))
