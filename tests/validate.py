#!/usr/bin/python3
"""tests/validate.py SCHEMA DOCUMENT - checks one JSON document against a schema made by `cq schema OP`.

Names every fault with its JSON pointer and exits 1. A file that is not one JSON document but
several (one a line) is checked line by line.
"""
import json
import sys

import jsonschema


def read_documents(path):
    with open(path, encoding="utf-8") as file:
        text = file.read()
    try:
        return [json.loads(text)]
    except json.JSONDecodeError:
        return [json.loads(line) for line in text.splitlines() if line.strip()]


def pointer(error):
    return "/" + "/".join(str(part).replace("~", "~0").replace("/", "~1") for part in error.absolute_path)


def main():
    schema_path, document_path = sys.argv[1:]
    with open(schema_path, encoding="utf-8") as file:
        schema = json.load(file)
    kind = jsonschema.validators.validator_for(schema, default=jsonschema.Draft202012Validator)
    try:
        kind.check_schema(schema)
    except jsonschema.SchemaError as error:
        print(f"the schema itself is wrong at {pointer(error)}: {error.message}")
        return 1
    faults = 0
    for document in read_documents(document_path):
        for error in kind(schema).iter_errors(document):
            print(f"{pointer(error)}: {error.message[:300]}")
            faults += 1
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
