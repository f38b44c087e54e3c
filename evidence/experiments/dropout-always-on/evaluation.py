# {"claim": "F.dropout without training= and scaled_dot_product_attention with a dropout_p drop after eval() too, so an evaluation differs from run to run; training=self.training and the layer do not."}
#- bad
import torch
import torch.nn.functional as F
from torch import nn


class Net(nn.Module):
    def forward(self, x):
        return F.dropout(x, p=0.5)


print(Net().eval()(torch.ones(64)))
#- good
import torch
import torch.nn.functional as F
from torch import nn


class Net(nn.Module):
    def forward(self, x):
        return F.dropout(x, p=0.5, training=self.training)


print(Net().eval()(torch.ones(64)))
#- holds
import torch
import torch.nn.functional as F
from torch import nn

x = torch.ones(1000)
for drop in (F.dropout, F.dropout1d, F.dropout2d, F.dropout3d):
    shape = (1000,) + (1,) * {F.dropout: 0, F.dropout1d: 1, F.dropout2d: 2, F.dropout3d: 3}[drop]
    assert (drop(x.reshape(1, *shape)) == 0).any(), drop
for drop in (F.alpha_dropout, F.feature_alpha_dropout):
    assert torch.equal(drop(x), x), drop
assert torch.equal(nn.Dropout(0.5).eval()(x), x)

q = torch.randn(1, 1, 64, 8)
with torch.no_grad():
    assert torch.equal(F.scaled_dot_product_attention(q, q, q), F.scaled_dot_product_attention(q, q, q))
    first, second = (F.scaled_dot_product_attention(q, q, q, dropout_p=0.5) for _ in range(2))
assert not torch.equal(first, second)
