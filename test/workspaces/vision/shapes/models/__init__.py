from .net import ShapeNet
from .pool import AttentionPool, scatter_mean
from .resizing import Upsampler

__all__ = ["ShapeNet", "AttentionPool", "Upsampler", "scatter_mean"]
