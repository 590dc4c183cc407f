#!/bin/sh
# A search answers the same with a published index and without, over random edits.
exec python3 "$CQ_SOURCE/tests/search_index.py" "$CQ_BUILD/cq" 80
