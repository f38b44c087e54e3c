/** What repairs write, letter by letter, where they depend on the versions that the project's files name. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { act } from '../act.ts';

const requires = (text: string) => [{ path: 'requirements.txt', text }];
const OLD = requires('torch==1.8.1\n');

test('workers of an old torch get a helper for numpy', () => {
  const text = `import numpy as np
import torch
from torch.utils.data import DataLoader, Dataset

torch.manual_seed(3)
np.random.seed(3)


class Noisy(Dataset):
    def __getitem__(self, index):
        return np.random.rand()


loader = DataLoader(
    Noisy(),
    num_workers=2,
    worker_init_fn=None,
)
`;
  assert.equal(
    act(text, 'num_workers', 'Seed the workers', OLD),
    `import random

import numpy as np
import torch
from torch.utils.data import DataLoader, Dataset


def seed_worker(worker_id):
    worker_seed = torch.initial_seed() % 2**32
    np.random.seed(worker_seed)
    random.seed(worker_seed)


torch.manual_seed(3)
np.random.seed(3)


class Noisy(Dataset):
    def __getitem__(self, index):
        return np.random.rand()


loader = DataLoader(
    Noisy(),
    num_workers=2,
    worker_init_fn=seed_worker,
)
`,
  );
});

test('a helper that seeds numpy from the worker’s seed is used again; one that seeds only random is not', () => {
  const text = `import random
import numpy
import torch
from torch.utils.data import DataLoader, Dataset

torch.manual_seed(3)
numpy.random.seed(3)


def init_random(i):
    random.seed(torch.initial_seed())


def init(i):
    numpy.random.seed(torch.initial_seed() % 2**32)


class Noisy(Dataset):
    def __getitem__(self, index):
        return numpy.random.rand()


loader = DataLoader(Noisy(), num_workers=2)
`;
  const expected = text.replace('num_workers=2)', 'num_workers=2, worker_init_fn=init)');
  assert.equal(act(text, 'num_workers', 'Seed the workers', OLD), expected);
});

const IMAGES = `import albumentations as A
import torch
from torch.utils import data

torch.manual_seed(3)


class Images(data.Dataset):
    def __init__(self, files, augment):
        self.files = files
        self.pipeline = augment

    def __getitem__(self, index):
        return self.pipeline(image=self.files[index])


`;
const TRAIN = `augment = A.Compose([A.RandomCrop(8, 8)])
loader = data.DataLoader(Images([], augment), 4, num_workers=2)
`;

test('a pipeline is seeded where the dataset keeps it', () => {
  const helper = `def seed_worker(worker_id):
    dataset = data.get_worker_info().dataset
    dataset.pipeline.set_random_seed(torch.initial_seed() % 2**32)


`;
  const [imports, rest] = IMAGES.split('torch.manual_seed(3)');
  assert.equal(
    act(IMAGES + TRAIN, 'num_workers', 'Seed the workers'),
    `${imports}
${helper}torch.manual_seed(3)${rest}${TRAIN.replace(/\((Images.*)\)/, '(\n    $1, worker_init_fn=seed_worker\n)')}`,
  );
});

test('a helper that seeds the same pipeline is used again', () => {
  const text = `${IMAGES}def reseed(_):
    info = data.get_worker_info()
    info.dataset.pipeline.set_random_seed(info.seed % 2**32)


${TRAIN}`;
  assert.equal(act(text, 'num_workers=2', 'Seed the workers'), text.replace('=2)', '=2, worker_init_fn=reseed)'));
});

const CUBLAS = requires('torch==2.4.1\n');
const flagged = (imports: string): string => `${imports}
torch.manual_seed(3)
torch.use_deterministic_algorithms(True)
print(torch.ones(2).cuda())
`;
const cublas = (imports: string): string =>
  act(flagged(imports), 'torch.use', 'Set `CUBLAS_WORKSPACE_CONFIG` before', CUBLAS);

test('the variable is set in front of torch, with the file’s own import of os and its quotes', () => {
  assert.equal(
    cublas(`'''Trains.'''\nimport os\nimport sys\nimport numpy as np\nimport torch\n`),
    flagged(
      `'''Trains.'''\nimport os\nimport sys\nimport numpy as np\n\nos.environ['CUBLAS_WORKSPACE_CONFIG'] = ':4096:8'\n\nimport torch\n`,
    ),
  );
});

test('os is imported first', () => {
  assert.equal(
    cublas('import torch\n'),
    flagged('import os\n\nos.environ["CUBLAS_WORKSPACE_CONFIG"] = ":4096:8"\n\nimport torch\n'),
  );
  assert.equal(
    cublas('import argparse\nimport sys\n\nimport torch\n'),
    flagged(
      'import argparse\nimport os\nimport sys\n\nos.environ["CUBLAS_WORKSPACE_CONFIG"] = ":4096:8"\n\nimport torch\n',
    ),
  );
  assert.equal(
    cublas('import torch\nimport os\n'),
    flagged('import torch\nimport os\n\nos.environ["CUBLAS_WORKSPACE_CONFIG"] = ":4096:8"\n'),
  );
});

test('a setting that comes too late moves', () => {
  const text = `from os import environ

import torch

torch.manual_seed(3)
(torch.ones(2, 2).cuda() @ torch.ones(2, 2).cuda()).sum()
environ["CUBLAS_WORKSPACE_CONFIG"] = ":16:8"
torch.use_deterministic_algorithms(True)
`;
  assert.equal(
    act(text, 'environ[', 'Set it before', CUBLAS),
    `from os import environ

environ["CUBLAS_WORKSPACE_CONFIG"] = ":16:8"

import torch

torch.manual_seed(3)
(torch.ones(2, 2).cuda() @ torch.ones(2, 2).cuda()).sum()
torch.use_deterministic_algorithms(True)
`,
  );
});

test('a value becomes one that torch takes', () => {
  const text = flagged(`import os\n\nos.environ['CUBLAS_WORKSPACE_CONFIG'] = ':4096:2'\n\nimport torch\n`);
  assert.equal(act(text, `':4096:2'`, 'Set `:4096:8`', CUBLAS), text.replace(':4096:2', ':4096:8'));
});
