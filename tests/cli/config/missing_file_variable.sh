CQ_CONFIG=nothing.yaml cq search needle --format json
