from .store import Store, open_store as open_it
