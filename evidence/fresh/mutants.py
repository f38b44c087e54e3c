"""Programs of the fresh repositories with one thing spoilt: how many of the faults made are found.

    python3 evidence/fresh/mutants.py FOLDER [--list]

FOLDER is that of measure.py. mutants.json names places by file, line and the start of the line's text, never its code:
statements that seed, with the streams that the program draws and nothing else seeds, and single changes whose finding is
known. A mutant is found if its program, or the file named, says what it did not say before. Standard library only.
"""
import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter

HERE = os.path.dirname(os.path.abspath(__file__))
CLI = os.path.join(HERE, '..', '..', 'dist', 'cli.js')
SEEDING = {
    'incomplete-seeding', 'late-seed', 'varying-seed', 'unseeded-child-process', 'missing-random-state',
    'cuda-only-seed', 'inert-assignment',
}
SEED = r'((?:np|numpy)\.random\.seed|random\.seed|torch\.manual_seed)\((.*)\)'


def respellings(statement):
    """Ways to write a seed that is none: what kind, and the statement in its place."""
    yield 'deleted', 'pass'
    called = re.fullmatch(r'(?:\w+ = )?([\w.]+)\((.*)\)(\s*#.*)?', statement)
    if called:
        yield 'not called', called[1]
    known = re.fullmatch(SEED + r'(\s*#.*)?', statement)
    if not known:
        return
    function, value = known[1], known[2]
    yield 'assigned', f'{function} = {value}'
    if function == 'torch.manual_seed':
        yield 'entropy', 'torch.seed()'
        yield 'only CUDA', f'torch.cuda.manual_seed_all({value})'
        yield 'own generator', f'torch.Generator().manual_seed({value})'
    else:
        yield 'None', f'{function}(None)'
        yield 'no argument', f'{function}()'
        own = 'random.Random' if function == 'random.seed' else function.replace('seed', 'default_rng')
        yield 'own generator', f'own = {own}({value})'
    yield 'clock', f'import time; {function}(int(time.time()))'


def mutants(spec):
    for program in spec['programs']:
        for seed in program.get('seeds', []):
            yield from seed_mutants(program, seed)
        for change in program.get('changes', []):
            yield {
                **change,
                'repository': program['repository'],
                'check': [change['in']],
                'name': f"{change['kind']} {change['file']}:{change['line']}",
                'edit': lambda lines, change=change: edited(lines, change),
            }


def seed_mutants(program, seed):
    base = {
        'repository': program['repository'], 'file': seed['file'], 'rules': SEEDING, 'streams': seed['streams'],
        'in': program['entry'], 'check': [program['entry'], seed['file']],
    }
    def replace(lines, index):
        return [(kind, with_statement(lines, index, text)) for kind, text in respellings(lines[index].strip())]
    yield {**base, 'name': f"{seed['file']}:{seed['line']}", 'line': seed['line'], 'many': replace}
    if 'after' in seed:
        def move(lines, index):
            target = lines[seed['after'] - 1]
            indent = target[: len(target) - len(target.lstrip())]
            moved = with_statement(lines, index, 'pass')
            return [('late', [*moved[: seed['after']], indent + lines[index].strip(), *moved[seed['after']:]])]
        yield {**base, 'name': f"{seed['file']}:{seed['line']}", 'line': seed['line'], 'many': move}


def with_statement(lines, index, statement):
    line = lines[index]
    return [*lines[:index], line[: len(line) - len(line.lstrip())] + statement, *lines[index + 1:]]


def edited(lines, change):
    index = change['line'] - 1
    if change['from'] is None:
        return with_statement(lines, index, 'pass')
    assert change['from'] in lines[index], f"{change['file']}:{change['line']}"
    return [*lines[:index], lines[index].replace(change['from'], change['to'], 1), *lines[index + 1:]]


def said(cli, root, files):
    command = ['node', cli, 'check', '--isolated', '--format', 'json', *dict.fromkeys(files)]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=120)
    if done.returncode not in (0, 1):
        sys.exit(done.stderr)
    rows = json.loads(done.stdout)
    return Counter(
        (os.path.relpath(os.path.join(root, row['filename']), root), row['code'], row.get('subject')) for row in rows
    )


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('folder')
    parser.add_argument('--cli', default=CLI)
    parser.add_argument('--list', action='store_true', help='list the faults that are not found')
    parser.add_argument('--only', help='only repositories with this in their name')
    args = parser.parse_args()
    with open(os.path.join(HERE, 'mutants.json'), encoding='utf-8') as file:
        spec = json.load(file)
    total, found, kinds, missed = 0, 0, {}, []
    for mutant in mutants(spec):
        if args.only and args.only not in mutant['repository']:
            continue
        for kind, hit in tried(os.path.abspath(args.cli), args.folder, mutant):
            total += 1
            found += hit
            kinds.setdefault(kind, Counter())[hit] += 1
            if not hit:
                missed.append(f"{mutant['repository']}/{mutant['name']}: {kind}: {mutant.get('streams') or sorted(mutant['rules'])}")
    for kind, counts in sorted(kinds.items()):
        print(f'  {kind}: {counts[True]} of {sum(counts.values())}')
    for each in missed if args.list else []:
        print(f'  not found: {each}')
    print(f'{found} of {total} faults are found, {100 * found / max(total, 1):.1f} %')


def tried(cli, folder, mutant):
    """For each change of one place: what kind it is, and whether all that it takes away is missed."""
    source = os.path.join(folder, mutant['repository'].replace('/', '+', 1))
    with tempfile.TemporaryDirectory() as copy:
        root = os.path.join(copy, 'project')
        shutil.copytree(source, root)
        path = os.path.join(root, mutant['file'])
        with open(path, encoding='utf-8') as file:
            lines = file.read().split('\n')
        before = said(cli, root, mutant['check'])
        index = mutant['line'] - 1
        changes = mutant['many'](lines, index) if 'many' in mutant else [(mutant['kind'], mutant['edit'](lines))]
        for kind, changed in changes:
            with open(path, 'w', encoding='utf-8') as file:
                file.write('\n'.join(changed))
            new = said(cli, root, mutant['check']) - before
            rules = {(rule, subject) for (file, rule, subject), n in new.items() if rule in mutant['rules'] and file in (mutant['in'], mutant['file'])}
            if 'streams' in mutant:
                told = {'torch' if rule == 'cuda-only-seed' else subject for rule, subject in rules}
                told |= set(mutant['streams']) if any(rule in ('inert-assignment', 'varying-seed') for rule, _ in rules) else set()
                yield kind, set(mutant['streams']) <= told
            else:
                yield kind, bool(rules)


if __name__ == '__main__':
    main()
