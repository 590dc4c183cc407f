cq frobnicate
