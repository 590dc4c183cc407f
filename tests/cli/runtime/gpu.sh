# What there is differs from machine to machine; that it never fails does not.
# stdout: unchecked
cq runtime gpu >/dev/null && cq runtime gpu --format json
