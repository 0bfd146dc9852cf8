from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("People and counterparties")

    def ready(self) -> None:
        from accounts import groups  # once the models are there

        post_migrate.connect(groups.grant, dispatch_uid="accounts.groups.grant")
