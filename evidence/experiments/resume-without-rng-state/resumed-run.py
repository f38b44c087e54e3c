# {"claim": "A run resumed from model, optimizer and epoch is not the run that was never interrupted; with the states of the generators it is, bit by bit, also from a checkpoint read with weights_only."}
#- holds
import random

import numpy as np
import torch
from torch import nn


def get_rng_states():
    name, keys, *rest = np.random.get_state()
    return {
        'python': random.getstate(),
        'numpy': (name, keys.tolist(), *rest),
        'torch': torch.get_rng_state(),
        'cuda': torch.cuda.get_rng_state_all(),
    }


def set_rng_states(states):
    random.setstate(states['python'])
    np.random.set_state(states['numpy'])
    torch.set_rng_state(states['torch'].cpu())
    torch.cuda.set_rng_state_all([state.cpu() for state in states['cuda']])


def run(epochs, resume=False, keep=False):
    torch.manual_seed(0)
    np.random.seed(0)
    random.seed(0)
    model = nn.Sequential(nn.Linear(8, 8), nn.Dropout(0.5), nn.Linear(8, 1))
    optimizer = torch.optim.Adam(model.parameters())
    start = 0
    if resume:
        checkpoint = torch.load('last.pt', map_location='cpu', weights_only=True)
        model.load_state_dict(checkpoint['model'])
        optimizer.load_state_dict(checkpoint['optimizer'])
        start = checkpoint['epoch'] + 1
        if keep:
            set_rng_states(checkpoint['rng_state'])
    for epoch in range(start, epochs):
        x = torch.randn(4, 8) + np.random.rand() + random.random()
        optimizer.zero_grad()
        model(x).sum().backward()
        optimizer.step()
        torch.save(
            {
                'model': model.state_dict(),
                'optimizer': optimizer.state_dict(),
                'epoch': epoch,
                'rng_state': get_rng_states(),
            },
            'last.pt',
        )
    return nn.utils.parameters_to_vector(model.parameters()).detach().clone()


whole = run(6)
run(3)
assert not torch.equal(run(6, resume=True), whole)
run(3)
assert torch.equal(run(6, resume=True, keep=True), whole)
