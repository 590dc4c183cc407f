for kind in class struct union enum enum_member interface trait impl type module constant variable field macro declaration test any; do cq q entity=$kind | head -1; done
