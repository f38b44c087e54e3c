# needs: transformers
import torch
from transformers import Trainer, TrainingArguments


class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = torch.nn.Linear(4, 2)

    def forward(self, x, labels=None):
        logits = self.layer(x)
        return {"loss": torch.nn.functional.cross_entropy(logits, labels), "logits": logits}


data = [{"x": torch.full((4,), float(i)), "labels": torch.tensor(i % 2)} for i in range(16)]
from transformers import set_seed

set_seed(3)
args = TrainingArguments("out", max_steps=2, per_device_train_batch_size=4, report_to=[], use_cpu=True, save_strategy="no", disable_tqdm=True, logging_steps=1)
Trainer(Net(), args, train_dataset=data).train()
