# Edits elsewhere in the file leave the ids as they are.
ids() { cq calls Store.save --format json | grep -o '"stable_id":"[0-9a-f]*"'; }
ids >before
sed -i '1i # a line\nimport os\n\n' pkg/app.py
ids | cmp - before && grep -c . before
