import os

def good_before(x):
    return os.getcwd()

def broken(a, b
    return call_inside(a)

class Kept:
    def method(self):
        return helper(self

    def after(self):
        pass

x = = 3

def good_after():
    return 1
