"""Which pictures are held out, by their names."""
import hashlib
import zlib


def bucket_of(name: str, buckets: int = 10) -> int:
    return hash(name) % buckets
    #      ^^^^ randomized-hash warning


def stable_bucket_of(name: str, buckets: int = 10) -> int:
    return zlib.crc32(name.encode()) % buckets


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


class Key:
    def __init__(self, name: str):
        self.name = name

    def __hash__(self):
        return hash(self.name)
