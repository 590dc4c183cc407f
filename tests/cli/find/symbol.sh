cq find build_key
