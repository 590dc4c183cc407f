cq runtime check cahce --format json
