cq outline ""
