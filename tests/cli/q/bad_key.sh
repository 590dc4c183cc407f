cq q 'entity=function nam=x'; cq q 'entity=functon'; cq q 'entity=function limit=abc'; cq q 'entity=function --name x'; cq q name=x --name y; cq q foo --entity class; cq q
