#!/usr/bin/env bash
# tree-sitter-python 0.25.0 binds the star of a list or set display tighter than a call, an attribute or a subscript:
# `[*f(x)]` is read as a call of `*f`, `[*a.b]` as the attribute of `*a`, `{*a[0]}` as an item of `*a`. CPython stars the
# whole expression. In `f(*g(x))` the same text is read as CPython does. Whoever asks for the function of a call gets a
# `list_splat` node in displays.
#
# Output seen:
#   [*f(x)]: list > call(list_splat, argument_list)
#   [*a.b]: list > attribute(list_splat, identifier)
#   {*a[0]}: set > subscript(list_splat, integer)
#   f(*g(x)): argument_list > list_splat(call)
#   CPython: Starred(Call), Starred(Attribute), Starred(Subscript)
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --ignore-scripts --no-audit --no-fund tree-sitter-python@0.25.0 web-tree-sitter@0.27.1 2>/dev/null
cat >look.mjs <<'EOF'
import { Language, Parser } from 'web-tree-sitter';
await Parser.init();
const parser = new Parser().setLanguage(await Language.load('node_modules/tree-sitter-python/tree-sitter-python.wasm'));
for (const text of ['[*f(x)]', '[*a.b]', '{*a[0]}', 'f(*g(x))']) {
  const expression = parser.parse(text).rootNode.namedChildren[0].namedChildren[0];
  const holder = expression.type === 'call' ? expression.childForFieldName('arguments') : expression;
  const [first] = holder.namedChildren;
  console.log(`${text}: ${holder.type} > ${first.type}(${first.namedChildren.map(({ type }) => type).join(', ')})`);
}
EOF
node look.mjs | tee seen
python3 - <<'EOF' | tee -a seen
import ast
starred = [ast.parse(text, mode="eval").body.elts[0] for text in ("[*f(x)]", "[*a.b]", "{*a[0]}")]
print("CPython:", ", ".join(f"{type(each).__name__}({type(each.value).__name__})" for each in starred))
EOF
diff seen - <<'EOF'
[*f(x)]: list > call(list_splat, argument_list)
[*a.b]: list > attribute(list_splat, identifier)
{*a[0]}: set > subscript(list_splat, integer)
f(*g(x)): argument_list > list_splat(call)
CPython: Starred(Call), Starred(Attribute), Starred(Subscript)
EOF
