cq metrics no_such_family
