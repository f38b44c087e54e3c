# {"claim": "Loaded weights and no_grad leave a model in training mode: dropout drops, batch norm depends on the batch and changes its statistics; eval() ends both."}
#- bad
import torch
from torch import nn

model = nn.Sequential(nn.Linear(8, 8), nn.Dropout(0.5), nn.Linear(8, 2))
model.load_state_dict({key: torch.ones_like(value) for key, value in model.state_dict().items()})
with torch.no_grad():
    print(model(torch.arange(512.0).reshape(64, 8)))
#- good
import torch
from torch import nn

model = nn.Sequential(nn.Linear(8, 8), nn.Dropout(0.5), nn.Linear(8, 2))
model.load_state_dict({key: torch.ones_like(value) for key, value in model.state_dict().items()})
model.eval()
with torch.no_grad():
    print(model(torch.arange(512.0).reshape(64, 8)))
#- holds
import torch
from torch import nn

norm = nn.BatchNorm1d(2)
norm.load_state_dict(norm.state_dict())
assert norm.training
data = torch.arange(16.0).reshape(8, 2)
before = norm.running_mean.clone()
with torch.inference_mode():
    alone, among = norm(data[:2])[0], norm(data)[0]
assert not torch.equal(alone, among)
assert not torch.equal(before, norm.running_mean)
norm.eval()
kept = norm.running_mean.clone()
with torch.inference_mode():
    assert torch.equal(norm(data[:2])[0], norm(data)[0])
assert torch.equal(kept, norm.running_mean)

# Without such layers the mode changes nothing.
plain = nn.Sequential(nn.Linear(2, 4), nn.LayerNorm(4), nn.GroupNorm(2, 4), nn.Dropout(0.0))
with torch.inference_mode():
    assert torch.equal(plain(data), plain.eval()(data))
