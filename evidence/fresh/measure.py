"""Repeats the fresh measurement: what Seedwise says about thirty public repositories that it was not written for,
compared with what a reader wrote down about them.

    python3 evidence/fresh/measure.py FOLDER [--lists 1,2] [--sample N --seed S] [--list]

FOLDER holds each repository of repositories.json at its commit, as OWNER+NAME. Gradings and expectations are matched by
rule, file and the text of the line, not by its number, so that they outlive edits of this project. Standard library only.
"""
import argparse
import hashlib
import json
import os
import random
import subprocess
import sys
from collections import Counter

HERE = os.path.dirname(os.path.abspath(__file__))
CLI = os.path.join(HERE, '..', '..', 'dist', 'cli.js')
BY_PROGRAM = {'incomplete-seeding', 'late-seed'}
LIMIT = 120


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('folder')
    parser.add_argument('--cli', default=CLI)
    parser.add_argument('--lists', default='1,2,3,4,5,6,7', help='which lists of repositories')
    parser.add_argument('--sample', type=int, default=300, help='how many findings to draw')
    parser.add_argument('--seed', type=int, default=1, help='what the draw is seeded with')
    parser.add_argument('--list', action='store_true', help='list what is missed, wrong or not graded yet')
    parser.add_argument('--findings', help='read the findings from this file, or write them to it where there is none')
    args = parser.parse_args()
    args.lists = {int(each) for each in args.lists.split(',')}
    findings = findings_of(args)
    print(f'{len(findings)} findings in {len(repositories(args.lists))} repositories')
    precision(findings, args)
    recall(findings, args)


def repositories(lists):
    return [row['repository'].replace('/', '+', 1) for row in read('repositories.json')['repositories'] if row['list'] in lists]


def read(name):
    with open(os.path.join(HERE, name), encoding='utf-8') as file:
        return json.load(file)


def findings_of(args):
    """All findings of all severities, each repository a project of its own."""
    if args.findings and os.path.exists(args.findings):
        with open(args.findings, encoding='utf-8') as file:
            return json.load(file)
    found = []
    for name in repositories(args.lists):
        cwd = os.path.join(os.path.abspath(args.folder), name)
        command = ['node', os.path.abspath(args.cli), 'check', '--isolated', '--format', 'json', '.']
        try:
            done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=LIMIT)
        except subprocess.TimeoutExpired:
            print(f'{name}: no answer in {LIMIT} s', file=sys.stderr)
            continue
        if done.returncode not in (0, 1) and not done.stdout:
            print(f'{name}: {done.stderr.strip()}', file=sys.stderr)
            continue
        found += [row_of(row, name, cwd) for row in json.loads(done.stdout)]
    found.sort(key=lambda row: (row['file'], -1 if row['cell'] is None else row['cell'], row['line'], row['column'], row['rule']))
    if args.findings:
        with open(args.findings, 'w', encoding='utf-8') as file:
            json.dump(found, file, indent=0)
    return found


def row_of(row, name, cwd):
    path = os.path.relpath(os.path.join(cwd, row['filename']), cwd).replace(os.sep, '/')
    line = row['location']['row']
    return {
        'file': f'{name}/{path}',
        'cell': row.get('cell'),
        'line': line,
        'column': row['location']['column'],
        'rule': row['code'],
        'subject': row.get('subject'),
        'severity': row['severity'],
        'message': row['message'],
        'text': text_of(os.path.join(cwd, path), row.get('cell'), line),
    }


def text_of(path, cell, line):
    """The line a finding stands in, without the space around it."""
    with open(path, encoding='utf-8', errors='replace') as file:
        text = file.read()
    if path.endswith('.ipynb') and cell is not None:
        text = ''.join(json.loads(text)['cells'][cell]['source'])
    lines = text.split('\n')
    return lines[line - 1].strip() if line <= len(lines) else ''


def key(row):
    """What a grading belongs to: the text of the line is kept as a hash, as the code is not ours to print."""
    text = row.get('text_hash') or hashlib.sha256(row['text'].encode()).hexdigest()[:12]
    return row['rule'], row['file'], row.get('subject') or '', text


def precision(findings, args):
    gradings = {key(row): row for row in read('gradings.json')['gradings']}
    drawn = list(findings)
    random.Random(args.seed).shuffle(drawn)
    drawn = drawn[: args.sample]
    verdicts = Counter()
    by_rule = {}
    for row in drawn:
        grading = gradings.get(key(row))
        verdict = grading['verdict'] if grading else 'not graded'
        verdicts[verdict] += 1
        by_rule.setdefault(row['rule'], Counter())[verdict] += 1
        if args.list and verdict != 'right':
            print(f"  {verdict}: {row['file']}:{'' if row['cell'] is None else row['cell']}:{row['line']} {row['rule']} {row['subject'] or ''}")
            print(f"    {row['message']}\n    {grading['reason'] if grading else ''}")
    print(f'a draw of {len(drawn)} by seed {args.seed}: ' + ', '.join(f'{n} {word}' for word, n in sorted(verdicts.items())))
    for rule, counts in sorted(by_rule.items()):
        print(f'  {rule}: ' + ', '.join(f'{n} {word}' for word, n in sorted(counts.items())))
    decided = verdicts['right'] + verdicts['wrong']
    if decided:
        print(f"precision {100 * verdicts['right'] / decided:.1f} % of {decided}")


def recall(findings, args):
    asked = set(repositories(args.lists))
    programs = [each for each in read('expected.json')['programs'] if each['program'].split('/')[0] in asked]
    found = wanted = arguable = 0
    for program in programs:
        for expected in program['expect']:
            hit = any(says(row, expected) for row in findings)
            if not expected['certain']:
                arguable += hit
                continue
            wanted += 1
            found += hit
            if args.list and not hit:
                print(f"  missed: {expected['file']}:{expected.get('line', '')} {expected['rule']} {expected.get('subject', '')}")
                print(f"    {expected['why']}")
    trapped = [(trap, row) for program in programs for trap in program['traps'] for row in findings if says(row, trap)]
    for trap, row in trapped if args.list else []:
        print(f"  trapped: {row['file']}:{row['line']} {row['rule']}: {trap['why']}")
    total = sum(len(program['traps']) for program in programs)
    print(f'recall {100 * found / wanted:.1f} % of {wanted} in {len(programs)} programs; {arguable} arguable ones said; {len(trapped)} of {total} traps entered')


def says(row, expected):
    for one in [expected, *expected.get('or', [])]:
        if row['rule'] != one['rule'] or row['file'] != one.get('file', expected['file']):
            continue
        if 'subject' in one and row['subject'] != one['subject']:
            continue
        if one['rule'] in BY_PROGRAM or one.get('line', row['line']) <= row['line'] <= one.get('to', one.get('line', row['line'])):
            return True
    return False


if __name__ == '__main__':
    main()
