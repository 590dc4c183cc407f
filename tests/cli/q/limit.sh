cq q entity=function limit=2; cq q entity=function limit=2 --format json | grep -c '"name":"build'
