# A link to a file elsewhere is followed; one that leads nowhere is as good as no file.
mv .cq.yaml elsewhere && ln -s elsewhere .cq.yaml && cq config show cache.ttl_seconds
ln -sf nothing .cq.yaml && cq config show cache.ttl_seconds
