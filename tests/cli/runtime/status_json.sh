# Everything that is known of a cell, valid against the schema.
# stdout: unchecked
cq runtime status cache --format json
