"""`manage.py check --tag onec` also asks 1C for a sign of life; without the tag nobody waits for it."""

from typing import Any

from django.core import checks
from django.core.management.commands import check

from reconciliation.checks import onec_answers

TAG = "onec"


class Command(check.Command):
    def handle(self, *app_labels: Any, **options: Any) -> None:
        if options["list_tags"] or TAG in (options["tags"] or ()):
            checks.register(onec_answers, TAG)
        super().handle(*app_labels, **options)
