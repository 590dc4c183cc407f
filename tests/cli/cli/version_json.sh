cq version --format json
