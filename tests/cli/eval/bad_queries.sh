cq eval --queries repos.json --repos repos.json --checkouts repos
