import torch

torch.manual_seed(0)
labels = [3, 1, 2, 3, 7, 1]
names = {"cat", "dog", "bird"}
index = {label: place for place, label in enumerate(set(labels))}
x = torch.tensor([index[label] for label in labels]) * len(names)
print((x * torch.randn(6)).sum().item(), "dog" in names)
