# Each source goes before the one above it.
key=engine.request_timeout_s
cq config show $key --no-config | sed -n 3p
cq config show $key | sed -n 3p
printf 'engine:\n  request_timeout_s: 20\n' >other.yaml
CQ_CONFIG=other.yaml cq config show $key | sed -n 3p
export CQ_RUNTIME_REQUEST_TIMEOUT_S=10.5
cq config show $key | sed -n 3p
cq config show $key --config other.yaml | sed -n 3p
cq config show $key --config other.yaml --timeout 5 | sed -n 3p
cq config show $key --timeout 0 | sed -n 3p
