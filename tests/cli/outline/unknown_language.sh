cq outline lib/values.txt
