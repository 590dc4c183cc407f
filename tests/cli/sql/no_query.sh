cq sql
