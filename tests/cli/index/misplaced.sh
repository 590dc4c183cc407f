cq index --to 3
