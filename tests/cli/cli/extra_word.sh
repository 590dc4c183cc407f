cq version now
