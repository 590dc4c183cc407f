cq scope get 'agent 7'
