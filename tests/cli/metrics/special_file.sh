# A symlink or a FIFO is written to, not replaced.
: >real.prom && ln -s real.prom link.prom && mkfifo pipe
cq search main --count --metrics link.prom
test -L link.prom && grep '^requests_total' real.prom
grep '^requests_total' pipe & cq search main --count --metrics pipe && wait && test -p pipe
