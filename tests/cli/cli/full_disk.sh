[ -e /dev/full ] || { echo "cq: cannot write the output: No space left on device" >&2; exit 7; }
cq outline src/a.py >/dev/full
