"""How the admin looks: django-unfold's own settings."""

from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

# The accent of static/portal.css, in the steps that unfold wants.
_STEPS = "50 100 200 300 400 500 600 700 800 900 950"
_COLOURS = "#effaf8 #d5f1ed #aee2db #7ccabd #4aab9f #2c8f84 #0b5f58 #0a524c #0b423e #0c3734 #04201e"
ACCENT = dict(zip(_STEPS.split(), _COLOURS.split(), strict=True))
NAVIGATION = (
    (_("Acts"), "receipt_long", "reconciliation_issuedact"),
    (_("Do not balance"), "warning", "reconciliation_discrepancy"),
    (_("Months"), "calendar_month", "reconciliation_distributionrun"),
    (_("Previews of months"), "visibility", "reconciliation_monthpreview"),
    (_("Letter of the month"), "mail", "reconciliation_lettertemplate"),
    (_("Letters"), "outgoing_mail", "letters_letter"),
    (_("Letters that came back"), "unsubscribe", "letters_bounce"),
    (_("Counterparties"), "store", "accounts_counterparty"),
    (_("Updates from 1C"), "sync", "reconciliation_directoryrun"),
    (_("Schedule"), "schedule", "reconciliation_schedule"),
    (_("Defaults"), "tune", "accounts_organizationsettings"),
    (_("Journal"), "history", "accounts_journalentry"),
    (_("Errors"), "search", "reconciliation_errorreport"),
    (_("People"), "group", "accounts_user"),
    (_("Invitations"), "person_add", "accounts_invitation"),
)
"""Title, icon and model of each link; it is shown to those who may see the model."""


def unfold_settings(organization: str) -> dict[str, Any]:
    """Return UNFOLD for an organization's name, which may be empty."""
    return {
        "SITE_TITLE": _("Reconciliation Acts"),
        "SITE_HEADER": organization or _("Reconciliation Acts"),
        "SITE_ICON": lambda request: static("favicon.svg"),
        "SITE_URL": "/acts/",
        "SHOW_LANGUAGES": True,
        "SHOW_HISTORY": True,
        "COLORS": {"primary": ACCENT},
        "DASHBOARD_CALLBACK": "reconciliation.admin.first_page.first_page",
        "STYLES": [lambda request: static("admin.css")],
        "SIDEBAR": {
            "show_search": False,
            "show_all_applications": False,
            "navigation": [{"items": [_link(*item) for item in NAVIGATION]}],
        },
    }


def _link(title: Any, icon: str, model: str) -> dict[str, Any]:
    app, _, name = model.rpartition("_")

    def is_allowed(request: HttpRequest) -> bool:
        return request.user.has_perm(f"{app}.view_{name}")

    link = reverse_lazy(f"admin:{model}_changelist")
    return {"title": title, "icon": icon, "link": link, "permission": is_allowed}
