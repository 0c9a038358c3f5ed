"""Django settings, one file per concern; the environment is read in ``environment`` alone."""

from .accounts import *  # noqa: F403
from .api import *  # noqa: F403
from .apps import *  # noqa: F403
from .auth import *  # noqa: F403
from .cms import *  # noqa: F403
from .database import *  # noqa: F403
from .files import *  # noqa: F403
from .honour import *  # noqa: F403
from .i18n import *  # noqa: F403
from .intake import *  # noqa: F403
from .jobs import *  # noqa: F403
from .logs import *  # noqa: F403
from .mail import *  # noqa: F403
from .security import *  # noqa: F403
