cq runtime prewarm cache grammar.pyton
