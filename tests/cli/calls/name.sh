# Calls in default arguments and f-strings, through a variable; ways to it that are no calls; a parameter of
# the same name is none.
cq calls run_save
