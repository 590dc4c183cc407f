cq outline lib/values.txt --lang py
