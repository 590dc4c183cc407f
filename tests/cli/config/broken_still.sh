# What needs no settings works with broken ones.
echo 'nonsense: 1' >.cq.yaml; export CQ_RUNTIME_CPU_WORKERS=x
cq --version && cq version && cq help >out && cq help search >out && cq search --help >out &&
    cq completion bash >out && cq schema config >out && cq help --man >out && echo fine
