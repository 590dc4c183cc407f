cq index --version 3
