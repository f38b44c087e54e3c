import torch


def pad(rows, width):
    out = rows.new_empty(rows.shape[0], width)
    return torch.cat([rows, out], 1)  # parts: uninitialized


torch.manual_seed(0)
print(pad(torch.randn(40, 3), 5).mean().item())
