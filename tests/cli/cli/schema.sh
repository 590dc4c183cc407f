for op in $(cq completion bash | sed -n "s/^    schema) _cq_words .\(.*\).; *;*.*/\1/p" | tr -d "\047;"); do
    cq schema "$op" | /usr/bin/python3 -c "import json,sys,jsonschema; s = json.load(sys.stdin); jsonschema.Draft202012Validator.check_schema(s); print(s[\"\$id\"])"
    cq schema "$op" --args | /usr/bin/python3 -c "import json,sys,jsonschema; s = json.load(sys.stdin); jsonschema.Draft202012Validator.check_schema(s); print(s[\"\$id\"])"
done
