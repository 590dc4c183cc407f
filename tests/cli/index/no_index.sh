cq index verify
