/** Families of programs of any size, in which a reader that follows every way would do twice the work for one step more. */

export type Files = Readonly<Record<string, string>>;

const HEAD = 'import torch\n\n\n';
const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);
const one = (text: string): Files => ({ 'train.py': HEAD + text });

export interface Family {
  /** The program of a size; its text grows with it. */
  make(n: number): Files;
  /** Two sizes, the second twice the first, that are compared. */
  readonly sizes: readonly [number, number];
}

const wide = (make: Family['make']): Family => ({ make, sizes: [40, 80] });
/** Nested in the text itself, where Python has limits of its own. */
const deep = (make: Family['make']): Family => ({ make, sizes: [15, 30] });

export const FAMILIES: Readonly<Record<string, Family>> = {
  'functions handed down': wide((n) =>
    one(
      `def f0(g):\n    g()\n\n${range(n)
        .map((i) => `def f${i + 1}(g):\n    f${i}(lambda: g())\n    f${i}(lambda: g())\n`)
        .join('\n')}\nf${n}(lambda: torch.rand(1))\n`,
    ),
  ),
  'optional parameters': wide((n) => {
    const names = [...'abcdefgh'];
    const parameters = names.map((name) => `${name}=None`).join(', ');
    const pass = (i: number, changed: readonly number[]): string =>
      `    f${i}(${names.map((name, k) => `${name}=${changed.includes(k) ? i : name}`).join(', ')})\n`;
    const bodies = range(n).map(
      (i) => `def f${i + 1}(${parameters}):\n${[0, 1, 2, 3].map((k) => pass(i, [k, k + 4])).join('')}`,
    );
    const first = `def f0(${parameters}):\n${names.map((name) => `    if ${name} is not None:\n        torch.manual_seed(${name})\n`).join('')}`;
    return one(`${[first, ...bodies].join('\n\n')}\nf${n}()\nprint(torch.rand(1))\n`);
  }),
  'imports in a row': wide((n) => ({
    'train.py': `${HEAD}import m0\n\nprint(torch.rand(1), m0)\n`,
    ...Object.fromEntries(
      range(n).map((i) => [
        `m${i}.py`,
        `${i + 1 < n ? `import m${i + 1}\n` : ''}import torch\n\nx = torch.rand(${i + 1})\n`,
      ]),
    ),
  })),
  'imports in a lattice': wide((n) => ({
    'train.py': `${HEAD}import a0\nimport b0\n\nprint(torch.rand(1), a0, b0)\n`,
    ...Object.fromEntries(
      range(n).flatMap((i) =>
        ['a', 'b'].map((row) => [
          `${row}${i}.py`,
          `${i + 1 < n ? `import a${i + 1}\nimport b${i + 1}\n` : ''}import torch\n\n\ndef f():\n    ${i + 1 < n ? `a${i + 1}.f()\n    b${i + 1}.f()` : 'torch.rand(1)'}\n`,
        ]),
      ),
    ),
  })),
  'mutual recursion': wide((n) => {
    const names = range(6).map((k) => `p${k}`);
    const turned = [...names.slice(1), names[0]!];
    return one(
      `${range(n)
        .map(
          (i) =>
            `def f${i}(${names.join(', ')}):\n    if p0:\n        torch.manual_seed(p1)\n    f${(i + 1) % n}(${turned.join(', ')})\n    f${(i + n - 1) % n}(${[...names].reverse().join(', ')})\n`,
        )
        .join('\n\n')}\nf0(1, 2, 3, 4, 5, 6)\nprint(torch.rand(1))\n`,
    );
  }),
  'branches in branches': deep((n) =>
    one(
      `def f(x):\n    if x:\n        torch.manual_seed(x)\n    return torch.rand(1)\n\n\nc = input()\n${range(n)
        .map((i) => `${'    '.repeat(i)}if c > ${i}:\n${'    '.repeat(i + 1)}f(${i})\n`)
        .join('')}`,
    ),
  ),
  'branches in a row': wide((n) =>
    one(
      `def f(x):\n    if x:\n        torch.manual_seed(x)\n\n\nc = input()\n${range(n)
        .map((i) => `if c == ${i}:\n    f(c)\n    torch.rand(${i + 1})\n`)
        .join('')}`,
    ),
  ),
  'a long elif': wide((n) =>
    one(
      `def f(x):\n    torch.rand(x)\n\n\nc = input()\nif c:\n    f(1)\n${range(n)
        .map((i) => `elif c == ${i}:\n    f(${i})\n`)
        .join('')}`,
    ),
  ),
  'a long try': wide((n) =>
    one(
      `def f(x):\n    torch.rand(x)\n\n\ntry:\n    f(1)\n${range(n)
        .map((i) => `except E${i}:\n    f(${i})\n`)
        .join('')}`,
    ),
  ),
  'tries in a row': wide((n) =>
    one(
      `def f(x):\n    torch.rand(x)\n\n\n${range(n)
        .map((i) => `try:\n    f(${i})\nexcept ValueError:\n    f(2)\nfinally:\n    f(3)\n`)
        .join('')}`,
    ),
  ),
  'comprehensions in comprehensions': deep((n) => {
    return one(
      `x = ${'['.repeat(n)}torch.rand(1)${range(n)
        .map((i) => ` for i${i} in y]`)
        .join('')}\n`,
    );
  }),
  'a wide registry': wide((n) =>
    one(
      `${range(n)
        .map((i) => `def f${i}():\n    torch.rand(${i + 1})\n`)
        .join('\n\n')}\nTABLE = {${range(n)
        .map((i) => `"${i}": f${i}`)
        .join(', ')}}\n\n\ndef run(name):\n    TABLE[name]()\n\n\n${range(n)
        .map((i) => `run("${i}")\n`)
        .join('')}`,
    ),
  ),
  'classes upon classes': deep((n) =>
    one(
      `class C0:\n    def __init__(self, x=None):\n        torch.rand(1)\n\n    def step(self):\n        torch.rand(1)\n\n${range(
        n,
      )
        .map(
          (i) =>
            `\nclass C${i + 1}(C${i}):\n    def __init__(self, x=None):\n        super().__init__(x)\n        self.step()\n`,
        )
        .join('\n')}\nC${n}()\n`,
    ),
  ),
};

const long = (make: Family['make']): Family => ({ make, sizes: [100, 200] });
const lines = (n: number, line: (i: number) => string): string => range(n).map(line).join('');

/** As many modules of one function each. */
const modulesOfOneName = (n: number): Files =>
  Object.fromEntries(range(n).map((i) => [`m${i}.py`, `import torch\n\n\ndef f${i}():\n    torch.rand(1)\n`]));

/** Long programs, of which reading and understanding the text once took the square of their length. */
export const LONG: Readonly<Record<string, Family>> = {
  'draws in a row': long((n) => one(lines(n, (i) => `x${i} = torch.rand(1)\n`))),
  'a name that is bound again and again': long((n) =>
    one(`def f(x):\n    return x + torch.rand(1)\n\n\nx = 0\n${'x = f(x)\n'.repeat(n)}`),
  ),
  'calls in one list': long((n) => one(`x = [${lines(n, (i) => `torch.rand(${i}), `)}]\n`)),
  'a long elif': long((n) =>
    one(`a = input()\nif a:\n    pass\n${lines(n, (i) => `elif a == ${i}:\n    torch.rand(1)\n`)}`),
  ),
  'tries in a row': long((n) =>
    one(lines(n, (i) => `try:\n    x${i} = torch.rand(1)\nexcept ValueError:\n    pass\n`)),
  ),
  'layers of a network': long((n) =>
    one(
      `class Net(torch.nn.Module):\n    def __init__(self):\n        super().__init__()\n${lines(n, (i) => `        self.l${i} = torch.nn.Linear(1, 1)\n`)}\n    def forward(self, x):\n${lines(n, (i) => `        x = self.l${i}(x)\n`)}        return x\n\n\nNet()\n`,
    ),
  ),
  'items of a table': long((n) =>
    one(`d = {${lines(n, (i) => `"k${i}": torch.nn.Linear(1, 1), `)}}\n${lines(n, (i) => `d["k${i}"](1)\n`)}`),
  ),
  'seeds in a row': long((n) => one(`${'torch.manual_seed(0)\n'.repeat(n)}torch.rand(1)\n`)),
  'calls of one function': long((n) =>
    one(`def f(a, b=1):\n    return torch.rand(a)\n\n\n${lines(n, (i) => `f(${i})\n`)}`),
  ),
  'functions in a row': long((n) =>
    one(lines(n, (i) => `def f${i}(x):\n    return torch.rand(x)\n\n\n`) + lines(n, (i) => `f${i}(1)\n`)),
  ),
  'attributes handed on': long((n) =>
    one(
      `import random\n\n\nclass A:\n    def __init__(self):\n        self.a0 = list(set("ab"))\n${lines(n, (i) => `        self.a${i + 1} = self.a${i}\n`)}\n\nrandom.shuffle(A().a${n})\n`,
    ),
  ),
  'sets joined, one a line': long((n) =>
    one(
      `import random\n\ns = set()\n${lines(n, (i) => `s = s | {"k${i}"}\n`)}random.shuffle(list(s))\nfor e in list(s):\n    print(e)\n`,
    ),
  ),
  'sets joined, each under a name of its own': long((n) =>
    one(
      `import random\n\ns0 = set("ab")\n${lines(n, (i) => `s${i + 1} = s${i} | {"k${i}"}\n`)}x = list(s${n})\nrandom.shuffle(x)\n`,
    ),
  ),
  'sets joined in one expression': long((n) =>
    one(`import random\n\nx = list({"a"}${lines(n, (i) => ` | {"k${i}"}`)})\nrandom.shuffle(x)\n`),
  ),
  'draws in a sum': long((n) => one(`x = torch.rand(1)${' + torch.rand(1)'.repeat(n)}\n`)),
  'names in a sum': long((n) =>
    one(`${lines(n, (i) => `a${i} = torch.rand(1)\n`)}x = a0${lines(n, (i) => ` + a${i}`)}\nx.cumsum(0)\n`),
  ),
  'draws behind many conditions': long((n) =>
    one(`a = input()\nx = a${lines(n, (i) => ` or a == ${i} and torch.rand(1)`)}\n`),
  ),
  'a choice of many': long((n) => one(`a = input()\nx = ${lines(n, (i) => `torch.rand(1) if a == ${i} else `)}0\n`)),
  'a chain of comparisons': long((n) => one(`x = 1${lines(n, (i) => ` < torch.rand(${i})`)}\n`)),
  'a name handed on': long((n) =>
    one(`x0 = list(set("ab"))\n${lines(n, (i) => `x${i + 1} = x${i}\n`)}import random\n\nrandom.shuffle(x${n})\n`),
  ),
  'a tensor computed on': long((n) =>
    one(`x0 = torch.rand(3)\n${lines(n, (i) => `x${i + 1} = x${i} * 2\n`)}x${n}.cumsum(0)\n`),
  ),
  'functions that call the one before': long((n) =>
    one(
      `def f0():\n    return torch.rand(1)\n\n\n${lines(n, (i) => `def f${i + 1}():\n    return f${i}()\n\n\n`)}f${n}()\n`,
    ),
  ),
  'calls in a list that is passed': long((n) => one(`torch.cat([${lines(n, (i) => `torch.rand(${i}), `)}])\n`)),
  'a long match': long((n) =>
    one(`a = input()\nmatch a:\n${lines(n, (i) => `    case "k${i}":\n        torch.rand(1)\n`)}`),
  ),
  'functions in a function': long((n) =>
    one(
      `def outer():\n${lines(n, (i) => `    def f${i}(x):\n        return torch.rand(x)\n\n    f${i}(1)\n`)}\n\nouter()\n`,
    ),
  ),
  'a long f-string': long((n) => one(`a = 1\nx = f"${lines(n, (i) => `{a} {torch.rand(${i})} `)}"\n`)),
  'many decorators': long((n) =>
    one(`def d(f):\n    return f\n\n\n${'@d\n'.repeat(n)}def g():\n    return torch.rand(1)\n\n\ng()\n`),
  ),
  'decorated functions': long((n) =>
    one(`def d(f):\n    return f\n\n\n${lines(n, (i) => `@d\ndef g${i}():\n    return torch.rand(1)\n\n\n`)}g0()\n`),
  ),
  'entries of a dictionary': long((n) =>
    one(`d = {${lines(n, (i) => `"k${i}": ${i}, `)}}\nx = d["k1"]\n${lines(n, (i) => `y${i} = d["k${i}"]\n`)}`),
  ),
  'entries set one by one': long((n) =>
    one(`d = {}\n${lines(n, (i) => `d["k${i}"] = torch.nn.Linear(1, 1)\n`)}${lines(n, (i) => `d["k${i}"](1)\n`)}`),
  ),
  'a class of many methods': long((n) =>
    one(
      `class A:\n    def __init__(self):\n        self.x = torch.rand(1)\n\n${lines(n, (i) => `    def m${i}(self):\n        return self.x + torch.rand(1)\n\n`)}\na = A()\n${lines(n, (i) => `a.m${i}()\n`)}`,
    ),
  ),
  'with in a row': long((n) => one(lines(n, (i) => `with torch.no_grad():\n    x${i} = torch.rand(1)\n`))),
  'with of many items': long((n) =>
    one(
      `with ${range(n)
        .map((i) => `open("${i}") as f${i}`)
        .join(', ')}:\n    torch.rand(1)\n`,
    ),
  ),
  imports: long((n) => one(`${lines(n, (i) => `import m${i}\n`)}torch.rand(1)\n${lines(n, (i) => `m${i}.f()\n`)}`)),
  'names of one import': long((n) =>
    one(`from m import (${lines(n, (i) => `f${i}, `)})\ntorch.rand(1)\n${lines(n, (i) => `f${i}()\n`)}`),
  ),
  'star imports in a ring': long((n) => ({
    'train.py': `${HEAD}from m0 import *\n\ntorch.rand(1)\nf()\ng()\n`,
    ...Object.fromEntries(
      range(n).map((i) => [
        `m${i}.py`,
        `from m${(i + 1) % n} import *\nimport torch\n\n\ndef f${i}():\n    torch.rand(1)\n`,
      ]),
    ),
  })),
  'a long chain of attributes': long((n) =>
    one(`class A:\n    def f(self):\n        return self${lines(n, (i) => `.a${i}`)}.cumsum(0)\n`),
  ),
  'a long chain of calls': long((n) => one(`x = torch.rand(1)${lines(n, (i) => `.add(${i})`)}\n`)),
  'calls in calls': long((n) =>
    one(`def f(x):\n    return x\n\n\ny = ${'f('.repeat(n)}torch.rand(1)${')'.repeat(n)}\n`),
  ),
  'lambdas in a row': long((n) =>
    one(lines(n, (i) => `f${i} = lambda x: torch.rand(x)\n`) + lines(n, (i) => `f${i}(1)\n`)),
  ),
  'keyword arguments': long((n) =>
    one(
      `def f(${range(n)
        .map((i) => `a${i}=None`)
        .join(', ')}):\n${lines(n, (i) => `    torch.rand(a${i})\n`)}\n\nf(${range(n)
        .map((i) => `a${i}=${i}`)
        .join(', ')})\n`,
    ),
  ),
  listings: long((n) => one(`import os\n\n${lines(n, (i) => `x${i} = os.listdir("d")\ny${i} = x${i}[0]\n`)}`)),
  'seeds that vary': long((n) =>
    one(`import time\n\n${lines(n, () => `torch.manual_seed(int(time.time()))\n`)}torch.rand(1)\n`),
  ),
  'arguments of a parser': long((n) =>
    one(
      `import argparse\n\np = argparse.ArgumentParser()\n${lines(n, (i) => `p.add_argument("--a${i}", type=int, default=${i})\n`)}args = p.parse_args()\ntorch.manual_seed(args.a0)\n${lines(n, (i) => `torch.rand(args.a${i})\n`)}`,
    ),
  ),
  'operations on one tensor': long((n) => one(`x = torch.rand(3, 3)\n${lines(n, () => `x.index_add_(0, i, y)\n`)}`)),
  'generators that a dataset keeps': long((n) =>
    one(
      `import random\n\n\nclass D(torch.utils.data.Dataset):\n    def __init__(self):\n${lines(n, (i) => `        self.a${i} = random.Random()\n`)}\n    def __getitem__(self, i):\n${lines(n, (i) => `        self.a${i}.random()\n`)}        return 1\n\n\ntorch.utils.data.DataLoader(D(), num_workers=2)\n`,
    ),
  ),
  'values unpacked at once': long((n) =>
    one(
      `${range(n)
        .map((i) => `a${i}`)
        .join(', ')} = ${range(n)
        .map((i) => `torch.rand(${i})`)
        .join(', ')}\n`,
    ),
  ),
  'names of one value': long((n) => one(`${lines(n, (i) => `x${i} = `)}torch.rand(1)\n`)),
  'dictionaries made of the one before': long((n) =>
    one(
      `k0 = dict(shuffle=True)\n${lines(n, (i) => `k${i + 1} = {**k${i}, "a${i}": 1}\n`)}torch.utils.data.DataLoader(d, **k${n})\n`,
    ),
  ),
  'a parameter passed to many': long((n) =>
    one(
      `${lines(n, (i) => `def f${i}(x):\n    return x\n\n\n`)}def run(seed):\n${lines(n, (i) => `    f${i}(seed)\n`)}    torch.manual_seed(seed)\n\n\nrun(1)\n`,
    ),
  ),
  'comments that ignore': long((n) => one(lines(n, (i) => `x${i} = torch.rand(1)  # seedwise: ignore[late-seed]\n`))),
  processes: long((n) =>
    one(
      `import multiprocessing\n\n\ndef f():\n    torch.rand(1)\n\n\n${lines(n, () => `multiprocessing.Process(target=f).start()\n`)}`,
    ),
  ),
  'classes in a row': long((n) =>
    one(
      `${lines(n, (i) => `class A${i}(torch.nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.l = torch.nn.Linear(1, 1)\n\n    def forward(self, x):\n        return self.l(x)\n\n\n`)}${lines(n, (i) => `A${i}()(1)\n`)}`,
    ),
  ),
  'star imports, each of one name': long((n) => ({
    'train.py': `${HEAD}${lines(n, (i) => `from m${i} import *\n`)}torch.rand(1)\n${lines(n, (i) => `f${i}()\n`)}`,
    ...modulesOfOneName(n),
  })),
  'star imports of modules that nobody sees': long((n) =>
    one(`${lines(n, (i) => `from m${i} import *\n`)}torch.rand(1)\n${lines(n, (i) => `f${i}()\n`)}`),
  ),
  'star imports through one module': long((n) => ({
    'train.py': `${HEAD}from hub import *\n\ntorch.rand(1)\n${lines(n, (i) => `f${i}()\n`)}`,
    'hub.py': lines(n, (i) => `from m${i} import *\n`),
    ...modulesOfOneName(n),
  })),
  'sets joined in place': long((n) =>
    one(`import random\n\ns = set()\n${lines(n, (i) => `s |= {"k${i}"}\n`)}random.shuffle(list(s))\n`),
  ),
  'a tensor added to in place': long((n) => one(`s = torch.rand(3)\n${'s += torch.rand(3)\n'.repeat(n)}s.cumsum(0)\n`)),
  'a global of many functions': long((n) =>
    one(
      `x = 0\n${lines(n, (i) => `\n\ndef f${i}():\n    global x\n    x = torch.rand(${i})\n`)}\n${lines(n, (i) => `f${i}()\n`)}print(x)\n`,
    ),
  ),
  'layers that are loaded, each by itself': long((n) =>
    one(
      `${lines(n, (i) => `l${i} = torch.nn.Linear(1, 1)\n`)}${lines(n, (i) => `l${i}.load_state_dict(torch.load("p${i}"))\n`)}torch.manual_seed(0)\n`,
    ),
  ),
  'layers of a network that are loaded, each by itself': long((n) =>
    one(
      `class Net(torch.nn.Module):\n    def __init__(self):\n        super().__init__()\n${lines(n, (i) => `        self.l${i} = torch.nn.Linear(1, 1)\n`)}${lines(n, (i) => `        self.l${i}.load_state_dict(torch.load("p${i}"))\n`)}\n\nNet()\n`,
    ),
  ),
  'comprehensions handed on': long((n) =>
    one(
      `x0 = [torch.nn.Linear(1, 1) for _ in range(3)]\n${lines(n, (i) => `x${i + 1} = [e for e in x${i}]\n`)}${lines(n, (i) => `x${i}[0](1)\n`)}`,
    ),
  ),
};
