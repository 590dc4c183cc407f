cq search main --trace no/such/folder/trace.json
