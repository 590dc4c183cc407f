# One rule says how much a change may break: calls and nb give the same level and reasons.
cp -R "$CQ_CASES/../calls/tree/." .
for target in Store.save run_save pkg/app.py:30 pkg/base.py Store; do
    calls=$(cq calls "$target" | grep -m1 "  risk: ") nb=$(cq nb "$target" | grep -m1 "  risk: ")
    [ "$calls" = "$nb" ] && [ "$nb" ] || echo "$target: $calls / $nb"
done
cq nb run_save --certainty exact | grep "  risk: "
