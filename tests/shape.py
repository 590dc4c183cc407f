#!/usr/bin/env python3
"""tests/shape.py CQ_SHAPE [--alone] [--update] [LANGUAGE...] - patterns and rules beside ast-grep.

tests/shape/LANGUAGE/ holds source.*, cases.jsonl (a rule of ast-grep a line, or an object with rule
and constraints) and expected.jsonl, what each case finds there: [start, end, {name: span or spans}].
cq-shape must find exactly that. Where build/peers has ast-grep, it must, too, unless --alone leaves it
out; --update writes what ast-grep finds. A case in which ast-grep is wrong says so in "differs", with
the reason; what is expected there is what cq-shape finds, and ast-grep must find something else.
Exit: 0 all equal, 1 some differ, 2 no case.
"""
import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

ROOT = os.path.dirname(os.path.abspath(__file__))
PEER = os.path.join(os.path.dirname(ROOT), "build", "peers", "ast-grep")
REFUSED = "refused"


def in_order(found):
    """Matches as they are compared: the same node twice has no order."""
    return sorted(found, key=json.dumps)


def byte_span(node):
    return [node["range"]["byteOffset"]["start"], node["range"]["byteOffset"]["end"]]


def peer_command(language, case):
    case = {k: v for k, v in case.items() if k != "differs"}
    pattern = case.get("pattern")
    if isinstance(pattern, dict):  # allowErrors is ours; ast-grep always does
        pattern = case["pattern"] = {k: v for k, v in pattern.items() if k != "allowErrors"}
    if list(case) == ["pattern"]:  # as a rule it would need a node type
        pattern = pattern if isinstance(pattern, dict) else {"context": pattern}
        command = ["run", "-l", language, "-p", pattern["context"]]
        for key in ("selector", "strictness"):
            command += [f"--{key}", pattern[key]] if key in pattern else []
        return command
    rule = case if "rule" in case else {"rule": case}
    return ["scan", "--inline-rules", json.dumps({"id": "case", "language": language, **rule})]


def ask_peer(language, case, source):
    command = [PEER, *peer_command(language, case), "--json=stream", source]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode and done.stderr:
        return REFUSED
    result = []
    for match in map(json.loads, done.stdout.splitlines()):
        held = match.get("metaVariables") or {"single": {}, "multi": {}}
        captures = {name: byte_span(node) for name, node in held["single"].items()}
        for name, nodes in held["multi"].items():
            if name != "secondary":  # the other node of a relation
                captures["$$$" + name] = [byte_span(node) for node in nodes]
        result.append([*byte_span(match), dict(sorted(captures.items()))])
    return in_order(result)


def ask_cq(program, language, folder, source, count):
    """What cq-shape says of all cases of a language."""
    command = [program, language, f"@{folder}/cases.jsonl", source]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    results = [[] for _ in range(count)]
    for line in map(json.loads, done.stdout.splitlines()):
        number = line["case"] - 1
        if "problem" in line:
            results[number] = REFUSED
            continue
        captures = {
            ("$$$" if c["many"] else "") + c["name"]: c["nodes"] if c["many"] else c["nodes"][0]
            for c in line["captures"]
        }
        results[number].append([*line["range"], dict(sorted(captures.items()))])
    for found in results:
        if found != REFUSED and found != sorted(found, key=lambda m: (m[0], -m[1])):
            raise SystemExit(f"{language}: matches are not in document order: {found}")
    return [found if found == REFUSED else in_order(found) for found in results]


def complaints_of(name, case, expected, ours, theirs):
    if ours != expected:
        yield f"{name}\n    cq-shape finds {ours}\n    instead of     {expected}"
    if theirs is not None and theirs != expected and "differs" not in case:
        yield f"{name}\n    ast-grep finds {theirs}\n    instead of     {expected}"
    if theirs is not None and theirs == expected and "differs" in case:
        yield f"{name}\n    ast-grep agrees, but the case says that it differs"


def read_lines(path):
    with open(path, encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def check_language(program, language, peer, update):
    folder = os.path.join(ROOT, "shape", language)
    source = next(os.path.join(folder, f) for f in os.listdir(folder) if f.startswith("source."))
    cases = read_lines(os.path.join(folder, "cases.jsonl"))
    ours = ask_cq(program, language, folder, source, len(cases))
    theirs = [None] * len(cases)
    if peer:
        with ThreadPoolExecutor(2) as pool:
            theirs = list(pool.map(lambda case: ask_peer(language, case, source), cases))
    if update and peer:
        with open(os.path.join(folder, "expected.jsonl"), "w", encoding="utf-8") as out:
            for case, mine, peers in zip(cases, ours, theirs):
                out.write(json.dumps(mine if "differs" in case else peers) + "\n")
    expected = read_lines(os.path.join(folder, "expected.jsonl"))
    if len(expected) != len(cases):
        raise SystemExit(f"{language}: {len(cases)} cases, {len(expected)} answers; use --update")
    complaints = []
    for number, (case, *answers) in enumerate(zip(cases, expected, ours, theirs), 1):
        name = f"{language}:{number} {json.dumps(case)}"
        complaints += complaints_of(name, case, *answers)
    return len(cases), complaints


def main():
    program, *rest = sys.argv[1:]
    wanted = [a for a in rest if not a.startswith("--")]
    peer = os.path.exists(PEER) and "--alone" not in rest
    seen, complaints = 0, []
    for language in sorted(wanted or os.listdir(os.path.join(ROOT, "shape"))):
        count, wrong = check_language(program, language, peer, "--update" in rest)
        seen += count
        complaints += wrong
    for line in complaints:
        print(line)
    print(f"{seen} cases, {len(complaints)} complaints{'' if peer else ', without ast-grep'}")
    return 2 if not seen else bool(complaints)


sys.exit(main())
