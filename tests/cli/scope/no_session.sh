cq scope get
