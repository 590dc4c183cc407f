# What a finding says, whatever the filters; the insight at the head.
cq calls Store.save --certainty exact --limit 2 --format json >answer
grep -o '"insight":{.*"degradation":\[[^]]*\]}' answer
grep -o '{"path":"pkg/app.py","line":16[^}]*}}}' answer
grep -o '"sections":.*' answer
