# The examples of the documentation, as they stand there.
cq help calls | sed -n 's/^  \(cq calls .*\)/\1/p' | grep -c . >/dev/null
cq calls Store.save | head -n 3
cq calls pkg/app.py:15:10 | head -n 3
cq calls save --certainty exact --exclude tests | head -n 4
cq calls Store.save --depth 3 --callees | sed -n '/^callers/,$p'
cq calls Store.save --depth 3 --format mermaid | tail -n 3
