/** Projects of any size for the bench, like those that people have: many programs over one deep package. */
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

/** A module of the package: a layer, and helpers that call those of the modules below. */
function moduleText(i: number): string {
  const below = [i - 1, i - 2, i - 5].filter((each) => each >= 0);
  const imports = below.map((each) => `from .part${each} import Layer${each}, prepare${each}\n`).join('');
  const calls = below.map((each) => `    values = prepare${each}(values, seed)\n`).join('');
  const layers = below.map((each) => `        self.inner${each} = Layer${each}(width)\n`).join('');
  const runs = below.map((each) => `        x = self.inner${each}(x)\n`).join('');
  return `"""Part ${i} of the package."""\nimport random\n\nimport numpy as np\nimport torch\nfrom torch import nn\n${imports}

class Layer${i}(nn.Module):
    def __init__(self, width=64):
        super().__init__()
        self.linear = nn.Linear(width, width)
        self.norm = nn.LayerNorm(width)
${layers}
    def forward(self, x, mask=None):
${runs}        if mask is not None:
            x = x.masked_fill(mask == 0, 0.0)
        return self.norm(torch.relu(self.linear(x)))


def prepare${i}(values, seed=None):
    if seed is not None:
        rng = np.random.default_rng(seed + ${i})
        values = [value + rng.normal() for value in values]
${calls}    return sorted(values)


def augment${i}(batch):
    if random.random() < 0.5:
        batch = batch.flip(-1)
    return batch
`;
}

const programText = (i: number, modules: number): string => `"""Program ${i}."""\nimport argparse

import torch
from torch.utils.data import DataLoader, TensorDataset

from deep.part${(i * 7) % modules} import augment${(i * 7) % modules}
from deep.part${modules - 1} import Layer${modules - 1}, prepare${modules - 1}
from deep.seeding import seed_all


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=${i})
    args = parser.parse_args()
    seed_all(args.seed)
    model = Layer${modules - 1}(64)
    data = TensorDataset(torch.rand(100, 64))
    prepare${modules - 1}([1.0, 2.0], args.seed)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for epoch in range(3):
        for (batch,) in DataLoader(data, batch_size=8, shuffle=True):
            loss = model(augment${(i * 7) % modules}(batch)).sum()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()


if __name__ == "__main__":
    main()
`;

export const SEEDING = `import random

import numpy as np
import torch


def seed_all(seed):
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)
`;

/** The files of a project with so many programs over a package of so many modules. */
export function deepProject(programs: number, modules: number): Record<string, string> {
  return {
    'pyproject.toml': '[project]\nname = "deep"\n',
    'deep/__init__.py': '',
    'deep/seeding.py': SEEDING,
    ...Object.fromEntries(range(modules).map((i) => [`deep/part${i}.py`, moduleText(i)])),
    ...Object.fromEntries(range(programs).map((i) => [`programs/train${i}.py`, programText(i, modules)])),
  };
}

/** The same many times over, side by side, until there are at least so many files: a repository of many parts. */
export function manyProjects(files: number): Record<string, string> {
  const one = Object.entries(deepProject(150, 120));
  const copies = range(Math.ceil(files / one.length));
  return Object.fromEntries(copies.flatMap((i) => one.map(([path, text]) => [`part${i}/${path}`, text])));
}

/** A helper that seeds, and so many programs that import it; the first is `train0.py`. */
export function sharedHelper(programs: number): Record<string, string> {
  const text = (i: number): string =>
    `import numpy as np\nimport torch\nfrom helper import set_all\n\nset_all(${i})\nmodel = torch.nn.Linear(4, ${i + 1})\nprint(model(torch.rand(2, 4)), np.random.rand(3))\n`;
  return {
    'helper.py': HELPER,
    ...Object.fromEntries(range(programs).map((i) => [`train${i}.py`, text(i)])),
  };
}

/** What `sharedHelper` begins with: it seeds no stream of NumPy's, which its programs draw from. */
export const HELPER = 'import numpy as np\nimport torch\n\n\ndef set_all(seed):\n    torch.manual_seed(seed)\n';

/** Writes files into a new folder, and gives its path. */
export function written(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'seedwise-bench-'));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}
