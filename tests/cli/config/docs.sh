cq config docs | sed -n 1,12p
