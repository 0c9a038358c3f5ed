"""The portal's WSGI application with one address more (``floor_urls``). Served by ``make bench`` only."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
application = get_wsgi_application()
settings.ROOT_URLCONF = "benchmarks.floor_urls"
