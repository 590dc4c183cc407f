CQ_CONFIG= cq config show
