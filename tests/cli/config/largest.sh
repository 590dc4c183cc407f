rm .cq.yaml && head -c 1048576 /dev/zero | tr '\0' '#' >.cq.yaml && cq config show cache.ttl_seconds
