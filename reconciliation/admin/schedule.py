"""When what happens by itself: one page in plain words instead of the tables of django-celery-beat."""

from django_celery_beat import admin as beat  # registers its tables
from django_celery_beat import models

for _model in (
    models.PeriodicTask,
    models.CrontabSchedule,
    models.IntervalSchedule,
    models.SolarSchedule,
    models.ClockedSchedule,
):
    beat.admin.site.unregister(_model)
