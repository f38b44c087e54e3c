"""`shapes-export`, as pyproject.toml names it."""
import sys

import torch

from utils.checkpoint import load_weights

from .models import ShapeNet


def main():
    torch.manual_seed(0)
    model = load_weights(ShapeNet(classes=4), sys.argv[1])
    with torch.inference_mode():
        print(model(torch.zeros(1, 3, 64, 64)).shape)
    torch.jit.script(model).save(sys.argv[2])
