# cmake -DFROM=DIR -DTO=FILE.c -P cmake/page.cmake: page.html with its style and scripts put into it, as
# the C that src/door/http/page.h declares. The policy allows these scripts and this style, by their hashes.
cmake_policy(VERSION 3.25)

# The base64 of a hash in hexadecimal of 32 bytes.
function(base64 hex result)
  set(digits ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/)
  string(APPEND hex 00)
  set(text)
  foreach(at RANGE 0 60 6)
    string(SUBSTRING ${hex} ${at} 6 three)
    foreach(shift 18 12 6 0)
      math(EXPR digit "(0x${three} >> ${shift}) & 63")
      string(SUBSTRING ${digits} ${digit} 1 digit)
      string(APPEND text ${digit})
    endforeach()
  endforeach()
  string(SUBSTRING ${text} 0 43 text)
  set(${result} ${text}= PARENT_SCOPE)
endfunction()

# Puts the files that `tag` names into `page`, and their hashes into ${element}_hashes.
function(put_in tag element)
  set(hashes)
  string(REGEX MATCHALL "${tag}" tags "${page}")
  foreach(found IN LISTS tags)
    string(REGEX REPLACE "${tag}" "\\1" name "${found}")
    file(READ ${FROM}/${name} text)
    if(text MATCHES "</(script|style)")
      message(FATAL_ERROR "${name} would end its element")
    endif()
    string(SHA256 hash "${text}")
    base64(${hash} hash)
    string(APPEND hashes " 'sha256-${hash}'")
    string(REPLACE "${found}" "<${element}>${text}</${element}>" page "${page}")
  endforeach()
  set(page "${page}" PARENT_SCOPE)
  set(${element}_hashes "${hashes}" PARENT_SCOPE)
endfunction()

file(READ ${FROM}/page.html page)
put_in("<link rel=\"stylesheet\" href=\"([a-z]+\\.css)\">" style)
put_in("<script src=\"([a-z]+\\.js)\"></script>" script)

file(WRITE ${TO}.html "${page}")
file(READ ${TO}.html bytes HEX)
file(REMOVE ${TO}.html)
string(REGEX REPLACE "(..)" "0x\\1," bytes "${bytes}")
string(SHA256 tag "${page}")
string(SUBSTRING ${tag} 0 32 tag)
file(WRITE ${TO} "#include \"door/http/page.h\"\n
const char page_tag[] = \"W/\\\"${tag}\\\"\";
const char page_policy[] = \"default-src 'none'; style-src${style_hashes}; script-src${script_hashes}; \"
                           \"connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; \"
                           \"frame-ancestors 'none'; require-trusted-types-for 'script'; \"
                           \"trusted-types 'none'\";
const unsigned char page_html[] = {${bytes}};
const size_t page_html_len = sizeof page_html;\n")
