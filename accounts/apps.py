from django.apps import AppConfig
from django.db.models.signals import post_delete, post_migrate
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("People and counterparties")

    def ready(self) -> None:
        from accounts import groups, helping  # once the models are there
        from accounts.models import Membership

        post_migrate.connect(groups.grant, dispatch_uid="accounts.groups.grant")
        # However it is deleted: by itself, in the admin, with its counterparty.
        post_delete.connect(helping.end_sessions_of_member, Membership, dispatch_uid="end_sessions")
