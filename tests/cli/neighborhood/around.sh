# Around a method, a type, a function, a file.
cp -R "$CQ_CASES/../calls/tree/." .
for target in Store.save Base run_save pkg/store.py; do cq neighborhood $target; echo; done
