cq help --man=1
