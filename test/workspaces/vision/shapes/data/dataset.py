"""The data set: pictures of shapes, a little turned and shifted."""
import numpy as np
import torch
from PIL import Image
from torch.utils.data import Dataset

from .transforms import Compose, flip, jitter


class ShapesDataset(Dataset):
    def __init__(self, images, labels, augment=True):
        self.images = images
        self.classes = {name: i for i, name in enumerate(labels)}
        self.augment = Compose([flip, jitter]) if augment else None
        self.anchors = np.random.rand(16, 2)

    def __len__(self):
        return len(self.images)

    def __getitem__(self, index):
        path = self.images[index]
        picture = np.asarray(Image.open(path).convert("RGB"), dtype=np.float32) / 255
        if self.augment is not None:
            picture = self.augment(picture)
        label = self.classes[path.split("/")[-2]]
        return torch.from_numpy(picture).permute(2, 0, 1), label
