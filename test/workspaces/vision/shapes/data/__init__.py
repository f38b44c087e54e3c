from .dataset import ShapesDataset
from .files import list_images, list_labels
from .split import bucket_of


def build_dataset(root: str, augment: bool = True) -> ShapesDataset:
    return ShapesDataset(list_images(root), list_labels(root), augment=augment)
