"""One ASGI application: the small intake handler in front, Django behind it."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xinqiao.config.settings")

from django.core.asgi import get_asgi_application

django_application = get_asgi_application()

from xinqiao.screening.intake import Intake  # noqa: E402  needs the app registry

application = Intake(django_application)
