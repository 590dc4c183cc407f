cq config show --config nothing.yaml
