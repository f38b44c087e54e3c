/** Which versions ranges allow, and which manifest decides. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { isManifest, MANIFEST_GLOBS, Manifests } from '../../server/src/core/manifests/manifests.ts';

/** What files say of packages for `project/src/train.py`. */
function versions(files: Record<string, string>, ...packages: string[]): (string | null)[] {
  const manifests = new Manifests();
  for (const [path, text] of Object.entries(files)) manifests.set(`project/${path}`, text);
  return packages.map((name) => manifests.versionOf(name, 'project/src/train.py')?.version ?? null);
}

describe('ranges', () => {
  const cases: Record<string, string | null> = {
    torch: null,
    'torch>=1.1': null,
    'torch>=2': null,
    'torch<=99': null,
    'torch>=99': null,
    'torch<2': '1.13.1',
    'torch>=1.7,<2': '1.13.1',
    'torch >= 1.7, < 1.10': '1.9.1',
    'torch (>=1.7,<1.10)': '1.9.1',
    'torch~=2.1': null,
    'torch~=2.1.0': '2.1.2',
    'torch==2.1.*': '2.1.2',
    'torch==2.1': '2.1',
    'torch===2.1.1': '2.1.1',
    'torch<=2.3.0': '2.3.0',
    'torch<2.3.1,!=2.3.0': '2.2.2',
    'torch>1.12,<1.13.1': '1.13.0',
    'torch==0.4.1.post2': '0.4.1.post2',
    'torch==2.0.0rc1': '2.0.0rc1',
    'torch==': null,
    'torch==two': null,
    'torch=2.1': null,
  };
  for (const [line, expected] of Object.entries(cases)) {
    test(line, () => assert.deepEqual(versions({ 'requirements.txt': line }, 'torch'), [expected]));
  }
  test('carets, tildes and alternatives of Poetry', () => {
    const poetry = (range: string) =>
      versions({ 'pyproject.toml': `[tool.poetry.dependencies]\ntorch = "${range}"\n` }, 'torch')[0];
    assert.equal(poetry('^1.7'), '1.13.1');
    assert.equal(poetry('^0.4'), '0.4.1');
    assert.equal(poetry('~1.9'), '1.9.1');
    assert.equal(poetry('~1'), '1.13.1');
    assert.equal(poetry('1.9'), '1.9');
    assert.equal(poetry('1.*'), '1.13.1');
    assert.equal(poetry('^1.7 || >=2.0,<2.2'), '2.1.2');
    assert.equal(poetry('>=1.7 <1.9'), '1.8.1');
  });
  test('what conda means by one, two and three numbers', () => {
    const conda = (spec: string) => versions({ 'environment.yaml': `dependencies:\n  - ${spec}\n` }, 'torch')[0];
    assert.equal(conda('pytorch=1'), '1.13.1');
    assert.equal(conda('pytorch=1.9'), '1.9.1');
    assert.equal(conda('pytorch=1.9.0'), '1.9.0');
    assert.equal(conda('pytorch==1.9'), '1.9');
    assert.equal(conda('pytorch>=1.7,<2'), '1.13.1');
    assert.equal(conda('pytorch=1.9.*=*cuda*'), '1.9.1');
    assert.equal(conda('conda-forge::pytorch-gpu 1.9.0 cuda112py39h4de5995_1'), '1.9.0');
  });
});

describe('which manifest decides', () => {
  const lock = '[[package]]\nname = "torch"\nversion = "2.3.1"\n';
  const cases: [string, Record<string, string>, string | null][] = [
    ['a lock file before requirements', { 'uv.lock': lock, 'requirements.txt': 'torch==2.1.0' }, '2.3.1'],
    [
      'requirements before pyproject',
      { 'requirements.txt': 'torch==2.1.0', 'pyproject.toml': dependsOn('torch==2.2.0') },
      '2.1.0',
    ],
    [
      'pyproject before a conda environment',
      { 'pyproject.toml': dependsOn('torch==2.2.0'), 'environment.yml': 'dependencies: [pytorch=1.9.0]' },
      '2.2.0',
    ],
    [
      'requirements.txt before others of the kind',
      { 'requirements-dev.txt': 'torch==1.0.0', 'requirements.txt': 'torch==2.1.0' },
      '2.1.0',
    ],
    [
      'a pin before a range of more authority that allows it',
      { 'requirements.txt': 'torch>=2', 'environment.yml': 'dependencies: [pytorch=2.1.0]' },
      '2.1.0',
    ],
    [
      'an open range says nothing',
      { 'requirements.txt': 'torch>=1.7', 'setup.py': 'install_requires=["torch"]' },
      null,
    ],
    [
      'ranges narrow each other',
      { 'requirements.txt': 'torch>=1.9', 'setup.py': 'install_requires=["torch<2"]' },
      '1.13.1',
    ],
    ['the nearest folder first', { 'uv.lock': lock, 'src/requirements.txt': 'torch==1.9.0' }, '1.9.0'],
    ['a range of the nearest folder narrows', { 'uv.lock': lock, 'src/requirements.txt': 'torch>=2,<2.5' }, '2.3.1'],
    [
      'a nearer range that the pin contradicts is another project',
      { 'uv.lock': lock, 'src/requirements.txt': 'torch<2' },
      '1.13.1',
    ],
    [
      'a nearer open range that the pin contradicts leaves the newest',
      { 'uv.lock': lock, 'src/requirements.txt': 'torch>=2.6' },
      null,
    ],
    ['a folder beside does not count', { 'docs/requirements.txt': 'torch==1.9.0' }, null],
    ['requirements/ speaks for the folder above', { 'requirements/train.txt': 'torch==1.9.0' }, '1.9.0'],
    [
      'a virtual environment comes last',
      { '.venv/lib/python3.9/site-packages/torch-2.0.1.dist-info/METADATA': '', 'requirements.txt': 'torch==2.1.0' },
      '2.1.0',
    ],
    [
      'and decides where others leave a choice',
      { '.venv/lib/python3.9/site-packages/torch-2.0.1.dist-info/METADATA': '', 'requirements.txt': 'torch>=1.9' },
      '2.0.1',
    ],
    [
      'an included file counts with the one that includes it',
      { 'requirements.txt': '-r deps/base.list\ntorchvision', 'deps/base.list': 'torch==1.10.2' },
      '1.10.2',
    ],
    [
      'files that include each other',
      { 'requirements.txt': '-r requirements-gpu.txt', 'requirements-gpu.txt': '-r requirements.txt\ntorch==1.10.2' },
      '1.10.2',
    ],
    [
      'a constraint narrows',
      { 'requirements.txt': 'torch>=1.9\n-c constraints.txt', 'constraints.txt': 'torch<1.11' },
      '1.10.2',
    ],
  ];
  for (const [name, files, expected] of cases) {
    test(name, () => assert.deepEqual(versions(files, 'torch'), [expected]));
  }

  test('the place of the version', () => {
    const manifests = new Manifests();
    const text = 'numpy\n  torch<2.6  # for now\n';
    manifests.set('project/requirements.txt', text);
    const named = manifests.versionOf('torch', 'project/train.py');
    assert.deepEqual(named, {
      version: '2.5.1',
      path: 'project/requirements.txt',
      start: text.indexOf('torch'),
      isExact: false,
    });
  });

  test('a manifest that changes or goes', () => {
    const manifests = new Manifests();
    manifests.set('requirements.txt', 'torch==2.1.0');
    assert.equal(manifests.versionOf('torch', 'train.py')?.version, '2.1.0');
    manifests.set('requirements.txt', 'torch==2.2.0');
    assert.equal(manifests.versionOf('torch', 'train.py')?.version, '2.2.0');
    assert.equal(manifests.delete('requirements.txt'), true);
    assert.equal(manifests.versionOf('torch', 'train.py'), null);
  });

  test('files that are included and not known yet are asked for', () => {
    const manifests = new Manifests();
    manifests.set('/home/me/project/train/requirements.txt', '-r ../base.txt\n-c https://example.org/c.txt');
    assert.deepEqual(manifests.missing, ['/home/me/project/base.txt']);
    manifests.set('/home/me/project/base.txt', 'torch==2.0.1');
    assert.deepEqual(manifests.missing, []);
    assert.equal(manifests.versionOf('torch', '/home/me/project/train/train.py')?.version, '2.0.1');
    assert.equal(manifests.versionOf('torch', '/home/me/project/train.py')?.version, undefined);
  });
});

test('broken and hostile texts say nothing, and quickly', () => {
  const texts = [
    '',
    '\0\uffff',
    '[[[',
    '{'.repeat(300_000),
    '"',
    "'''",
    '- '.repeat(300_000),
    '&a [*a]',
    'a: &x [*x, *x]',
    '['.repeat(5_000),
  ];
  const long = `${'[[package]]\nname = "x"\nversion = "1"\n'.repeat(100_000)}[[package]]\nname = "torch"\nversion = "2.0.0"\n`;
  const paths = [
    'uv.lock',
    'Pipfile.lock',
    'pixi.lock',
    'requirements.txt',
    'pyproject.toml',
    'setup.cfg',
    'setup.py',
    'Pipfile',
    'pixi.toml',
    'environment.yml',
  ];
  // The time of the processor: a busy machine costs none. What goes back and forth takes minutes.
  const since = process.cpuUsage();
  for (const path of paths)
    for (const text of texts) assert.deepEqual(versions({ [path]: text }, 'torch'), [null], path);
  assert.deepEqual(versions({ 'uv.lock': long }, 'torch'), ['2.0.0']);
  const { user, system } = process.cpuUsage(since);
  assert.ok(user + system < 30_000_000, 'some text takes long');
});

test('what is searched for is what is understood', () => {
  assert.equal(new Set(MANIFEST_GLOBS).size, MANIFEST_GLOBS.length);
  for (const path of [
    'train.py',
    'readme.txt',
    'data.yml',
    'lib/site-packages/torch-2.0.0.dist-info/METADATA',
    'my-setup.py',
    'package-lock.json',
  ]) {
    assert.equal(isManifest(path), false, path);
  }
});

function dependsOn(requirement: string): string {
  return `[project]\ndependencies = ["${requirement}"]\n`;
}

describe('commands', () => {
  const scripts = (path: string, text: string): string[] => {
    const manifests = new Manifests();
    manifests.set(path, text);
    return manifests.scripts.map(({ target }) => target);
  };

  test('of a pyproject.toml: PEP 621, Poetry, Flit', () => {
    const text = `[project.scripts]
train = "shapes.cli:main"
again = "shapes.cli:main"
[project.gui-scripts]
show = "shapes.gui:App.run [plots]"
[tool.poetry.scripts]
old = "shapes.old:main"
long = { callable = "shapes.long:main" }
longer = { reference = "shapes.longer:main", type = "console" }
shell = { reference = "bin/shapes.sh", type = "file" }
[tool.flit.scripts]
flat = "flat:main"
[tool.other.scripts]
build = "make all"
`;
    assert.deepEqual(scripts('pyproject.toml', text), [
      'shapes.cli:main',
      'shapes.gui:App.run',
      'shapes.old:main',
      'shapes.long:main',
      'shapes.longer:main',
      'flat:main',
    ]);
    assert.deepEqual(scripts('pyproject.toml', '[project.scripts\ntrain = "a:b"'), []);
    assert.deepEqual(scripts('pyproject.toml', '[project]\nscripts = "a:b"\n'), []);
  });

  test('of a setup.cfg', () => {
    const text = `[options]
console_scripts =
    no = no:main
[options.entry_points]
pytest11 =
    plugin = shapes.plugin:main
console_scripts =
    # off = shapes.off:main
    train = shapes.cli:main
    show=shapes.cli:show
[flake8]
ignore = a:b
`;
    assert.deepEqual(scripts('setup.cfg', text), ['shapes.cli:main', 'shapes.cli:show']);
    assert.deepEqual(scripts('setup.cfg', text.replaceAll('\n', '\r\n')), ['shapes.cli:main', 'shapes.cli:show']);
  });

  test('of a setup.py: a list of texts, or one text', () => {
    const list = `setup(entry_points={
    "console_scripts": ["train = shapes.cli:main", 'show=shapes.cli:show',  # "no = no:main"
    ],
    "other": ["a = b:c"],
})`;
    assert.deepEqual(scripts('setup.py', list), ['shapes.cli:main', 'shapes.cli:show']);
    const text =
      'setup(entry_points="""\n    [console_scripts]\n    train=shapes.cli:main\n    [other]\n    a=b:c\n""")\n';
    assert.deepEqual(scripts('setup.py', text), ['shapes.cli:main']);
    assert.deepEqual(scripts('setup.py', 'setup(entry_points={"console_scripts": make()})'), []);
  });

  test('that change and go are forgotten', () => {
    const manifests = new Manifests();
    assert.equal(manifests.set('pyproject.toml', '[project.scripts]\na = "a:b"\n'), true);
    const before = manifests.scripts;
    manifests.set('requirements.txt', 'torch==2.1.0\n');
    assert.equal(manifests.scripts, before);
    assert.equal(manifests.set('pyproject.toml', ''), true);
    assert.deepEqual(manifests.scripts, []);
  });
});
