cq q entity=class defines=method:run; cq q entity=module defines=class:Options lang=python; cq q entity=trait defines=method
