"""Files of the data set."""
import os
from pathlib import Path


def list_images(root):
    return [str(path) for path in Path(root).glob("*/*.png")]
    #                                        ^^^^ unsorted-listing warning


def list_labels(root):
    return sorted(entry for entry in os.listdir(root) if not entry.startswith("."))


def count_images(root):
    return len(list(Path(root).glob("*/*.png")))


def has_labels(root):
    return "labels.json" in os.listdir(root)


def first_folders(root, count=3):
    return os.listdir(root)[:count]
    #      ^^^^^^^^^^ unsorted-listing warning
