"""What a row of `server/data/ops.json` says of one version of torch, and where an observation contradicts it.

Run by itself it compares recorded tables (`results/*.json`, or the files it is given) with the rows. It needs no torch.

An observation has an outcome for `off`, `on` and `warn_only`: for `forward`, and for `backward` where there is a gradient,
`deterministic`, `differs` or `throws`, with the text of the error or the warning.
"""

import json
import re
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ALERT = "does not have a deterministic implementation"


def rows():
    table = json.loads((HERE.parent / "server" / "data" / "ops.json").read_text(encoding="utf-8"))
    return {title(row): row for row in table["ops"]}


def title(row):
    return f"{row['api']} {row['case']}".rstrip()


def number(version):
    """A version as numbers that compare; what follows them (`a0`, `+cu130`) does not count."""
    return [int(part) for part in re.match(r"\d+(\.\d+)*", version)[0].split(".")]


def behaviours(row, version):
    """Those of one version; several where a condition that is not looked at here decides between them."""
    at = number(version)
    return [each for each in row["behaviour"] if number(each["since"]) <= at and (each["until"] is None or at < number(each["until"]))]


def contradictions(row, version, observed):
    """Sentences: where an observation fits none of the behaviours of this version. Without a behaviour there is nothing to contradict."""
    found = [disagreements(row, behaviour, observed) for behaviour in behaviours(row, version)]
    return min(found, key=len, default=[])


def disagreements(row, behaviour, observed):
    free = behaviour.get("nondeterministic", row["nondeterministic"])
    passes = {"forward": ["forward"], "backward": ["backward"], "both": ["forward", "backward"]}[row["pass"]]
    said = []
    for mode, seen in observed.items():
        flag = "uncovered" if mode == "off" else behaviour["flag"]
        if mode == "warn_only" and behaviour.get("warn") == "uncovered":
            flag = "uncovered"
        texts = {name: each.get("text", "") for name, each in seen.items()}
        raises = {name: each["text"] for name, each in seen.items() if each["outcome"] == "throws"}
        if flag == "error":
            if not any(fits(text, behaviour) for name, text in (raises if mode == "on" else texts).items() if name in passes):
                verb = "raise" if mode == "on" else "warn"
                said.append(f"{mode}: its {row['pass']} should {verb}, and says: {', '.join(filter(None, texts.values())) or 'nothing'}")
            if mode == "warn_only":
                said += [f"{mode}: its {name} raises: {text}" for name, text in raises.items()]
            continue
        said += [f"{mode}: its {name} raises: {text}" for name, text in raises.items()]
        said += [f"{mode}: its {name} warns: {text}" for name, text in texts.items() if name not in raises and ALERT in text]
        may_differ = free and flag == "uncovered"
        for name, each in seen.items():
            if each["outcome"] == "differs" and not (may_differ and name in passes):
                # The gradient of what is about the forward is another row's matter.
                if row["pass"] != "forward" or name == "forward":
                    said.append(f"{mode}: its {name} differs")
    return said


def fits(text, behaviour):
    """An alert names its kernel; `alert` may name several, with notes in parentheses."""
    if "alert" not in behaviour:
        return bool(text)
    names = [re.sub(r"\(.*?\)", "", each).strip() for each in behaviour["alert"].split(" | ")]
    return any(text.startswith(name) for name in names)


def compare(record):
    """What of a recorded table contradicts the rows: (case, sentence) pairs. A case without a row must be deterministic and silent."""
    table = rows()
    control = {"pass": "both", "nondeterministic": False, "behaviour": [{"since": "0", "until": None, "flag": "uncovered"}]}
    found = []
    for name, case in record["operations"].items():
        row = table.get(case["row"]) if case["row"] else control
        if row is None:
            found.append((name, f"there is no row {case['row']}"))
            continue
        version = record["versions"].get(row.get("package", "torch"), record["versions"]["torch"])
        found += [(name, sentence) for sentence in contradictions(row, version, case["observed"])]
    return found


def main():
    paths = [Path(name) for name in sys.argv[1:]] or sorted((HERE / "results").glob("*.json"))
    passed = failed = 0
    for path in paths:
        record = json.loads(path.read_text(encoding="utf-8"))
        found = compare(record)
        for name, sentence in found:
            print(f"{path.name}: {name}: {sentence}")
        wrong = len({name for name, _ in found})
        failed += wrong
        passed += len(record["operations"]) - wrong
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
