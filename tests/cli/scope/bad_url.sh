CQ_REDIS_URL=redis://:secret@host cq search thing
