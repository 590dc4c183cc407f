cq q entity=any name=App.run; cq q entity=any name='App.*'; cq q 'entity=any name=~^(run|start)$'
