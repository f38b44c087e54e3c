"""Shapes: a small image classifier."""
from .data import build_dataset
from .models import *
from .registry import MODELS

__version__ = "0.4.0"
