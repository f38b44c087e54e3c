"""Tries learning rates; each run has a seed of its own, and tells it."""
import subprocess
import sys
import time

import torch


def pick_rate():
    torch.manual_seed(int(time.time()))
    #                 ^^^^^^^^^^^^^^^^ varying-seed warning
    return 10 ** torch.empty(()).uniform_(-4, -2).item()


def main():
    for run in range(5):
        rate = pick_rate()
        started = time.time()
        subprocess.run([sys.executable, "train.py", "--seed", str(run)], check=True)
        print(f"{run}: {rate:.5f} took {time.time() - started:.0f} s")


if __name__ == "__main__":
    main()
