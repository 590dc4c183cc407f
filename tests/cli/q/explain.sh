cq q 'entity=function name=dictFind explain=true'; cq q --entity function --name dictFind --explain
