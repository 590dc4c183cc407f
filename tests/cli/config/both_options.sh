cq config show --no-config --config .cq.yaml
