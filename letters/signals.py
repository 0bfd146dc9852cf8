"""What others may want to know at once."""

from django.dispatch import Signal

letters_wait = Signal()
"""Letters are to be sent; told once the data is saved."""
