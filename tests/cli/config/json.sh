cq config show engine --format json >document
/usr/bin/python3 -c '
import json
d = json.load(open("document"))
print(d["summary"]["file"], d["summary"]["set"])
print(json.dumps(d["summary"]["settings"][2], indent=1))
for row in d["summary"]["settings"]: print(row["key"], row["value"], row["source"])
for f in d["findings"]: print(f["path"], f["line"], f["text"])'
