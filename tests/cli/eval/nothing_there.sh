cq eval --queries queries.jsonl --repos repos.json --checkouts nowhere | tail -2
