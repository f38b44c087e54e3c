from .core import Predictor
