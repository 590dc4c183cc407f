cq q 'entity=function has="nothing_like($X)"'
