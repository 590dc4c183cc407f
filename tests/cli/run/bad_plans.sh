# Every mistake is told before anything runs, with its place in the document.
try() { printf '%s' "$1" >p.json && cq run p.json; }
try '{'
try '[]'
try '{"version":1,"cells":[{"id":"a","op":"serach","params":{"pattern":"x"}}]}'
try '{"version":1,"cells":[{"id":"a","op":"search"}]}'
try '{"version":1,"cells":[{"id":"a","op":"search","params":{"pattern":"x","lnag":["c"]}}]}'
try '{"version":1,"cells":[{"id":"a","op":"search","params":{"pattern":"x"},"inputs":["b"]}]}'
try '{"version":1,"cells":[{"id":"a","op":"search","params":{"pattern":"x"}},{"id":"a","op":"search","params":{"pattern":"x"}}]}'
try '{"version":1,"cells":[{"id":"a","op":"search","params":{"pattern":"x"},"inputs":["b"]},{"id":"b","op":"search","params":{"pattern":"x"},"inputs":["a"]}]}'
try '{"version":1,"cells":[{"id":"a","op":"search","params":{"pattern":"x"},"timeout_s":-1}]}'
try '{"version":2,"cells":[]}'
try '{"version":1,"cells":[{"id":"a","op":"run","params":{}}]}'
cq run
cq run plan.json --step search x
cq run missing.json
cq run --step
cq run --step search id=a pattern=x pattern=y
