cq completion tcsh
