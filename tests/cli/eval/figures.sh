cq eval --queries queries.jsonl --repos repos.json --checkouts repos | sed -E "s/[0-9.]+ ms/T ms/g; s/in [0-9.]+ s, of which [0-9.]+ s/in T s/"
