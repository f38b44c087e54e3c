/** The tables of server/data are well-formed, and the look-ups find what they hold. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { Ajv } from 'ajv';
import formats from 'ajv-formats';
import { namesFor, patternOf } from '../../server/src/core/knowledge/names.ts';
import {
  type Behaviour,
  behavioursAt,
  type Condition,
  canonical,
  compareVersions,
  type DrawRow,
  drawingMethod,
  drawOf,
  isMlPackage,
  looksLikeSeeder,
  type Op,
  opsOf,
  opsOfMethod,
  releasesOf,
  SEEDER_NAMES,
  type Seeder,
  seederOf,
} from '../../server/src/core/knowledge/tables.ts';
import { wordsFor } from '../../server/src/core/knowledge/words.ts';
import { filesBelow, readText } from '../corpus.ts';

const read = (name: string) => JSON.parse(readFileSync(new URL(`../../server/data/${name}`, import.meta.url), 'utf8'));
/** Every table has a schema beside it. */
const tables = readdirSync(new URL('../../server/data/', import.meta.url))
  .filter((name) => name.endsWith('.json') && !name.endsWith('.schema.json'))
  .map((name) => name.replace(/\.json$/, ''));
const { draws, families, packages } = read('draws.json') as {
  draws: DrawRow[];
  families: (DrawRow & { pattern: string })[];
  packages: string[];
};
const { seeders, names } = read('seeders.json') as { seeders: Seeder[]; names: string[] };
const { ops } = read('ops.json') as { ops: Op[] };
const title = (op: Op) => (op.case ? `${op.api} (${op.case})` : op.api);

const ajv = new Ajv({ allErrors: true, strict: true, strictTypes: false, strictRequired: false });
formats.default(ajv);
ajv.addVocabulary(['tsType']); // What `npm run generate` writes for a part that JSON Schema has no word for.

/** What a value has that its schema does not allow; an unknown keyword in a schema is an error. */
function violations(value: unknown, schema: object): string[] {
  ajv.validate(schema, value);
  return (ajv.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

function assertSorted(keys: string[]) {
  assert.deepEqual(keys, [...new Set(keys)].sort());
}

describe('tables', () => {
  for (const name of tables)
    it(`${name}.json keeps to its schema`, () => {
      const schema = read(`${name}.schema.json`);
      assert.deepEqual(violations(read(`${name}.json`), schema), []);
    });

  it('the schema check finds faults', () => {
    const schema = read('ops.schema.json');
    const broken = structuredClone(ops.slice(0, 1)) as unknown as { [key: string]: unknown }[];
    Object.assign(broken[0]!, { pass: 'sideways', extra: 1, when: [{ argument: 'x' }] });
    delete broken[0]!.reason;
    const found = violations({ $schema: '', ops: broken }, schema);
    for (const place of [
      '/ops/0 must have required property',
      '/ops/0 must NOT have additional',
      '/ops/0/pass',
      '/ops/0/when/0',
    ])
      assert.ok(
        found.some((each) => each.startsWith(place)),
        `${place} in ${found.join('; ')}`,
      );
  });

  it('are sorted and without duplicates', () => {
    assertSorted(packages);
    assertSorted(names);
    assertSorted(draws.map((row) => row.name));
    assertSorted(families.map((row) => row.pattern));
    assertSorted(seeders.map((row) => row.name));
    assertSorted(ops.map((row) => `${row.api}\0${row.case}`));
    const all = seeders.flatMap((row) => [row.name, ...(row.aliases ?? [])].map(canonical));
    assert.equal(new Set(all).size, all.length);
    for (const op of ops) {
      const spellings = op.spellings.map((spelling) => `${spelling.kind} ${spelling.name}`);
      assert.equal(new Set(spellings).size, spellings.length, title(op));
    }
  });

  it('use canonical names, and canonical is idempotent', () => {
    const functions = ops.flatMap((op) => op.spellings).filter((spelling) => spelling.kind !== 'method');
    for (const { name } of [...draws, ...seeders, ...functions]) assert.equal(canonical(name), name);
  });

  it('do not call one thing a draw and a seed', () => {
    for (const { name } of draws) assert.equal(seederOf(name), undefined, name);
    for (const { name } of seeders) assert.equal(drawOf(name), undefined, name);
  });
});

describe('releases', () => {
  it('come the oldest first, and those of torch end where the operations do', () => {
    for (const { package: name } of read('versions.json').packages as { package: string }[]) {
      const releases = releasesOf(name);
      for (const [i, release] of releases.slice(1).entries()) {
        assert.ok(compareVersions(releases[i]!, release) < 0, `${name} ${release}`);
      }
    }
    assert.equal(releasesOf('torch').at(-1), '2.15.0');
    assert.deepEqual(releasesOf('nothing-we-know'), []);
  });
});

describe('operations', () => {
  /** The behaviours that hold under one condition: those without a condition, and those with this one. */
  const timelines = (op: Op): Behaviour[][] => {
    const conditions = new Set(op.behaviour.flatMap((row) => (row.when ? [JSON.stringify(row.when)] : [])));
    return [...(conditions.size ? conditions : [''])].map((when) =>
      op.behaviour.filter((row) => !row.when || JSON.stringify(row.when) === when),
    );
  };

  it('have neither gap nor overlap of versions under one condition', () => {
    for (const op of ops)
      for (const rows of timelines(op)) {
        rows.forEach((row, i) => {
          assert.equal(row.until, rows[i + 1]?.since ?? null, title(op));
          if (row.until) assert.ok(compareVersions(row.since, row.until) < 0, title(op));
        });
        assert.ok(behavioursAt(op, null)[0], title(op));
      }
  });

  it('give every argument of a condition a position, unless it is keyword-only', () => {
    const keywordOnly = /^(scatter_?|torch\.scatter) reduce$|^flash_attn\..* deterministic$/;
    for (const op of ops)
      for (const spelling of op.spellings) {
        const isOfInput = (name: string) => name === 'input'; // The object of a method, the first argument else.
        const about = (condition: Condition): string[] => {
          if ('argument' in condition) return [condition.argument];
          if ('anyUnknown' in condition) return [...condition.anyUnknown];
          if (!('tensor' in condition) || condition.tensor === undefined) return [];
          return [condition.tensor, ...(condition.rank && !condition.known ? ['dim'] : [])].filter(
            (it) => !isOfInput(it),
          );
        };
        const wanted = new Set([
          ...[...op.when, ...op.behaviour.flatMap((row) => row.when ?? [])].flatMap(about),
          ...(op.sums && op.sums !== 'input' ? [op.sums] : []),
          ...(op.collides ? [op.collides] : []),
          ...sizesOf(op),
          ...(op.collides && !/\.(index_|put_)/.test(op.api) ? ['dim'] : []),
        ]);
        const known = { ...spelling.positions, ...spelling.fixed };
        // An argument that this spelling lacks takes its default: nn.Upsample has no antialias.
        const lacks = op.when.flatMap((condition) => ('default' in condition ? [condition.argument] : []));
        for (const argument of wanted)
          assert.ok(
            argument in known || keywordOnly.test(`${spelling.name} ${argument}`) || lacks.includes(argument),
            `${title(op)}: ${spelling.name} ${argument}`,
          );
        // Whether a tensor is on the CPU is asked of all of them.
        for (const argument of Object.keys(known))
          assert.ok(wanted.has(argument) || /^(index|src)$/.test(argument), `${title(op)}: ${argument}`);
      }
  });

  it('name the case where there are several', () => {
    const several = (op: Op) => ops.filter(({ api }) => api === op.api).length > 1;
    for (const op of ops) if (!several(op)) assert.equal(op.case, '', title(op));
  });

  it('report what is deterministic anyway only where some version raises', () => {
    const raised = ops.filter((op) => !op.nondeterministic && op.report !== 'hover');
    assert.deepEqual(raised.map(title), [
      'torch.Tensor.scatter_reduce_ (amax)',
      'torch.bincount (counts)',
      'torch.histc (integer)',
      'torch.nn.EmbeddingBag (sum)',
    ]);
    for (const op of raised) {
      assert.ok(
        op.behaviour.some((row) => row.flag === 'error'),
        title(op),
      );
      assert.notEqual(behavioursAt(op, null)[0]?.flag, 'error', title(op));
    }
  });

  it("cover the tests that PyTorch's own suite has for alerts", () => {
    // Those of test/test_torch.py in any version from 1.9 on, as `test_nondeterministic_alert_<name>`.
    const names =
      'AdaptiveAvgPool2d AdaptiveAvgPool3d AdaptiveMaxPool2d AvgPool3d CTCLoss EmbeddingBag_max FractionalMaxPool2d ' +
      'FractionalMaxPool3d MaxPool3d MaxUnpool1d MaxUnpool2d MaxUnpool3d NLLLoss ReflectionPad1d ReflectionPad2d ' +
      'ReflectionPad3d ReplicationPad1d ReplicationPad2d ReplicationPad3d bincount cumsum gather grid_sample_2d ' +
      'grid_sample_3d histc interpolate_bicubic interpolate_bilinear interpolate_linear interpolate_trilinear kthvalue ' +
      'median put put_accumulate scatter_add';
    const alertOf = /::test_nondeterministic_alert_(\w+)/;
    const covered = ops.flatMap((op) => op.tests ?? []).flatMap((test) => alertOf.exec(test)?.[1] ?? []);
    assert.deepEqual([...new Set(covered)].sort(), names.split(' '));
    const raises = ops.filter((op) => op.tests?.some((test) => alertOf.test(test)));
    for (const op of raises)
      assert.ok(
        op.behaviour.some(({ flag }) => flag === 'error'),
        title(op),
      );
    assert.ok(ops.some((op) => op.tests?.some((test) => test.includes('::test_cublas_config_nondeterministic_alert'))));
  });

  it('behave as their version does', () => {
    const flag = (name: string, version: string | null, wanted = '') => {
      const use = [...opsOf(name), ...opsOfMethod(name)].find(({ op }) => op.case === wanted);
      return use && behavioursAt(use.op, version)[0]?.flag;
    };
    assert.equal(flag('index_add_', '1.8.1+cu111'), 'error');
    assert.equal(flag('index_add_', '1.9.0'), 'deterministic');
    assert.equal(flag('scatter_add_', '1.9.1'), 'error');
    assert.equal(flag('scatter_add_', '1.12.1'), 'error');
    assert.equal(flag('scatter_add_', null), 'deterministic');
    assert.equal(flag('torch.nn.Upsample', '2.0.1', 'bilinear'), 'error');
    assert.equal(flag('torch.nn.Upsample', '2.1', 'bilinear'), 'deterministic');
    assert.equal(flag('torch.nn.Upsample', '2.10.0', 'trilinear'), 'deterministic');
    assert.equal(flag('torch.nn.AvgPool3d', null), 'error');
    assert.equal(flag('torch.nn.AvgPool3d', '0.4.1'), 'error');
    assert.equal(flag('torch.nn.LPPool3d', '0.4.1'), undefined);
    assert.equal(flag('torchvision.ops.roi_pool', '0.15.2'), 'uncovered');
    const kthvalue = opsOf('torch.kthvalue')[0]!.op;
    assert.equal(behavioursAt(kthvalue, '2.11')[0]?.nondeterministic, false);
    assert.equal(behavioursAt(kthvalue, '2.10')[0]?.nondeterministic, undefined);
  });

  it('know which method names others have too', () => {
    const ambiguous = (name: string) => opsOfMethod(name).every(({ spelling }) => spelling.ambiguous === true);
    for (const name of ['put_', 'take', 'gather', 'scatter_', 'cumsum', 'median', 'bincount'])
      assert.ok(ambiguous(name));
    for (const name of ['index_add_', 'scatter_add_', 'scatter_reduce_', 'index_reduce_', 'index_select', 'kthvalue'])
      assert.ok(opsOfMethod(name).length > 0 && !ambiguous(name), name);
    assert.deepEqual(opsOfMethod('append'), []);
  });
});

describe('look-ups', () => {
  it('know a name by its other names', () => {
    assert.equal(canonical('torch.random.manual_seed'), 'torch.manual_seed');
    assert.equal(canonical('torch.random.fork_rng'), 'torch.random.fork_rng');
    assert.equal(canonical('torch.cuda.random.manual_seed_all'), 'torch.cuda.manual_seed_all');
    assert.equal(canonical('torch.functional.einsum'), 'torch.einsum');
    assert.equal(canonical('torch.nn.functional.pad'), 'torch.nn.functional.pad');
    assert.equal(canonical('torch.nn.modules.linear.Linear'), 'torch.nn.Linear');
    assert.equal(canonical('torch.utils.data.dataloader.DataLoader'), 'torch.utils.data.DataLoader');
    assert.equal(canonical('numpy.random.mtrand.rand'), 'numpy.random.rand');
    assert.equal(canonical('torchvision.ops.roi_align.roi_align'), 'torchvision.ops.roi_align');
    assert.equal(canonical('torchvision.ops.roi_align'), 'torchvision.ops.roi_align');
    assert.equal(canonical('torchvision.transforms.v2._geometry.RandomCrop'), 'torchvision.transforms.v2.RandomCrop');
    assert.equal(canonical('sklearn.model_selection._split.KFold'), 'sklearn.model_selection.KFold');
    assert.equal(canonical('pytorch_lightning.trainer.trainer.Trainer'), 'lightning.pytorch.Trainer');
    assert.equal(canonical('lightning.Trainer'), 'lightning.pytorch.Trainer');
    assert.equal(canonical('mypackage.torch.nn.modules.X'), 'mypackage.torch.nn.modules.X');
  });

  it('tell draws', () => {
    const kinds: [name: string, kind: DrawRow['kind'] | undefined, stream?: DrawRow['stream']][] = [
      ['torch.rand', 'function', 'torch'],
      ['torch.nn.init.xavier_uniform_', 'function', 'torch'],
      ['torch.nn.init.zeros_', undefined],
      ['torch.nn.modules.linear.Linear', 'layer', 'torch'],
      ['torch.nn.PReLU', undefined],
      ['torch.nn.BatchNorm2d', undefined],
      ['torch.nn.Dropout', 'dropout', 'torch'],
      ['torchvision.models.resnet18', 'model', 'torch'],
      ['torchvision.models.detection.faster_rcnn.FastRCNNPredictor', 'model', 'torch'],
      ['torchvision.models.list_models', undefined],
      ['torchvision.models.feature_extraction.create_feature_extractor', undefined],
      ['torchvision.models.ResNet18_Weights', undefined],
      ['torchvision.transforms.RandomChoice', 'transform', 'python'],
      ['torchvision.transforms.v2.RandomChoice', 'transform', 'torch'],
      ['torchvision.transforms.CenterCrop', undefined],
      ['transformers.BertForSequenceClassification', 'model', 'torch'],
      ['transformers.AutoModel.from_config', 'model', 'torch'],
      ['transformers.AutoModel.from_pretrained', undefined],
      ['transformers.DataCollatorForLanguageModeling', undefined],
      ['torch.utils.data.WeightedRandomSampler', 'sampler', 'torch'],
      ['torch.utils.data.DistributedSampler', undefined],
      ['numpy.random.permutation', 'function', 'numpy'],
      ['numpy.random.default_rng', undefined],
      ['scipy.stats.norm.rvs', 'function', 'numpy'],
      ['random.shuffle', 'function', 'python'],
      ['random.Random', undefined],
      ['random.seed', undefined],
      ['shuffle', undefined],
    ];
    for (const [name, kind, stream] of kinds) {
      assert.equal(drawOf(name)?.kind, kind, name);
      assert.equal(drawOf(name)?.stream, stream, name);
    }
    assert.equal(drawOf('torchvision.models.resnet18')?.name, 'torchvision.models.resnet18');
    assert.equal(drawOf('sklearn.model_selection.KFold')?.when?.default, false);
    assert.equal(drawOf('sklearn.model_selection.train_test_split')?.via, 'random_state');
    assert.equal(drawingMethod('normal_')?.stream, 'torch');
    assert.equal(drawingMethod('sample'), undefined);
    assert.equal(drawingMethod('zero_'), undefined);
  });

  it('tell seeds', () => {
    assert.deepEqual(seederOf('torch.random.manual_seed')?.streams, ['torch']);
    assert.equal(seederOf('torch.random.seed')?.varying, true);
    assert.deepEqual(seederOf('torch.cuda.manual_seed_all')?.streams, []);
    assert.equal(seederOf('torch.cuda.manual_seed_all')?.device, 'cuda');
    assert.equal(seederOf('random.seed')?.none, 'entropy');
    assert.deepEqual(seederOf('torch.random.fork_rng')?.restores, ['torch']);
    for (const name of ['pytorch_lightning', 'lightning', 'lightning.pytorch', 'lightning.fabric', 'lightning_fabric'])
      assert.deepEqual(seederOf(`${name}.seed_everything`)?.streams, ['python', 'numpy', 'torch'], name);
    assert.equal(seederOf('pytorch_lightning.Trainer')?.flagsWhen?.[0]?.argument, 'deterministic');
    assert.equal(seederOf('torch.Generator.manual_seed'), undefined);
    assert.equal(seederOf('numpy.random.default_rng'), undefined);
  });

  it('guess seeders from names', () => {
    const yes =
      'set_seed utils.seed_everything fixSeed fix_random_seed init_rng setup_determinism ensure_reproducibility ' +
      'make_deterministic use_deterministic reseed set_random_state reproducible set_rng_state seedAll setseed';
    const no =
      'get_rng_state get_seed is_deterministic deterministic_index_select reproducible_hash num_seeds proceed feed ' +
      'check_random_state load_state_dict train exceed_limit';
    for (const name of yes.split(' ')) assert.equal(looksLikeSeeder(name), true, name);
    for (const name of no.split(' ')) assert.equal(looksLikeSeeder(name), false, name);
    for (const name of SEEDER_NAMES) assert.equal(looksLikeSeeder(name), true, name);
  });

  it('tell machine-learning packages', () => {
    for (const name of ['torch', 'pytorch_lightning', 'sklearn', 'transformers']) assert.ok(isMlPackage(name));
    for (const name of ['numpy', 'os', 'random', 'pandas']) assert.ok(!isMlPackage(name));
  });

  it('compare versions by number', () => {
    assert.ok(compareVersions('2.10', '2.9') > 0);
    assert.equal(compareVersions('2.1', '2.1.0+cu118'), 0);
    assert.ok(compareVersions('1.13.1', '2') < 0);
  });
});

/** The arguments whose sizes say how many gradients meet. */
function sizesOf({ api, addends }: Op): readonly string[] {
  if (!addends) return [];
  const isMax = api === 'torch.nn.MaxPool3d';
  const windows = ['kernel_size', 'stride', ...(isMax ? ['dilation'] : api.includes('LPPool') ? [] : ['padding'])];
  const usual = {
    windows,
    adaptive: ['output_size'],
    mirrored: ['padding'],
    repeated: ['padding'],
    resized: ['size', 'scale_factor'],
    areas: ['size', 'scale_factor'],
  };
  return addends.argument ? [addends.argument] : usual[addends.kind];
}

describe('names', () => {
  it('patterns of names match what they say', () => {
    const cases: readonly (readonly [string, string, boolean])[] = [
      ['a.*', 'a.b', true],
      ['a.*', 'a.b.c', false],
      ['a.**', 'a.b.c', true],
      ['a.**', 'a', false],
      ['a.**.b', 'a.b', true],
      ['a.**.b', 'a.x.y.b', true],
      ['a.**.b', 'a.X.b', false],
      ['a{,.**}', 'a', true],
      ['a.{b,c{d,}}', 'a.cd', true],
      ['a.{b,c{d,}}', 'a.d', false],
      ['a.[A-Z]*', 'a.Bc', true],
      ['a.[A-Z]*', 'a.bc', false],
      ['a.b', 'aXb', false],
    ];
    for (const [pattern, name, expected] of cases)
      assert.equal(patternOf(pattern).test(name), expected, `${pattern} ${name}`);
  });

  it('a group has what its rows have, but for what it excepts, and no name of the project', () => {
    const optimizers = namesFor('optimizers');
    assert.ok(optimizers.has('torch.optim.AdamW'));
    assert.ok(!optimizers.has('torch.optim.lr_scheduler.StepLR'));
    assert.ok(!optimizers.has('#torch.optim.AdamW'));
    assert.ok(!optimizers.has(null));
    assert.deepEqual(namesFor('seeds-cuda-by-value').all, ['torch.cuda.manual_seed', 'torch.cuda.manual_seed_all']);
  });

  it('a word of a group is a whole name or a part of one', () => {
    assert.ok(wordsFor('notes-seed').has('log_params'));
    assert.ok(!wordsFor('notes-seed').has('catalog'));
    assert.ok(wordsFor('holds-settings').has('trainconfig'));
    assert.ok(!wordsFor('holds-settings').has('configure'));
  });

  it('every group of names and of words is used', () => {
    const code = filesBelow('server/src', '.ts').map((path) => readText(`server/src/${path}`));
    for (const [table, ask] of [
      ['names', 'names?For'],
      ['words', 'wordsFor'],
    ]) {
      const { groups } = read(`${table}.json`) as { groups: Record<string, unknown> };
      const isUsed = (group: string): boolean =>
        code.some((text) => new RegExp(`\\b${ask}\\(\\s*'${group}'`).test(text));
      assert.deepEqual(
        Object.keys(groups).filter((group) => !isUsed(group)),
        [],
        table,
      );
      assert.deepEqual(Object.keys(groups), Object.keys(groups).sort());
    }
  });
});
