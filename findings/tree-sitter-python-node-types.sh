#!/usr/bin/env bash
# tree-sitter-python 0.25.0: `node-types.json`, which says of itself by its format that it lists every kind of node a
# parser can produce, has no entry for `as_pattern_target`, the node that holds `g` in `with f() as g:`. It is only named
# as the type of the field `alias` of `as_pattern`. Unions of kinds that are generated from the entries alone miss it,
# and a switch over them drops the names that `with`, `except` and `match` bind.
#
# Output seen:
#   entries: 217, as_pattern_target among them: false
#   field alias of as_pattern: as_pattern_target
#   parsed: (as_pattern_target (identifier))
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --ignore-scripts --no-audit --no-fund tree-sitter-python@0.25.0 web-tree-sitter@0.27.1 2>/dev/null
cat >look.mjs <<'EOF'
import { readFileSync } from 'node:fs';
import { Language, Parser } from 'web-tree-sitter';
const types = JSON.parse(readFileSync('node_modules/tree-sitter-python/src/node-types.json', 'utf8'));
const listed = types.some(({ type }) => type === 'as_pattern_target');
const pattern = types.find(({ type }) => type === 'as_pattern');
console.log(`entries: ${types.length}, as_pattern_target among them: ${listed}`);
console.log(`field alias of as_pattern: ${pattern.fields.alias.types.map(({ type }) => type).join(', ')}`);
await Parser.init();
const parser = new Parser().setLanguage(await Language.load('node_modules/tree-sitter-python/tree-sitter-python.wasm'));
const tree = parser.parse('with f() as g:\n    pass\n');
console.log(`parsed: ${/\(as_pattern_target \(identifier\)\)/.exec(tree.rootNode.toString())?.[0]}`);
EOF
node look.mjs | tee seen
diff seen - <<'EOF'
entries: 217, as_pattern_target among them: false
field alias of as_pattern: as_pattern_target
parsed: (as_pattern_target (identifier))
EOF
