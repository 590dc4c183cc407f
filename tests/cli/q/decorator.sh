cq q 'entity=decorator fields=decorators'
