# All of them, as JSON, valid against the schema; what they find is the machine's.
# stdout: unchecked
cq doctor --format json
