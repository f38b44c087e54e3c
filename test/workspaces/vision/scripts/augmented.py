"""Trains on pictures that albumentations changes."""
import albumentations as A
import numpy as np
import torch
from torch.utils.data import DataLoader, Dataset

from shapes.data.files import list_labels


class Pictures(Dataset):
    def __init__(self, pictures, transform):
        self.pictures = pictures
        self.transform = transform

    def __len__(self):
        return len(self.pictures)

    def __getitem__(self, index):
        return self.transform(image=self.pictures[index])["image"]


def main():
    torch.manual_seed(2)
    pictures = np.load("pictures.npy")
    train_transform = A.Compose([A.RandomCrop(48, 48), A.HorizontalFlip(), A.Normalize()])
    val_transform = A.Compose([A.CenterCrop(48, 48), A.Normalize()])
    train_loader = DataLoader(Pictures(pictures, train_transform), batch_size=8, num_workers=4)
    #                                                                            ^^^^^^^^^^^^^ unseeded-workers warning
    val_loader = DataLoader(Pictures(pictures, val_transform), batch_size=8, num_workers=4)
    print(len(train_loader), len(val_loader), list_labels("data"))


if __name__ == "__main__":
    main()
