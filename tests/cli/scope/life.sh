# One process: what it was told ends with it, unless there is a Redis.
cq scope set agent-7 --lang go --in server --glob '*.go' --ttl 600
cq scope get agent-7
