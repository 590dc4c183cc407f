cq outline app.py ap.py lib/store.h -d 1
