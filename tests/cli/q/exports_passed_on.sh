cp -R "$CQ_CASES/exports_tree" passed && cd passed && mkdir .git
for what in class:Cart class:Basket class:Star class:Hidden struct:Cart struct:Hidden function:total function:sum_up class; do
    cq --root . q "entity=module exports=$what" --format lines | cut -d: -f1 | sed "s/^/$what /"
done
