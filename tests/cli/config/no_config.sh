cq config show cache.ttl_seconds --no-config | sed -n '3p;$p'
CQ_USE_CONFIG=0 cq config show cache.ttl_seconds | sed -n '3p;$p'
CQ_USE_CONFIG=off CQ_CONFIG=nothing.yaml cq config show cache.ttl_seconds | sed -n '3p;$p'
CQ_USE_CONFIG=0 cq config show cache.ttl_seconds --config .cq.yaml | sed -n '3p;$p'
