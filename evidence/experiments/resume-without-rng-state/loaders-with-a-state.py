# {"claim": "States of a plain loader bring its order back between epochs and never within one; a StatefulDataLoader restores its order and no other draw, and with a generator of its own and no workers not the epochs that follow; with workers, that generator and the global states it goes on bit by bit.", "needs": ["torchdata"]}
#- holds
import copy

import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset
from torchdata.stateful_dataloader import StatefulDataLoader

BATCHES = 4


class Numbers(Dataset):
    def __init__(self, noisy=False):
        self.noisy = noisy

    def __len__(self):
        return 12

    def __getitem__(self, index):
        x = torch.full((4,), float(index))
        return x + torch.rand(4) if self.noisy else x


def run(kind, checkpoint=None, stop=None, between=False, states=True, own=False, workers=0, dropout=0.5, noisy=False):
    """The parameters after three epochs, or a checkpoint after `stop` steps."""
    torch.manual_seed(0)
    generator = torch.Generator().manual_seed(5) if own else None
    model = nn.Sequential(nn.Linear(4, 8), nn.Dropout(dropout), nn.Linear(8, 1))
    optimizer = torch.optim.Adam(model.parameters())
    loader = kind(Numbers(noisy), batch_size=3, shuffle=True, num_workers=workers, generator=generator)
    step = first = skipped = 0
    if checkpoint:
        model.load_state_dict(checkpoint['model'])
        optimizer.load_state_dict(checkpoint['optimizer'])
        step, first, skipped = checkpoint['step'], checkpoint['epoch'], checkpoint['skipped']
        if kind is StatefulDataLoader:
            loader.load_state_dict(checkpoint['loader'])
            skipped = 0
        if states:
            torch.set_rng_state(checkpoint['rng'])
            if own and kind is DataLoader:
                generator.set_state(checkpoint['own'])

    def saved(epoch, skipped):
        return copy.deepcopy(
            {
                'model': model.state_dict(),
                'optimizer': optimizer.state_dict(),
                'step': step,
                'epoch': epoch,
                'skipped': skipped,
                'rng': torch.get_rng_state(),
                'own': generator.get_state() if own else None,
                'loader': loader.state_dict() if kind is StatefulDataLoader else None,
            }
        )

    for epoch in range(first, 3):
        for x in loader:
            if skipped:
                skipped -= 1
                continue
            optimizer.zero_grad()
            model(x).sum().backward()
            optimizer.step()
            step += 1
            if step == stop and not between:
                return saved(epoch, step % BATCHES)
        if step == stop:
            return saved(epoch + 1, 0)
    return nn.utils.parameters_to_vector(model.parameters()).detach().clone()


def goes_on(kind, between=False, states=True, **more):
    checkpoint = run(kind, stop=BATCHES if between else BATCHES + 2, between=between, **more)
    return torch.equal(run(kind, **more), run(kind, checkpoint=checkpoint, states=states, **more))


for workers in (0, 2):
    for own in (False, True):
        assert goes_on(DataLoader, between=True, own=own, workers=workers, noisy=True)
        assert not goes_on(DataLoader, between=False, own=own, workers=workers)
    # Its own state alone: enough where nothing else draws, and not for dropout.
    assert goes_on(StatefulDataLoader, states=False, workers=workers, dropout=0)
    assert not goes_on(StatefulDataLoader, states=False, workers=workers)
    # What the dataset draws within an epoch is lost, whatever is saved.
    assert not goes_on(StatefulDataLoader, own=workers > 0, workers=workers, dropout=0, noisy=True)
    # Without a generator of its own a number more is drawn from the global one.
    assert not goes_on(StatefulDataLoader, workers=workers)
# With one: no workers, no order of the epochs that follow; with workers everything.
assert not goes_on(StatefulDataLoader, own=True, dropout=0)
assert not goes_on(StatefulDataLoader, between=True, own=True, dropout=0)
assert goes_on(StatefulDataLoader, own=True, workers=2)
assert goes_on(StatefulDataLoader, between=True, own=True, workers=2, noisy=True)
for other in (0, 1):
    checkpoint = run(StatefulDataLoader, stop=2, workers=2)
    try:
        run(StatefulDataLoader, checkpoint=checkpoint, workers=other)
        raise SystemExit('another number of workers was taken')
    except AssertionError:
        pass
