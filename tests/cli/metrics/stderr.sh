cq search main --format lines --metrics - 2>err.prom
grep '^requests_total' err.prom
