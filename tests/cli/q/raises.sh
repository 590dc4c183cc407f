cq q entity=function raises=ValueError; cq q entity=method raises=any; cq q entity=method raises=class:TypeError
