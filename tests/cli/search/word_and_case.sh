cq search -w BUILD_KEY -i --count; cq search BUILD_KEY --count; cq search build_keys -s --count; cq search build_keys --count
