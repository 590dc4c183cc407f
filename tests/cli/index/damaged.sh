# A flipped bit is found, never answered from, and gone after the next build.
seq 1 400 | sed 's/^/int number_/; s/$/;/' >a.c
cq index >/dev/null
seg=$(ls "$XDG_CACHE_HOME"/cq/index/*/*.seg)
printf '\377' | dd of="$seg" bs=1 seek=$(($(wc -c <"$seg") / 2)) conv=notrunc 2>/dev/null
cq index verify 2>/dev/null; echo "exit $?"
cq find number_77 --format lines 2>/dev/null
cq index --full >/dev/null; cq index verify >/dev/null; echo "exit $?"
