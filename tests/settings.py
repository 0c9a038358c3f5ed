"""Settings for tests: the portal's own, in mode ``test``, with a data folder that lasts as long as the run.

Importing this is the first thing pytest-django does, which is why the environment is set here and not in a
conftest.
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

_RUN = "PORTAL_TEST_FOLDER"  # made by the first process, inherited by the workers of xdist
if _RUN not in os.environ:
    os.environ[_RUN] = tempfile.mkdtemp(prefix="portal-pytest-")
    atexit.register(shutil.rmtree, os.environ[_RUN], ignore_errors=True)
os.environ["PORTAL_MODE"] = "test"
os.environ["PORTAL_DATA_DIR"] = str(Path(os.environ[_RUN]) / os.environ.get("PYTEST_XDIST_WORKER", "main"))

from portal.settings import *  # noqa: E402, F403
