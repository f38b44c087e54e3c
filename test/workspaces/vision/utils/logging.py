"""Names of runs, and where they are written down."""
import logging
import random
import string
import time
from pathlib import Path


def run_name(prefix: str = "run") -> str:
    suffix = "".join(random.choices(string.ascii_lowercase, k=4))
    return f"{prefix}-{int(time.time())}-{suffix}"


def get_logger(folder: str) -> logging.Logger:
    Path(folder).mkdir(parents=True, exist_ok=True)
    logger = logging.getLogger("shapes")
    logger.addHandler(logging.FileHandler(Path(folder) / "train.log"))
    return logger
