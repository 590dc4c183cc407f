cd lib && cq outline .
