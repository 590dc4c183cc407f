# Parts that do not fit together: vectors of another model, settings that contradict each other.
echo 'int first_thing(void) { return 1; }' >a.c
export CQ_RUNTIME_FIND_DENSE=on
CQ_RUNTIME_EMBED_BACKEND=hash cq index >/dev/null
CQ_RUNTIME_EMBED_BACKEND=hash cq status | grep fit
cq status | grep fit | sed 's/[0-9a-f]\{16\}/ID/g'
CQ_RUNTIME_EMBED_BACKEND=none cq status | grep fit
CQ_RUNTIME_FIND_FUSION=ranks CQ_RUNTIME_FIND_WEIGHT_LEXICAL=0 CQ_RUNTIME_FIND_WEIGHT_DENSE=0 \
    CQ_RUNTIME_FIND_WEIGHT_LATE=0 cq doctor fit | sed 's/[0-9a-f]\{16\}/ID/g'
