cq q 'entity=function in=src has="App($$$A)" has.field=body'; cq q 'entity=function in=src has="App($$$A)" has.field=parameters'
