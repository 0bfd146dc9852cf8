"""Wiring only: settings, URLs, Celery and WSGI. No business rules."""

from portal.celery import app as celery_app
from portal.memory import limit_arenas

__all__ = ["celery_app"]

limit_arenas()  # before threads have arenas of their own
