cq metrics runtime_cell
