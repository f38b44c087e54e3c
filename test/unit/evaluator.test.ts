/** What expressions may stand for, and where values go, as the evaluator sees it. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Evaluator, evaluatorOf, type Fact } from '../../server/src/core/python/evaluator.ts';
import { type Node, openFile, type PythonFile } from '../../server/src/core/python/file.ts';
import type { Elsewhere, Value } from '../../server/src/core/python/value.ts';
import '../engine.ts';

const written = ({ file, node, access, sure }: Value): string =>
  `${file.read(node)}${access.length > 0 ? ` > ${access.join(' ')}` : ''}${sure ? '' : '?'}`;

/** What the argument of `show(...)` may stand for. */
function shown(file: PythonFile, evaluator: Evaluator): string[] {
  const [call] = file.allCalls.filter(({ callee }) => file.read(callee) === 'show');
  const argument = call?.node.get('arguments')?.children[0];
  assert.ok(argument, 'the program shows something');
  const { values, isComplete } = evaluator.origins(evaluator.value(argument));
  assert.ok(isComplete);
  return values.map(written);
}

const ORIGINS: readonly (readonly [title: string, code: string, origins: readonly string[]])[] = [
  ['a name', 'a = f()\nb = a\nshow(b)', ['f()']],
  ['the last value before the mention', 'a = f()\na = g()\nshow(a)', ['g()']],
  ['either branch', 'if c:\n    a = 1\nelse:\n    a = 2\nshow(a)', ['1?', '2?']],
  ['a choice', 'show(f() if c else (d or e()))', ['f()?', 'd?', 'e()?']],
  ['a name of itself', 'a = a\nshow(a)', []],
  ['unpacking', 'a, (b, c) = 1, (2, 3)\nshow(c)', ['3']],
  ['unpacking what a function returns', 'def f():\n    return 1, 2\na, b = f()\nshow(b)', ['2']],
  ['unpacking what nobody can see', 'a, b = f()\nshow(b)', ['f() > [1]']],
  ['a loop over a list', 'for a in [1, 2]:\n    show(a)', ['1?', '2?']],
  ['a loop over pairs', 'p = [(n, len(n)) for n in names]\nfor n, k in p:\n    show(k)', ['len(n)']],
  ['a list filled later', 'p = []\nfor n in x:\n    p.append((n, int(n)))\nshow([k for _, k in p][0])', ['int(n)?']],
  ['enumerate and zip', 'for i, (a, b) in enumerate(zip(x(), y())):\n    show(b)', ['y() > *']],
  ['the position of enumerate', 'for i, a in enumerate(x()):\n    show(i)', ['enumerate(x()) > * [0]']],
  ['a dictionary by key', 'd = {"a": 1, "b": 2}\nshow(d["b"])', ['2']],
  ['a dictionary by a key nobody knows', 'd = {"a": 1, "b": 2}\nshow(d[k])', ['1?', '2?']],
  ['an entry set later', 'd = {}\nd["a"] = 1\nd["b"] = 2\nshow(d["b"])', ['2?']],
  ['keys, values and items', 'd = {"a": 1}\nfor k, v in d.items():\n    show(v)', ['1']],
  ['a default of get', 'd = dict(a=1)\nshow(d["a"])', ['dict(a=1) > ["a"]']],
  ['a parameter', 'def f(a):\n    show(a)\nf(1)\nf(a=2)', ['1?', '2?']],
  ['a parameter nobody passes', 'def f(a: int = 3):\n    show(a)', ['3?', 'a?']],
  ['a parameter of the call that asks', 'def f(a):\n    return a\nf(1)\nshow(f(2))', ['2']],
  ['a default of the call that asks', 'def f(a, b=7):\n    return b\nf(1, 2)\nshow(f(2))', ['7']],
  ['arguments by star', 'def f(*a, **k):\n    return a[1], k["x"]\nshow(f(1, 2, x=3))', ['a[1], k["x"]']],
  ['an item of arguments by star', 'def f(*a, **k):\n    return k["x"]\nshow(f(1, 2, x=3))', ['3']],
  ['recursion', 'def f(n):\n    if n:\n        return f(n - 1)\n    return 5\nshow(f(3))', ['5?']],
  ['a lambda', 'f = lambda a: a\nshow(f(4))', ['4']],
  ['a closure', 'def f():\n    a = 1\n    def g():\n        return a\n    return g()\nshow(f())', ['1']],
  ['a function in a table', 'def f():\n    return 1\nT = {"f": f}\nshow(T["f"]())', ['1']],
  [
    'a function that a decorator registers',
    'T = {}\ndef register(name):\n    def keep(fn):\n        T[name] = fn\n        return fn\n    return keep\n@register("a")\ndef f():\n    return 1\nshow(T["a"]())',
    ['1?'],
  ],
  ['a function nobody can see', 'show(T["a"](1))', ['T["a"](1)']],
  [
    'an attribute',
    'class C:\n    def __init__(self):\n        self.a = 1\n    def f(self):\n        show(self.a)',
    ['1'],
  ],
  [
    'an attribute that another method sets',
    'class C:\n    a = 0\n    def set(self):\n        self.a = 1\n    def f(self):\n        show(self.a)',
    ['1?', '0?'],
  ],
  [
    'an attribute of one object',
    'class C:\n    def __init__(self, a):\n        self.a = a\nc, d = C(1), C(2)\nshow(d.a)',
    ['2'],
  ],
  [
    'unpacked into attributes',
    'class C:\n    def __init__(self):\n        self.a, self.b = f()\n    def f(self):\n        show(self.b)',
    ['f() > [1]'],
  ],
  [
    'kept by the base',
    'class B:\n    def __init__(self, a):\n        self.a = a\n    def f(self):\n        show(self.a)\nclass C(B):\n    def __init__(self):\n        super().__init__(g())',
    ['g()?'],
  ],
  [
    'kept by the subclass for the base',
    'class B:\n    def f(self):\n        show(self.a)\nclass C(B):\n    def __init__(self):\n        self.a = g()',
    ['g()'],
  ],
  ['an inherited method', 'class B:\n    def g(self):\n        return 1\nclass C(B):\n    pass\nshow(C().g())', ['1']],
  ['a property', 'class C:\n    @property\n    def a(self):\n        return 1\nshow(C().a)', ['1']],
  ['a dataclass', '@dataclass\nclass C:\n    a: int\n    b: int = 3\nc = C(1, b=2)\nshow(c.b)', ['2?', '3?']],
  [
    'filled by another method',
    'class C:\n    def __init__(self):\n        self.a = []\n        self.fill()\n    def fill(self):\n        self.a.append(1)\n    def f(self):\n        show(self.a[0])',
    ['1?'],
  ],
  [
    'a generator',
    'def g():\n    yield 1\n    yield from h()\ndef h():\n    yield 2\nfor a in g():\n    show(a)',
    ['1?', '2?'],
  ],
  [
    'a context manager',
    'from contextlib import contextmanager\n@contextmanager\ndef g():\n    yield 1\nwith g() as a:\n    show(a)',
    ['1'],
  ],
  ['a library’s context', 'with open(p) as f:\n    show(f)', ['open(p)']],
  ['map of a function', 'def f(a):\n    return len(a)\nfor b in map(f, x):\n    show(b)', ['len(a)?']],
  ['sorted, sliced, listed', 'a = list(sorted(x()))[1:]\nshow(a[0])', ['x() > *']],
  ['added lists', 'a = [1] + [2]\nshow(a[0])', ['1?', '2?']],
  ['added in place', 'a = [1]\na += [2]\nshow(a[0])', ['2?', '1?']],
  ['a walrus', 'if (a := f()):\n    show(a)', ['f()']],
  ['a star import is nobody’s', 'from lib import *\nshow(a)', ['a']],
];

/** How the value of `made()` is used at last: the expressions that do something with it. */
const USES: readonly (readonly [title: string, code: string, uses: readonly string[]])[] = [
  ['a name', 'a = made()\nf(a)\ng(a)', ['f(a)', 'g(a)']],
  ['not behind another value', 'a = made()\na = 1\nf(a)', []],
  ['two names', 'a = b = made()\nf(a)\ng(b)', ['f(a)', 'g(b)']],
  ['into a function and out again', 'def f(x):\n    return x\na = f(made())\nb = f(2)\ng(a)\nh(b)', ['g(a)']],
  ['used where it is passed', 'def f(x, y):\n    g(y)\nf(1, y=made())', ['g(y)']],
  ['returned with others', 'def f():\n    return 1, made()\na, b = f()\ng(a)\nh(b)', ['h(b)']],
  [
    'kept by an object',
    'class C:\n    def __init__(self, x):\n        self.x = x\n    def f(self):\n        g(self.x)\nC(made())',
    ['g(self.x)'],
  ],
  [
    'kept by the base of a class',
    'class B:\n    def __init__(self, x):\n        self.x = x\n    def f(self):\n        g(self.x)\nclass C(B):\n    def __init__(self):\n        super().__init__(made())',
    ['g(self.x)'],
  ],
  ['in a list', 'a = []\na.append(made())\nfor b in a:\n    f(b)\ng(a[0])', ['f(b)', 'g(a[0])']],
  ['in a dictionary', 'd = {"a": 1}\nd["b"] = made()\nf(d["a"])\ng(d["b"])', ['g(d["b"])']],
  [
    'in a dictionary that is written out',
    'd = {"a": 1, "b": made()}\nf(d["a"])\nfor k, v in d.items():\n    g(v)',
    ['g(v)'],
  ],
  ['in pairs', 'for i, (a, b) in enumerate(zip([made()], x)):\n    f(a)\n    g(b)', ['f(a)']],
  ['tested', 'a = made()\nif a:\n    pass', ['if a:\n    pass']],
  ['as a context', 'with made() as a:\n    f(a)', ['f(a)']],
  ['yielded', 'def g():\n    yield made()\nfor a in g():\n    f(a)', ['f(a)']],
];

describe('uses', () => {
  for (const [title, code, uses] of USES) {
    it(title, () => {
      const file = openFile('a.py', code);
      const [made] = file.allCalls.filter(({ callee }) => file.read(callee) === 'made');
      const evaluator = evaluatorOf(file);
      const { values } = evaluator.uses(evaluator.value(made!.node));
      const user = ({ parent }: Node): string =>
        file.read(parent!.type === 'argument_list' ? parent!.parent! : parent!);
      assert.deepEqual(values.map(({ node }) => user(node)).sort(), [...uses].sort());
    });
  }
});

describe('origins', () => {
  for (const [title, code, origins] of ORIGINS) {
    it(title, () => {
      const file = openFile('a.py', code);
      assert.deepEqual(shown(file, evaluatorOf(file)).sort(), [...origins].sort());
    });
  }

  it('goes through other files, both ways', () => {
    const lib = openFile(
      'lib.py',
      'LIMIT = 3\ndef f(a):\n    return a, LIMIT\nclass B:\n    def __init__(self, a):\n        self.a = a\n',
    );
    const main = openFile(
      'main.py',
      'import lib\nfrom lib import B\nclass C(B):\n    pass\nshow((lib.f(1), C(2).a, lib.LIMIT))',
    );
    const elsewhere: Elsewhere = {
      locate: (name) =>
        name.startsWith('lib.') ? { file: lib, name: /LIMIT/.test(name) ? 'LIMIT' : `#${name.slice(4)}` } : null,
      callers: () => [],
      mentions: () => [],
    };
    const evaluator = new Evaluator(main, elsewhere);
    const [call] = main.allCalls.filter(({ callee }) => main.read(callee) === 'show');
    const tuple = call!.node.get('arguments')!.children[0]!;
    const of = (...access: string[]) => evaluator.origins(evaluator.value(tuple, ...access)).values.map(written);
    assert.deepEqual(of('[0]', '[0]'), ['1']);
    assert.deepEqual(of('[0]', '[1]'), ['3']);
    assert.deepEqual(of('[2]'), ['3']);
  });

  it('follows a name that is handed on many times', () => {
    const file = openFile(
      'a.py',
      `x0 = f()\n${Array.from({ length: 4000 }, (_, i) => `x${i + 1} = x${i}`).join('\n')}\nshow(x4000)`,
    );
    const [call] = file.allCalls.filter(({ callee }) => file.read(callee) === 'show');
    const evaluator = evaluatorOf(file);
    const { values, isComplete } = evaluator.origins(evaluator.value(call!.node.get('arguments')!.children[0]!));
    assert.equal(isComplete, true);
    assert.deepEqual(
      values.map(({ node }) => file.read(node)),
      ['f()'],
    );
  });

  it('does not answer what would take too long', () => {
    const code = `x0 = f()\n${Array.from({ length: 4000 }, (_, i) => `x${i + 1} = x${i} or y${i}`).join('\n')}\nshow(x4000)`;
    const file = openFile('a.py', code);
    const [call] = file.allCalls.filter(({ callee }) => file.read(callee) === 'show');
    const evaluator = evaluatorOf(file);
    const { isComplete } = evaluator.origins(evaluator.value(call!.node.get('arguments')!.children[0]!));
    assert.equal(isComplete, false);
    assert.equal(
      evaluator.always(() => undefined, evaluator.value(call!.node)),
      false,
    );
  });

  it('answers a fact that asks for itself on its way', () => {
    const file = openFile('a.py', 'for _ in x:\n    value = value or other\nshow(value)');
    const [call] = file.allCalls.filter(({ callee }) => file.read(callee) === 'show');
    const evaluator = evaluatorOf(file);
    const value = evaluator.value(call!.node.get('arguments')!.children[0]!);
    const whichOf =
      (asked: 'always' | 'alwaysOrUnknown' | 'may'): Fact =>
      (each) =>
        each.node.type === 'boolean_operator'
          ? each.node.children.some((side) => evaluator[asked](facts[asked], { ...each, node: side }))
          : undefined;
    const facts = { always: whichOf('always'), alwaysOrUnknown: whichOf('alwaysOrUnknown'), may: whichOf('may') };
    assert.equal(evaluator.always(facts.always, value), false);
    assert.equal(evaluator.may(facts.may, value), false);
    // Where only the question itself could say, nobody can tell.
    assert.equal(evaluator.alwaysOrUnknown(facts.alwaysOrUnknown, value), true);
  });
});
