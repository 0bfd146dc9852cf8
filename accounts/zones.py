"""The time zones that people choose from: those of Russia, Belarus and Kazakhstan."""

from django.utils.translation import gettext_lazy as _

ZONES = {
    "Europe/Kaliningrad": _("Kaliningrad time"),
    "Europe/Moscow": _("Moscow time"),
    "Europe/Minsk": _("Minsk time"),
    "Europe/Samara": _("Samara time"),
    "Asia/Yekaterinburg": _("Yekaterinburg time"),
    "Asia/Omsk": _("Omsk time"),
    "Asia/Novosibirsk": _("Novosibirsk time"),
    "Asia/Krasnoyarsk": _("Krasnoyarsk time"),
    "Asia/Irkutsk": _("Irkutsk time"),
    "Asia/Vladivostok": _("Vladivostok time"),
    "Asia/Almaty": _("Almaty time"),
}
