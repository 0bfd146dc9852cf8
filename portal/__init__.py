"""Wiring only: settings, URLs, Celery and WSGI. No business rules."""

from portal.celery import app as celery_app

__all__ = ["celery_app"]
