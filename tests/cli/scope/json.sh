# stdout: unchecked
cq --session s scope set --lang c --format json
