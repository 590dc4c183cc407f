CQ_INDEX_ENABLED=false cq index
