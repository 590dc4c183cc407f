# stdout: unchecked
cq config show --format json
