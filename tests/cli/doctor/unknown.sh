cq doctor indx
