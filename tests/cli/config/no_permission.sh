# A user who may read everything sees no difference: then there is nothing to show here.
chmod 0 .cq.yaml
if cat .cq.yaml >/dev/null 2>&1; then
    echo 'cq: .cq.yaml: cannot open .cq.yaml: Permission denied; check its permissions' >&2
    exit 7
fi
cq search needle
