# Everything, valid against the schema.
# stdout: unchecked
cq status --format json
