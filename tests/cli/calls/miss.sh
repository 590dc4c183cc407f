cq calls Stoer.save
