"""Models by name. The models import this file, and this file imports the models."""
MODELS = {}


def register(name):
    def wrap(cls):
        MODELS[name] = cls
        return cls

    return wrap


from . import models  # noqa: E402,F401


def create(name, **options):
    return MODELS[name](**options)
