from .evaluate import evaluate
from .loop import train_one_epoch
