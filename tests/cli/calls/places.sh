# Every way to name a target; the first line says what was understood.
try() { echo "$1: $(cq calls "$1" | head -n 1)"; }
try pkg/app.py:13        # the line of its name
try pkg/app.py:12        # a decorator
try pkg/app.py:15        # inside of it
try pkg/store.py:10      # a blank line
try pkg/app.py:15:10     # a use
try pkg/app.py:13:5      # a name
try pkg/app.py:4         # between definitions: the file
try pkg/app.py:7         # likewise
try pkg/store.py
try Memo._write          # inherited
try pkg.store.Store.save # by file
try pkg.Shop             # no such name there
try pkg.Store            # exported by the package
try store.py:open_store
try Store::save
