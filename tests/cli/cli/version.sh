cq --version; cq -V; cq version; cq outline --version
