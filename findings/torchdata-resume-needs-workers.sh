#!/usr/bin/env bash
# torchdata 0.11.0 (torch 2.13.0): a program that saves the state of its StatefulDataLoader and torch's global state in
# the middle of an epoch, and puts both back, goes on bit by bit only if the loader has a `generator` of its own AND
# workers. Without the generator it takes one number more from the global stream as it goes on, so that every dropout
# mask behind it is another one; with the generator and no workers the next epoch has another order.
#
# Output seen (whether the resumed run ends in the same weights as one that was never interrupted):
#   no generator, 0 workers: other
#   no generator, 2 workers: other
#   generator, 0 workers: other
#   generator, 2 workers: same
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 torchdata==0.11.0 numpy==2.4.6 2>/dev/null
cat >look.py <<'EOF'
import copy

import torch
from torch import nn
from torchdata.stateful_dataloader import StatefulDataLoader


def run(own, workers, stop=None, saved=None):
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(1, 8), nn.Dropout(), nn.Linear(8, 1))
    optimizer = torch.optim.SGD(model.parameters(), 0.01)
    generator = torch.Generator().manual_seed(5) if own else None
    loader = StatefulDataLoader(
        torch.arange(12.0).unsqueeze(1), 3, shuffle=True, num_workers=workers, generator=generator
    )
    step = 0
    if saved:
        model.load_state_dict(saved["model"])
        loader.load_state_dict(saved["loader"])
        torch.set_rng_state(saved["stream"])
        step = saved["step"]
    while step < 12:
        for x in loader:
            optimizer.zero_grad()
            model(x).sum().backward()
            optimizer.step()
            step += 1
            if step == stop:
                states = {"model": model.state_dict(), "loader": loader.state_dict()}
                return copy.deepcopy({**states, "stream": torch.get_rng_state(), "step": step})
    return nn.utils.parameters_to_vector(model.parameters())


for own in (False, True):
    for workers in (0, 2):
        same = torch.equal(run(own, workers), run(own, workers, saved=run(own, workers, stop=6)))
        print(f"{'generator' if own else 'no generator'}, {workers} workers: {'same' if same else 'other'}")
EOF
venv/bin/python -W ignore look.py | tee seen
diff seen - <<'EOF'
no generator, 0 workers: other
no generator, 2 workers: other
generator, 0 workers: other
generator, 2 workers: same
EOF
