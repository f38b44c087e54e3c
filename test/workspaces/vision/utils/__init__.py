"""Things every script needs."""
from .logging import get_logger, run_name
from .seed import *
