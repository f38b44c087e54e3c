import torch
from torch.utils.data import DataLoader, RandomSampler, random_split

torch.manual_seed(4)
data = list(range(12))
train, test = random_split(data, [8, 4])
for epoch in range(3):
    print('differ order', [batch.tolist() for batch in DataLoader(train, batch_size=2, shuffle=True)])
    print('differ sampled', list(RandomSampler(data)))
