cq q entity=function calls=open; cq q entity=function calls=os.path.join; cq q entity=module calls=start
