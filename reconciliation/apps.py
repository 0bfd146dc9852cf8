from django.apps import AppConfig
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from reconciliation.bitrix24.credentials import secret_of
from reconciliation.monitoring.logs import hide


class ReconciliationConfig(AppConfig):
    name = "reconciliation"
    verbose_name = _("Reconciliation")

    def ready(self) -> None:
        from accounts.invitations import invitation_letters as invitations
        from accounts.invitations import inviting
        from letters import kinds
        from letters.signals import letters_wait
        from reconciliation import checks, tasks  # noqa: F401  # registers the system checks
        from reconciliation.months.letter import ends

        letters_wait.connect(
            lambda **_: tasks.enqueue(tasks.send_letters), weak=False, dispatch_uid="send_letters"
        )
        kinds.register(ends.KIND, kinds.Kind(ended=ends.note))
        kinds.register(inviting.KIND, kinds.Kind(words=invitations.words))

        for secret in (
            settings.ONEC_API_KEY,
            settings.ONEC_BASIC_AUTH.partition(":")[2],
            secret_of(settings.BITRIX24_WEBHOOK_URL),
            settings.BITRIX24_CLIENT_SECRET,
        ):
            hide(secret)
