cq q 'pattern="compare($A,$B)" strictness=cst'; cq q 'pattern="compare($A,$B)" strictness=signature'
