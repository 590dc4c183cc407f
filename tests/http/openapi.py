#!/usr/bin/python3
"""tests/http/openapi.py CQ - /openapi.json is sound, and what it says of each operation is true.

For each operation, random arguments that its schema allows (and some that it does not): no answer
is a 5xx, good ones match the schema of the answer, the others are Problem Details.
CQ_SEED=N asks other questions, CQ_LONG=1 asks a hundred times more often.
"""
import json
import os
import random
import re
from urllib.parse import urlencode

import jsonschema

import support
from support import Server, problem

SEED = int(os.environ.get("CQ_SEED", "20261122"))
ROUNDS = 1000 if os.environ.get("CQ_LONG") else 10
WORDS = ["alpha_0", "beta_1", "src/m1.py", "src", "notes.md", "count", "", "a b", ".", "*", "(", "é", "x" * 300,
         "../x", "/etc", "HEAD", "select 1", "link.py", "\n", "python", "alpha_[0-9]", "src/m1.py:4", "0"]


def walk(value, path=()):
    yield path, value
    if isinstance(value, dict):
        for key, item in value.items():
            yield from walk(item, path + (key,))
    elif isinstance(value, list):
        for i, item in enumerate(value):
            yield from walk(item, path + (i,))


def resolve(document, reference):
    assert reference.startswith("#/"), reference
    for part in reference[2:].split("/"):
        document = document[part.replace("~1", "/").replace("~0", "~")]
    return document


def structure(document):
    assert document["openapi"] == "3.1.0" and document["info"]["title"] and document["info"]["version"]
    for path, value in walk(document):
        if path and path[-1] == "$ref":
            resolve(document, value)
    ids = set()
    for path, item in document["paths"].items():
        for verb, operation in item.items():
            assert verb in ("get", "post", "delete") and operation["summary"], (path, verb)
            assert operation["responses"], (path, verb)
            declared = {parameter["name"] for parameter in operation.get("parameters", []) if parameter.get("in") == "path"}
            assert declared == set(re.findall(r"\{(\w+)\}", path)), (path, declared)
            if "operationId" in operation:
                assert operation["operationId"] not in ids
                ids.add(operation["operationId"])
            assert verb == "post" or "requestBody" not in operation, (path, verb)
    for name, schema in document["components"]["schemas"].items():
        try:
            jsonschema.Draft202012Validator.check_schema(schema)
        except jsonschema.SchemaError as error:
            raise AssertionError(f"{name}: {error.message}") from error
    for needed in ("/healthz", "/readyz", "/capz", "/metrics", "/runtime/runs", "/runtime/runs/{id}/events",
                   "/v1/op/search", "/v1/op/run"):
        assert needed in document["paths"], needed
    assert "/v1/op/eval" not in document["paths"], "it needs files of the server's machine"


def value_of(schema, chance):
    if "enum" in schema:
        return chance.choice(schema["enum"])
    kind = schema.get("type")
    if kind == "string":
        return chance.choice(WORDS)
    if kind == "boolean":
        return chance.random() < 0.5
    if kind == "integer":
        least, most = schema.get("minimum", -1 << 40), schema.get("maximum", 1 << 40)
        return chance.choice([least, most, min(max(1, least), most), chance.randint(least, most)])
    if kind == "number":
        return chance.choice([schema.get("minimum", 0), 0.5, 2])
    if kind == "array":
        return [value_of(schema["items"], chance) for _ in range(chance.randint(0, 3))]
    return chance.choice([None, {}, {"version": 1, "cells": []}, {"a": [1]}, 7])


def arguments(schema, chance):
    found = {name: value_of(item, chance) for name, item in schema["properties"].items()
             if name in schema.get("required", []) or chance.random() < 0.25}
    if chance.random() < 0.1:
        found[chance.choice(["nope", *schema["properties"]])] = chance.choice([None, [], {}, -1, 1.5, "?", True])
    # These would run for long, or wait: told by other tests.
    if found.get("action") == "watch":
        found["action"] = "status"
    for slow in ("wait", "timeout_s"):
        found.pop(slow, None)
    return found


def check(document, operation, reply, asked):
    told = (SEED, asked, reply)
    if reply.status == 200:
        schema = resolve(document, operation["responses"]["200"]["content"]["application/json"]["schema"]["$ref"])
        error = jsonschema.exceptions.best_match(jsonschema.Draft202012Validator(schema).iter_errors(reply.json()))
        assert not error, (told, error.message)
    elif reply.status == 304:
        assert reply.body == b""
    else:
        found = problem(reply, reply.status)
        # UNAVAILABLE is a statement, not a fault: DuckDB may not be installed.
        assert reply.status < 500 or found["type"] == "urn:cq:problem:unavailable", told


def operations(server, document):
    chance = random.Random(SEED)
    done = {}
    for path, item in document["paths"].items():
        if not path.startswith("/v1/op/"):
            continue
        schema = resolve(document, item["post"]["requestBody"]["content"]["application/json"]["schema"]["$ref"])
        for _ in range(ROUNDS):
            asked = arguments(schema, chance)
            reply = server.ask("POST", path, asked, {"X-Request-Id": "check"})
            check(document, item["post"], reply, (path, asked))
            done[reply.status] = done.get(reply.status, 0) + 1
            if "get" not in item:
                continue
            flat = [(name, value) for name, values in asked.items()
                    for value in (values if isinstance(values, list) else [values])]
            query = urlencode([(name, json.dumps(value) if isinstance(value, bool) else value) for name, value in flat])
            if len(query) < 6000:
                check(document, item["get"], server.get(f"{path}?{query}"), (path, query))
    print(f"    seed {SEED}: " + ", ".join(f"{count} x {status}" for status, count in sorted(done.items())), flush=True)
    assert done.get(200), done


def everything():
    with Server() as server:
        reply = server.get("/openapi.json")
        assert reply.status == 200 and reply.headers["content-type"] == "application/json"
        document = reply.json()
        structure(document)
        operations(server, document)


support.run([everything])
