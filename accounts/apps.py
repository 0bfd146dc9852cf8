from django.apps import AppConfig
from django.db.models.signals import post_delete, post_migrate, post_save
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("People and counterparties")

    def ready(self) -> None:
        from accounts import groups
        from accounts.models import Membership
        from accounts.people import memberships  # once the models are there

        post_migrate.connect(groups.grant, dispatch_uid="accounts.groups.grant")
        # However it is made or deleted: on a page, in the admin, with its counterparty.
        post_save.connect(memberships.note_saved, Membership, dispatch_uid="note_membership")
        post_delete.connect(memberships.end, Membership, dispatch_uid="end_membership")
