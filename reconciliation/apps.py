from django.apps import AppConfig
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from reconciliation.bitrix24.credentials import secret_of
from reconciliation.logs import hide


class ReconciliationConfig(AppConfig):
    name = "reconciliation"
    verbose_name = _("Reconciliation")

    def ready(self) -> None:
        from accounts import inviting
        from letters import kinds
        from letters.signals import letters_wait
        from reconciliation import checks, tasks  # noqa: F401  # registers the system checks
        from reconciliation.distribution import letter_ends
        from reconciliation.invitations import letters as invitations

        letters_wait.connect(
            lambda **_: tasks.enqueue(tasks.send_letters), weak=False, dispatch_uid="send_letters"
        )
        kinds.register(letter_ends.KIND, kinds.Kind(ended=letter_ends.note))
        kinds.register(inviting.KIND, kinds.Kind(words=invitations.words))

        for secret in (
            settings.ONEC_API_KEY,
            settings.ONEC_BASIC_AUTH.partition(":")[2],
            secret_of(settings.BITRIX24_WEBHOOK_URL),
            settings.BITRIX24_CLIENT_SECRET,
        ):
            hide(secret)
