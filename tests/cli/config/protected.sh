# A file that comes with a repository must not say where to write or whom to tell.
for setting in 'cache: {directory: /tmp/x}' 'trace: {file: x}' \
    'trace: {otlp_endpoint: "http://127.0.0.1:9"}' 'runtime: {allow_swap: yes}'; do
    echo "$setting" >.cq.yaml
    cq search needle
    cq config show --config .cq.yaml --format lines 2>/dev/null
done
