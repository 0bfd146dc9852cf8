"""The portal's settings in the tests' environment, for mypy and makemigrations."""

from tests import environment

environment.enter()

from portal.settings import *  # noqa: F403  # a settings module is all names of another
