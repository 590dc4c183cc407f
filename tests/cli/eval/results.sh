cq eval --queries queries.jsonl --repos repos.json --checkouts repos --results
