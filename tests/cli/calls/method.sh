# A method: overridden and overriding ones, calls through a base in a bucket of their own.
cq calls Store.save; echo; cq calls Base.save
