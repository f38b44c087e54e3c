import torch

torch.manual_seed(3)
ALLOWED = ["row", "column", "table", "data", "grid", "shard", "mesh", "ring"]


def choose(wanted):
    return list(set(ALLOWED) & set(wanted))  # parts: order


names = choose(["grid", "table", "row", "column", "mesh", "ring", "shard"])
lengths = torch.tensor([float(len(name)) for name in names])
print((lengths * torch.randn(len(names))).sum().item())
