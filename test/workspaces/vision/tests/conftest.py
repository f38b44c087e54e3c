import pytest
import torch


@pytest.fixture
def picture():
    return torch.rand(1, 3, 64, 64)
