"""Which passwords are refused besides Django's own: those that are guessed, and those that have leaked."""

from typing import Any

import httpx
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from pwned_passwords_django.api import PwnedPasswords
from pwned_passwords_django.validators import PwnedPasswordsValidator

WEAKEST_SCORE = 3
"""Of zxcvbn's scale from 0 to 4: safe for a password that is kept as a slow hash."""
MOST_CHARACTERS = 72
"""zxcvbn takes long for long texts, and what is longer is not guessed."""
KEYS = str.maketrans("йцукенгшщзхъфывапролджэячсмитьбюё", "qwertyuiop[]asdfghjkl;'zxcvbnm,.`")
"""Lists of passwords hold Russian words as they come from a keyboard that was not switched over."""
LEAKED = _("This password stands in lists of leaked passwords. Take another one.")


class NotGuessed:
    """Refuses what a guesser tries first: words, names, years, rows of keys, in any order."""

    def validate(self, password: str, user: Any = None) -> None:
        from zxcvbn import zxcvbn  # its lists are for the few who choose a password

        known = [settings.ORGANIZATION_NAME]
        if user is not None:
            known += [user.email, *user.email.split("@"), user.first_name, user.last_name]
        text = password[:MOST_CHARACTERS]
        for typed in {text, text.lower().translate(KEYS)}:
            if zxcvbn(typed, user_inputs=[word for word in known if word])["score"] < WEAKEST_SCORE:
                raise ValidationError(
                    _("This password is easily guessed. Take several words that do not belong together."),
                    code="password_guessed",
                )

    def get_help_text(self) -> str:
        return gettext("Several words that do not belong together make a good password.")


class NotLeaked:
    """Refuses what stands in a list of leaked passwords; five letters of its digest leave the portal.

    A list that cannot be asked refuses nothing but Django's common passwords.
    """

    def validate(self, password: str, user: Any = None) -> None:
        if not settings.LEAKED_PASSWORDS_URL:
            return
        with httpx.Client() as client:
            asked = PwnedPasswords(client=client)
            asked.api_endpoint = settings.LEAKED_PASSWORDS_URL
            PwnedPasswordsValidator(error_message=LEAKED, api_client=asked).validate(password, user)

    def get_help_text(self) -> str:
        return gettext("It must not be one that has leaked somewhere.")
