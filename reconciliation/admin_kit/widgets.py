"""Fields of forms that unfold has in another shape."""

from django.forms import TimeInput
from unfold.widgets import DATETIME_CLASSES


class TimeOfDay(TimeInput):
    """Hours and minutes, picked with what the browser has for it."""

    input_type = "time"

    def __init__(self) -> None:
        super().__init__(attrs={"class": " ".join(DATETIME_CLASSES)}, format="%H:%M")
