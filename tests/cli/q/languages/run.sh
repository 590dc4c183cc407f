# All entities of one language: "entity path:line:col:text".
rm -rf ./* && cp "$CQ_CASES"/languages/[aA]* . && mkdir .git
cq index build >/dev/null
for kind in function method class struct union enum enum_member interface trait impl type module constant variable \
    field macro declaration decorator test callsite import; do
    cq q "entity=$kind lang=$1" --format lines | sed "s/^/$kind /"
done
