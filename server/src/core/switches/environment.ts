/** With what environment a program runs: which files besides Python say so, and what a Python file says of it. */
import { namesFor } from '../knowledge/names.ts';
import { seederOf } from '../knowledge/tables.ts';
import type { PythonFile } from '../python/file.ts';

/** The environment variable that cuBLAS wants beside `use_deterministic_algorithms` before torch 2.10. */
export const CUBLAS_VARIABLE = 'CUBLAS_WORKSPACE_CONFIG';

const NAMES =
  /^((docker|container)file|(gnu)?makefile|justfile|\.env|\.envrc|(launch|tasks|settings|devcontainer)\.json)(\.[\w-]+)*$/i;
const ENDINGS = /\.(dockerfile|env|sh|bash|zsh|fish|slurm|sbatch|pbs|lsf|bat|cmd|ps1|ya?ml|mk)$/i;

/** The folder of an editor's settings, of which nothing else is looked at. */
export const EDITOR_FOLDER = '.vscode';
/** Where the editor keeps how it starts programs, below a folder of the workspace. */
export const LAUNCH_FILE = `${EDITOR_FOLDER}/launch.json`;

/** True for what containers, shells, schedulers, editors and configurations start programs with, by its path. */
export function namesEnvironment(path: string): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return NAMES.test(name) || ENDINGS.test(name);
}

/** All such files, as globs for watchers; some match a file more. */
export const ENVIRONMENT_GLOBS: readonly string[] = [
  '**/*{Dockerfile,Containerfile,dockerfile,containerfile}*',
  '**/{Makefile,makefile,GNUmakefile,justfile,.envrc}',
  '**/.env*',
  '**/{launch,tasks,settings,devcontainer}.json',
  '**/*.{env,sh,bash,zsh,fish,slurm,sbatch,pbs,lsf,bat,cmd,ps1,yml,yaml,mk}',
];

/** What is kept of such a file: whether it may set cuBLAS's variable. */
export const mentionsCublas = (text: string): boolean => text.includes(CUBLAS_VARIABLE);

/** True where the file may set the variable: whatever names it outside of comments, or a helper that is known to. */
export function setsCublas(file: PythonFile): boolean {
  if (file.text.includes(CUBLAS_VARIABLE)) {
    const { comments } = file.syntax;
    for (let at = file.text.indexOf(CUBLAS_VARIABLE); at >= 0; at = file.text.indexOf(CUBLAS_VARIABLE, at + 1)) {
      if (!comments.some((comment) => comment.start <= at && at < comment.end)) return true;
    }
  }
  return [...file.callsByName.keys()].some((name) => {
    const seeder = seederOf(name);
    const all = seeder ? [seeder.flags, ...(seeder.flagsWhen ?? []).map((when) => when.flags)] : [];
    return all.some((flags) => flags?.cublas_workspace_config !== undefined);
  });
}

/** These change nothing on a machine without a GPU, and stand in every seed block. */
const SEEDS_CUDA = namesFor('seeds-cuda');
const CUDA = namesFor('cuda');

/** True where the file names a CUDA device, or moves something to one. */
export function usesCuda(file: PythonFile): boolean {
  if (/["'](cuda|gpu)(:\d+)?["']/.test(file.text) || file.methodCalls('cuda').length > 0) return true;
  return [...file.callsByName.keys()].some((name) => CUDA.has(name) && !SEEDS_CUDA.has(name));
}
