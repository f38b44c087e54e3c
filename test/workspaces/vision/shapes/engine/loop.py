"""One pass over the data."""
import time


def train_one_epoch(model, loader, criterion, optimizer, device):
    model.train()
    total, started = 0.0, time.time()
    for pictures, labels in loader:
        optimizer.zero_grad()
        loss = criterion(model(pictures.to(device)), labels.to(device))
        loss.backward()
        optimizer.step()
        total += loss.item()
    print(f"{time.time() - started:.1f} s")
    return total / max(1, len(loader))
