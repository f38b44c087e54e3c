/** How often a place runs, as the files around it show: a repair writes no seed into what runs again and again. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { projectOf } from '../../server/src/core/program/project.ts';
import { openFile } from '../../server/src/core/python/file.ts';
import { roundsOf } from '../../server/src/core/seeding/rounds.ts';
import { DEFAULT_SETTINGS } from '../../server/src/core/settings/settings.ts';
import { workspaceOf } from '../corpus.ts';

/** The rounds of the call of `here` in `data.py`, beside a `main.py`. */
function roundsIn(data: string, main: string) {
  const files = [
    { path: 'data.py', text: data },
    { path: 'main.py', text: main },
  ];
  const file = openFile('data.py', data);
  const { values } = projectOf(file, DEFAULT_SETTINGS, workspaceOf(files));
  const place = file.allCalls.find(({ callee }) => file.read(callee) === 'here');
  assert.ok(place, data);
  return roundsOf(place.node, file, values);
}

const MAKE = 'import torch\n\ndef make():\n    here()\n';
const CLASS =
  'import torch\n\nclass Data:\n    def __init__(self):\n        pass\n\n    def make(self):\n        here()\n';

test('a function runs again where another file calls it in a loop, or hands it on', () => {
  const again = [
    'from data import make\nfor epoch in range(3):\n    make()\n',
    'from data import make as fresh\ndef run():\n    while True:\n        fresh()\nrun()\n',
    'import data\nall = [data.make() for _ in range(3)]\n',
    'from data import *\ndef epoch():\n    make()\nfor _ in range(3):\n    epoch()\n',
    'def main():\n    from data import make\n    for _ in range(3):\n        make()\nmain()\n',
    'from data import make\nfit(loader=make)\n',
    'from data import make\nTABLE = {"a": make}\nfor name in TABLE:\n    TABLE[name]()\n',
    'import data\nrun(lambda: data.make())\n',
    'import threading\nfrom data import make\nfor _ in range(2):\n    threading.Thread(target=make).start()\n',
    'from data import make\nclass Late:\n    loaders = make\n    def __iter__(self):\n        make()\n',
  ];
  for (const main of again) assert.equal(roundsIn(MAKE, main), 'again', main);
});

test('a function runs once where it is only called so, looked at, or handed to what calls it once', () => {
  const once = [
    'from data import make\nmake()\nprint(make.__name__)\n',
    'from data import make\ndef main():\n    make()\nif __name__ == "__main__":\n    main()\n',
    'from absl import app\nfrom data import make\napp.run(make)\n',
    'import torch.multiprocessing as mp\nfrom data import make\nmp.spawn(make, nprocs=2)\n',
    'import threading\nfrom data import make\nthreading.Thread(target=make).start()\n',
    'from data import make\nfast = make\nfast()\n',
    'import other\nfor _ in range(3):\n    other.make()\n',
    'def make():\n    pass\nfor _ in range(3):\n    make()\n',
    'from data import make\nif make is not None:\n    make()\n',
  ];
  for (const main of once) assert.equal(roundsIn(MAKE, main), 'once', main);
});

test('a method counts by its name where nobody can read whose it is', () => {
  const again = [
    'from data import Data\ndef fit(data):\n    for _ in range(3):\n        data.make()\nfit(Data())\n',
    'from data import Data\nfor _ in range(3):\n    Data().make()\n',
    'from data import Data\nfit(Data().make)\n',
    'from data import Data\nclass More(Data):\n    def all(self):\n        return [self.make() for _ in range(3)]\n',
  ];
  for (const main of again) assert.equal(roundsIn(CLASS, main), 'again', main);
  const once = [
    'from data import Data\nData().make()\n',
    'from data import Data\nclass Other:\n    def make(self):\n        pass\nother = Other()\nfor _ in range(3):\n    other.make()\nData().make()\n',
  ];
  for (const main of once) assert.equal(roundsIn(CLASS, main), 'once', main);
  const inInit = CLASS.replace('pass', 'here()').replace(
    '        here()\n\n    def make',
    '        here()\n\n    def make',
  );
  assert.equal(roundsIn(inInit, 'from data import Data\nfor fold in range(3):\n    Data()\n'), 'again');
  assert.equal(roundsIn(inInit, 'from data import Data\nData()\n'), 'once');
});

test('a library calls what its decorators and base classes are given, as often as it likes', () => {
  const hook = (base: string, name: string): string =>
    `import torch\nimport lightning\nimport transformers\n\nclass Own(${base}):\n    def ${name}(self):\n        here()\n`;
  const main = 'from data import Own\nOwn()\n';
  assert.equal(roundsIn(hook('lightning.LightningModule', 'on_train_epoch_start'), main), 'again');
  assert.equal(roundsIn(hook('transformers.TrainerCallback', 'on_step_begin'), main), 'again');
  assert.equal(roundsIn(hook('lightning.LightningDataModule', 'train_dataloader'), main), 'once');
  assert.equal(roundsIn(hook('torch.nn.Module', 'build'), main), 'once');
  const decorated = (decorator: string, head = ''): string =>
    `import torch\n${head}\n@${decorator}\ndef make():\n    here()\n`;
  const called = 'from data import make\nmake()\n';
  assert.equal(roundsIn(decorated('trainer.on("epoch")', 'trainer = build()'), called), 'again');
  assert.equal(
    roundsIn(decorated('register', 'def register(f):\n    KEPT.append(f)\n    return f'), 'import data\n'),
    'again',
  );
  assert.equal(roundsIn(decorated('timed', 'def timed(f):\n    return f'), called), 'once');
  assert.equal(roundsIn(decorated('torch.no_grad()'), called), 'once');
  assert.equal(roundsIn(decorated('hydra.main()', 'import hydra'), called), 'once');
  assert.equal(
    roundsIn(decorated('app.command()', 'import typer\napp = typer.Typer()'), 'import data\ndata.app()\n'),
    'once',
  );
});

test('a method runs as often as its base calls it', () => {
  const base = (own: string): string =>
    `class Base:\n    def fit(self):\n        for _ in range(3):\n            self.make()\n${own}`;
  const mine = '\nclass Data(Base):\n    def make(self):\n        here()\n';
  const abstract = '\n    def make(self):\n        raise NotImplementedError\n';
  for (const own of ['', abstract]) {
    assert.equal(roundsIn(`${base(own)}${mine}`, 'from data import Data\nData().fit()\n'), 'again');
    assert.equal(roundsIn(`from main import Base\n${mine}`, base(own)), 'again');
  }
  const other = base('').replace('self.make', 'self.other');
  assert.equal(roundsIn(`from main import Base\n${mine}`, other), 'once');
});

test('rounds that a number tells apart keep it', () => {
  assert.deepEqual(roundsIn('for i in range(3):\n    here()\n', 'import data\n'), { counter: 'i' });
  assert.equal(roundsIn('while True:\n    here()\n', 'import data\n'), 'again');
});

test('one call that runs a function in many processes runs it again', () => {
  const many = [
    'import flwr\nfrom data import make\nflwr.simulation.start_simulation(client_fn=make, num_clients=2)\n',
    'from ray import tune\nfrom data import make\ntune.Tuner(make)\n',
    'from multiprocessing import Pool\nfrom data import make\nwith Pool() as pool:\n    pool.map(make, range(3))\n',
  ];
  for (const main of many) assert.equal(roundsIn(MAKE, main), 'again', main);
  const one =
    'from concurrent.futures import ProcessPoolExecutor\nfrom data import make\nProcessPoolExecutor().submit(make)\n';
  assert.equal(roundsIn(MAKE, one), 'once');
});
