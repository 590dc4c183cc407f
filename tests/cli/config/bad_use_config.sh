CQ_USE_CONFIG=perhaps cq config show
