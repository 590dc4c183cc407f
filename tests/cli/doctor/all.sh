# All of them, as JSON, valid against the schema; what they find is the machine's.
# stdout: unchecked
# What is not there is logged; the answer tells it, too.
cq doctor --format json --log-level error
