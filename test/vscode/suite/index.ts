/** The entry point that VS Code's extension host calls: runs mocha over the tests beside it and leaves the counts in a file. */
import { readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

export async function run(): Promise<void> {
  const { default: Mocha } = await import('mocha');
  const mocha = new Mocha({ ui: 'tdd', timeout: 400_000, color: false });
  const files = readdirSync(__dirname).filter((name) => name.endsWith('.test.cjs'));
  for (const file of files.sort()) mocha.addFile(path.join(__dirname, file));
  let passed = 0;
  const failed = await new Promise<number>((resolve) => mocha.run(resolve).on('pass', () => passed++));
  if (process.env.SEEDWISE_RESULTS) writeFileSync(process.env.SEEDWISE_RESULTS, JSON.stringify({ passed, failed }));
  if (failed > 0) throw new Error(`${failed} failed`);
}
