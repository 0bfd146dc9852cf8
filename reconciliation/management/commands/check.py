"""`manage.py check --tag onec|bitrix24` also asks that system; without the tag nobody waits for it."""

from typing import Any

from django.core import checks
from django.core.management.commands import check

from reconciliation.checks import onec_answers
from reconciliation.connections.bitrix24_check import bitrix24_answers

TAGS = {"onec": onec_answers, "bitrix24": bitrix24_answers}


class Command(check.Command):
    def handle(self, *app_labels: Any, **options: Any) -> None:
        for tag, answers in TAGS.items():
            if options["list_tags"] or tag in (options["tags"] or ()):
                checks.register(answers, tag)
        super().handle(*app_labels, **options)
