cq outline crlf.py; cq outline crlf.py --format lines
