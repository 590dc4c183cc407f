cq q 'entity=import lang=python'
