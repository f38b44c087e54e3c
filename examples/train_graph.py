"""Node classification on a random community graph with a hand-written message-passing layer."""

import argparse
import random

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F


def community_graph(num_nodes, num_classes, num_edges):
    """Nodes of one class know each other more often than strangers."""
    labels = [random.randrange(num_classes) for _ in range(num_nodes)]
    by_class = [[n for n in range(num_nodes) if labels[n] == c] for c in range(num_classes)]
    edges = set()
    while len(edges) < num_edges:
        source = random.randrange(num_nodes)
        if random.random() < 0.8:
            target = random.choice(by_class[labels[source]])
        else:
            target = random.randrange(num_nodes)
        if source != target:
            edges.add((source, target))
    edge_index = torch.tensor(sorted(edges)).t().contiguous()
    return edge_index, torch.tensor(labels)


def node_features(labels, dim, noise=2.0):
    centres = np.random.randn(int(labels.max()) + 1, dim)
    features = centres[labels.numpy()] + noise * np.random.randn(len(labels), dim)
    return torch.from_numpy(features.astype(np.float32))


class GraphConv(nn.Module):
    """Every node adds up what its neighbours say, then divides by how many they are."""

    def __init__(self, in_dim, out_dim):
        super().__init__()
        self.own = nn.Linear(in_dim, out_dim)
        self.message = nn.Linear(in_dim, out_dim, bias=False)

    def forward(self, x, edge_index):
        source, target = edge_index
        messages = torch.index_select(self.message(x), 0, source)
        inbox = torch.zeros(x.size(0), messages.size(1), device=x.device)
        inbox.index_add_(0, target, messages)
        degree = torch.zeros(x.size(0), device=x.device)
        degree.scatter_add_(0, target, torch.ones_like(target, dtype=degree.dtype))
        return self.own(x) + inbox / degree.clamp(min=1).unsqueeze(1)


class GraphNet(nn.Module):
    def __init__(self, in_dim, hidden, num_classes):
        super().__init__()
        self.conv1 = GraphConv(in_dim, hidden)
        self.conv2 = GraphConv(hidden, num_classes)
        self.dropout = nn.Dropout(0.3)

    def forward(self, x, edge_index):
        x = F.relu(self.conv1(x, edge_index))
        return self.conv2(self.dropout(x), edge_index)


def parse_args():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--nodes", type=int, default=300)
    parser.add_argument("--edges", type=int, default=1500)
    parser.add_argument("--classes", type=int, default=5)
    parser.add_argument("--hidden", type=int, default=32)
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--lr", type=float, default=1e-2)
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args()


def main():
    args = parse_args()
    torch.manual_seed(args.seed)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")

    edge_index, labels = community_graph(args.nodes, args.classes, args.edges)
    features = node_features(labels, dim=16)
    train_mask = torch.rand(args.nodes) < 0.6

    model = GraphNet(features.size(1), args.hidden, args.classes).to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=args.lr)
    features, edge_index, labels = features.to(device), edge_index.to(device), labels.to(device)
    train_mask = train_mask.to(device)

    for epoch in range(1, args.epochs + 1):
        model.train()
        logits = model(features, edge_index)
        loss = F.cross_entropy(logits[train_mask], labels[train_mask])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if epoch % 5 == 0:
            model.eval()
            with torch.no_grad():
                guess = model(features, edge_index).argmax(dim=1)
            accuracy = (guess == labels)[~train_mask].float().mean().item()
            print(f"epoch {epoch:2d}  loss {loss.item():.6f}  held-out accuracy {accuracy:.4f}")


if __name__ == "__main__":
    main()
