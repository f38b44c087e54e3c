"""A policy gradient on a made-up environment, in the manner of the usual first lesson."""
import argparse
import random
from collections import deque

import numpy as np
import torch
import torch.nn as nn
from torch.distributions import Categorical


class Walk:
    """Goes left or right; the goal is at three."""

    def reset(self):
        self.at = float(np.random.uniform(-1, 1))
        self.left = 8
        return self.observe()

    def observe(self):
        return torch.tensor([self.at, self.left / 8])

    def step(self, action):
        self.at += 1 if action else -1
        self.left -= 1
        done = self.left == 0 or abs(self.at) > 3
        return self.observe(), float(self.at > 2), done


class Policy(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(2, 12)
        self.out = nn.Linear(12, 2)

    def forward(self, x):
        hidden = torch.tanh(self.hidden(x))
        scores = self.out(hidden)
        return torch.softmax(scores, dim=-1)


def finish(rewards, actions, optimizer):
    returns = deque()
    value = 0.0
    for reward in reversed(rewards):
        value = reward + 0.9 * value
        returns.appendleft(value)
    gains = torch.tensor(list(returns))
    gains = (gains - gains.mean()) / (gains.std() + 1e-6)
    loss = -(torch.stack(actions) * gains).sum()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()


def main(seed, episodes):
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)
    world, policy = Walk(), Policy()
    optimizer = torch.optim.Adam(policy.parameters(), lr=0.02)
    for episode in range(episodes):
        state = world.reset()
        rewards, actions = [], []
        done = False
        while not done:
            chances = policy(state)
            choice = Categorical(chances)
            action = choice.sample()
            actions.append(choice.log_prob(action))
            state, reward, done = world.step(action.item())
            rewards.append(reward)
        loss = finish(rewards, actions, optimizer)
        print(episode, sum(rewards), loss)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=543)
    parser.add_argument("--episodes", type=int, default=3)
    options = parser.parse_args()
    main(options.seed, options.episodes)
