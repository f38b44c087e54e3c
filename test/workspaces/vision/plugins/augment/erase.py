"""Cuts rectangles out."""
import torch


def erase(picture, size=8):
    top = torch.randint(0, picture.shape[-2] - size, ()).item()
    left = torch.randint(0, picture.shape[-1] - size, ()).item()
    picture[..., top : top + size, left : left + size] = 0
    return picture
