"""The same model on several GPUs, started by torchrun."""
import os

import torch
import torch.distributed as dist
from torch.nn.parallel import DistributedDataParallel
from torch.utils.data import DataLoader, DistributedSampler, random_split

from shapes import ShapeNet, build_dataset


def main():
    dist.init_process_group("nccl")
    rank = int(os.environ["LOCAL_RANK"])
    torch.manual_seed(100 + rank)
    torch.backends.cudnn.deterministic = False
    #                                    ^^^^^ nondeterministic-cudnn information
    dataset = build_dataset("data/shapes", augment=False)
    #         ^^^^^^^^^^^^^ incomplete-seeding warning
    train_set, _ = random_split(dataset, [0.9, 0.1])
    #              ^^^^^^^^^^^^ rank-dependent-split warning
    sampler = DistributedSampler(train_set)
    #         ^^^^^^^^^^^^^^^^^^ missing-set-epoch warning
    loader = DataLoader(train_set, batch_size=64, sampler=sampler, num_workers=4)
    model = DistributedDataParallel(ShapeNet(classes=4).cuda(rank), device_ids=[rank])
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for epoch in range(20):
        for pictures, labels in loader:
            loss = torch.nn.functional.cross_entropy(model(pictures.cuda(rank)), labels.cuda(rank))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()


if __name__ == "__main__":
    main()
