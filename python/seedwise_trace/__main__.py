"""The driver's command line, as `seedwise verify` calls it: prints one JSON value, and what it is doing to standard error."""

import argparse
import json
import os
import signal
import sys
import threading
import traceback

HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
if HERE not in sys.path:
    sys.path.insert(0, HERE)

from seedwise_trace import compare, runs, verify  # noqa: E402
from seedwise_trace.words import Said, parts, say, sentence  # noqa: E402


def options():
    parser = argparse.ArgumentParser(prog="seedwise_trace", description="Runs a program twice and says where the runs part.")
    parser.add_argument("-m", dest="module", action="store_true", help="the program is a module")
    parser.add_argument("--folder", default=".", help="the folder the program is started in")
    parser.add_argument("--max-operations", type=int, default=verify.DEFAULTS["operations"])
    parser.add_argument("--max-minutes", type=float, default=verify.DEFAULTS["minutes"])
    parser.add_argument("--max-memory", type=int, default=verify.DEFAULTS["memory"], help="in MB; 0 is no limit")
    parser.add_argument("--stdin", help="a file that each run reads as its standard input")
    parser.add_argument("--watch-stdin", action="store_true", help="end everything when standard input is closed")
    parser.add_argument("--record", metavar="FILE", help="run once and write a trace")
    parser.add_argument("--against", metavar="FILE", help="run once and compare with a trace")
    parser.add_argument("--seeds", help="run under each of these seeds, parted by commas")
    parser.add_argument("--seed-argument", help="the program's argument that takes the seed")
    parser.add_argument("--json-progress", action="store_true", help="say what goes on in the parts of its sentences")
    parser.add_argument("words", nargs=argparse.REMAINDER)
    return parser


def main():
    given = options().parse_args()
    program = given.words[1:] if given.words[:1] == ["--"] else given.words
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: runs.cancelled.set())
    if given.watch_stdin:
        threading.Thread(target=_watch, daemon=True).start()
    limits = {"operations": given.max_operations, "minutes": given.max_minutes, "memory": given.max_memory}
    result = _result(program, given, limits)
    print(json.dumps(_spoken(result)))
    return {"identical": 0, "parted": 1}.get(result["result"], 2)


def _result(program, given, limits):
    """The answer; whatever goes wrong is one, too."""
    session = None
    try:
        session = verify.Session(program, given.module, given.folder, limits, given.stdin, _teller(given.json_progress))
        return _answer(session, given)
    except ValueError as problem:
        if not isinstance(problem.args[0] if problem.args else None, Said):
            return _fault(problem)
        # Before there is a session, the program is at fault; then it is the trace that is given.
        told = say("The trace cannot be used: {0}.", *problem.args) if session else sentence(*problem.args)
        return dict(verify.NOTHING, evidence=[told])
    except runs.Cancelled:
        return dict(verify.NOTHING, evidence=[say("It was cancelled.")], cancelled=True)
    except Exception as problem:  # No fault of ours may leave the user with half a sentence in English.
        return _fault(problem)
    finally:
        if session:
            session.close()


def _fault(problem):
    told = say("The tracer failed: {0}.", str(problem).rstrip(".") or type(problem).__name__)
    return dict(verify.NOTHING, evidence=[told], traceback=traceback.format_exc())


def _teller(as_json):
    """Says what goes on: as text, or by its words for a host that says it in another language."""

    def tell(text):
        told = json.dumps(parts(text)) if as_json else text
        print("seedwise: " + told, file=sys.stderr, flush=True)

    return tell


def _answer(session, given):
    if given.record:
        return compare.record(session, os.path.abspath(given.record))
    if given.against:
        return compare.against(session, os.path.abspath(given.against))
    if given.seeds:
        return compare.seeds(session, [int(each) for each in given.seeds.split(",")], given.seed_argument)
    return verify.verify(session)


def _spoken(result):
    """The answer, with the parts of its sentences beside them."""
    said = {name: [parts(each) for each in result[name]] for name in ("evidence", "differences", "troubles") if result.get(name)}
    return dict(result, said=said)


def _watch():
    """Whoever started this holds the other end of standard input for as long as it lives."""
    while os.read(0, 4096):
        pass
    runs.cancelled.set()


if __name__ == "__main__":
    sys.exit(main())
