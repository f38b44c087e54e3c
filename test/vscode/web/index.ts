/** The entry point that the browser's extension host calls: the same suite as everywhere, in a bundle with mocha in it. */
import 'mocha/mocha.js';

export async function run(): Promise<void> {
  mocha.setup({ ui: 'tdd', timeout: 400_000, reporter: 'spec' });
  await import('../suite/diagnostics.test.ts');
  await import('../suite/repairs.test.ts');
  await import('../suite/workspace.test.ts');
  let passed = 0;
  const failed = await new Promise<number>((resolve) => mocha.run(resolve).on('pass', () => passed++));
  // Nothing can be written to the disk from here, so the runner reads the counts.
  console.log(`${passed} passed, ${failed} failed`);
  if (failed > 0) throw new Error(`${failed} failed`);
}
