"""Weights on disk."""
from pathlib import Path

import torch


def clean(folder: str, keep: int = 3) -> None:
    checkpoints = sorted(Path(folder).glob("*.pt"), key=lambda path: path.stat().st_mtime)
    for path in checkpoints[:-keep]:
        path.unlink()


def load_weights(model: torch.nn.Module, path: str) -> torch.nn.Module:
    model.load_state_dict(torch.load(path, map_location="cpu"))
    return model.eval()
