cq index status | tail -n 1; cq index versions | tail -n 1; ls "$XDG_CACHE_HOME" 2>/dev/null || echo nothing was made
