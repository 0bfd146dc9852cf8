"""Send the letters that wait, with progress; the workers do so by themselves each minute."""

from typing import Any

from django.core.management.base import BaseCommand
from django.db.models import Count

from jobs.deadline import Deadline
from letters import sending
from letters.models import Letter
from reconciliation import connections

State = Letter.State
STEP_SECONDS = 2.0


class Command(BaseCommand):
    help = "Send the letters that wait. Ends with 1 when any needs a person."

    def handle(self, *args: Any, **options: Any) -> None:
        """Send until nothing can be sent now, and say how many are in each state."""
        while sending.send_waiting(connections.letter_rules(), Deadline(STEP_SECONDS)):
            self._say(ending="\r")
        found = self._say(ending="\n")
        if found.get(State.FAILED) or found.get(State.UNCERTAIN):
            raise SystemExit(1)

    def _say(self, *, ending: str) -> dict[str, int]:
        counted = dict(Letter.objects.order_by().values_list("state").annotate(Count("pk")))
        said = ", ".join(f"{state} {counted[state]}" for state in State.values if state in counted)
        self.stdout.write(said or "no letters", ending=ending)
        return counted
