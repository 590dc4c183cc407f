cq find ring_step --explain --format json |
    sed -E 's/"argv":\["[^"]*"/"argv":["cq"/; s/"started":"[^"]*"/"started":"2026-01-01T00:00:00.000Z"/; s/"elapsed_ms":[0-9.]+/"elapsed_ms":1/; s/"cq_version":"[^"]*"/"cq_version":"0.0.0"/'
