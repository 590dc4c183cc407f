# What one command counted; the file appears at once and nothing stays beside it.
cq search main --metrics cq.prom --format lines
grep '^requests_total' cq.prom
grep -c '^request_duration_seconds_bucket' cq.prom
cq search nothing_like_it --metrics cq.prom >/dev/null
grep '^requests_total' cq.prom
ls
