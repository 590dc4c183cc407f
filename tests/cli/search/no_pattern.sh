cq search
