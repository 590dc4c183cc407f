cq calls save --certainty exat
