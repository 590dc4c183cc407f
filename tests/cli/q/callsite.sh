cq q 'entity=callsite name=build_app'
