printf '%s' '{"version":1,"cells":[{"id":"a","op":"q","params":{"query":["entity=class"],"lang":"python"}},{"id":"b","op":"search","params":{"pattern":"ConfigError"}},{"id":"c","op":"q","params":{"entity":"method"},"inputs":["b"]}]}' > plan.json
cq run plan.json --format json | tr ',' '\n' | grep -E '"total"|"qualified"|"state"|"path"'
