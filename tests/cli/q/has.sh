cq q 'entity=function has="await $X"'; cq q 'entity=class has="await $X"'
cq q 'entity=class has="await $X" has.stopBy=end'
