cq eval --queries queries.jsonl --repos repos.json --checkouts repos --results | sed 's/"ndcg":1.0/"ndcg":0.5/; 2,$d' >before
cq eval --queries queries.jsonl --repos repos.json --checkouts repos --against before | tail -2
