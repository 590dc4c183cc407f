# The times and versions differ from run to run.
cq calls Store.save --depth 2 --callees --format json |
    sed 's/"argv":\["[^"]*"/"argv":["cq"/; s/"elapsed_ms":[0-9.]*/"elapsed_ms":0/; s/"started":"[^"]*"/"started":""/; s/"cq_version":"[^"]*"/"cq_version":""/'
