# needs: hydra
import hydra
import torch
from omegaconf import OmegaConf
from hydra.core.config_store import ConfigStore

ConfigStore.instance().store("config", {"size": 3, "lr": 0.1})


@hydra.main(version_base=None, config_name="config")
def main(config):
    net = torch.nn.Linear(config.size, 1)  # parts: unseeded-stream
    loss = net(torch.ones(4, config.size)).pow(2).mean()
    loss.backward()
    print(loss.item())


if __name__ == "__main__":
    main()
