cq outline .
