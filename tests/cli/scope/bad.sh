cq scope set agent-7
