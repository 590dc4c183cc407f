// resolve/c_standard.c - functions and macros of the C library and of POSIX: where no header of the
// workspace declares one, it is not one of the workspace's own that is meant.
#include "resolve/includes.h"

static const char *const names[] = { // sorted
    " INT16_C INT32_C INT64_C INT8_C INTMAX_C UINT16_C UINT32_C UINT64_C UINT8_C UINTMAX_C ",
    " _exit abort abs accept accept4 access acos alarm alloca asctime asctime_r asin asprintf ",
    " assert assert_perror atan atan2 atexit atof atoi atol atoll basename bcmp bcopy bind ",
    " bsearch bzero calloc canonicalize canonicalize_file_name cbrt ceil chdir chmod chown ",
    " clearerr clock clock_getres clock_gettime clock_nanosleep close closedir closelog ",
    " connect copy_file_range copysign cos cosh creat crypt ctermid ctime ctime_r cuserid ",
    " difftime dirfd dirname div dlerror dlmopen dlopen dlsym dlvsym dprintf drem dup dup2 ",
    " dup3 endgrent endpwent execl execlp execv execve execvp exit exp exp2 fabs faccessat ",
    " fchdir fchmod fchown fclose fcloseall fcntl fdatasync fdim fdopen fdopendir feof ferror ",
    " fflush fflush_unlocked ffs fgetc fgetc_unlocked fgetgrent fgetpos fgetpwent fgetpwent_r ",
    " fgets fgets_unlocked fileno finite floor fma fmax fmaximum fmaximum_mag fmaximum_mag_num ",
    " fmaximum_num fmaxmag fmemopen fmin fminimum fminimum_mag fminimum_mag_num fminimum_num ",
    " fminmag fmod fnmatch fopen fopencookie fork fpclassify fprintf fputc fputc_unlocked ",
    " fputs fputs_unlocked fread free freeaddrinfo freopen frexp fromfp fromfpx fscanf fseek ",
    " fseeko fsetpos fstat fstatat fsync ftell ftello ftruncate fwrite fwrite_unlocked ",
    " gai_strerror gai_suspend gamma get_current_dir_name getaddrinfo getaddrinfo_a getc ",
    " getc_unlocked getchar getchar_unlocked getcwd getdate getdate_r getdelim getegid getenv ",
    " geteuid getgid getgrent getgrgid getgrnam getgrouplist gethostbyaddr gethostbyaddr_r ",
    " gethostbyname gethostbyname2 gethostbyname2_r gethostbyname_r gethostent gethostent_r ",
    " gethostid gethostname getitimer getline getlogin getnameinfo getopt getopt_long getpass ",
    " getpayload getpeername getpgrp getpid getppid getpw getpwent getpwent_r getpwnam ",
    " getpwnam_r getpwuid getpwuid_r getrlimit getrusage gets getservbyname getservbyname_r ",
    " getservbyport getservbyport_r getservent getservent_r getsockname getsockopt ",
    " gettimeofday getuid getusershell getw getwd glob globfree gmtime gmtime_r hstrerror ",
    " htonl htons hypot iconv iconv_close iconv_open ilogb index inet_addr inet_aton ",
    " inet_net_ntop inet_neta inet_nsap_ntoa inet_ntoa inet_ntop inet_pton initgroups ",
    " initstate ioctl isalnum isalpha isascii isatty isblank iscntrl isdigit iseqsig isfdtype ",
    " isfinite isgraph isgreater isgreaterequal isinf isless islessequal islessgreater islower ",
    " isnan isnormal isprint ispunct issignaling isspace issubnormal isunordered isupper ",
    " isxdigit iszero j0 j1 jn kill killpg labs lchown ldexp ldiv lgamma link listen llabs ",
    " llogb llrint llround localeconv localtime localtime_r lockf log log10 log1p log2 logb ",
    " longjmp lrint lround lseek lstat madvise malloc memccpy memchr memcmp memcpy memfrob ",
    " memmem memmove mempcpy memrchr memset mkdir mkdirat mkdtemp mkfifo mkstemp mktemp mktime ",
    " mlock mmap modf mprotect mremap msync munlock munmap nan nanosleep nearbyint nextafter ",
    " nextdown nexttoward nextup nl_langinfo ntohl ntohs offsetof open open_memstream ",
    " open_wmemstream openat opendir openlog pause pclose perror pipe pipe2 poll popen ",
    " posix_fallocate posix_memalign pow ppoll pread printf pselect psiginfo psignal ",
    " pthread_atfork pthread_cancel pthread_cleanup_pop pthread_cleanup_push ",
    " pthread_cond_broadcast pthread_cond_destroy pthread_cond_init pthread_cond_signal ",
    " pthread_cond_timedwait pthread_cond_wait pthread_create pthread_detach pthread_equal ",
    " pthread_exit pthread_getspecific pthread_join pthread_key_create pthread_key_delete ",
    " pthread_kill pthread_mutex_destroy pthread_mutex_init pthread_mutex_lock ",
    " pthread_mutex_trylock pthread_mutex_unlock pthread_once pthread_rwlock_init ",
    " pthread_rwlock_rdlock pthread_rwlock_unlock pthread_rwlock_wrlock pthread_self ",
    " pthread_setcancelstate pthread_setcanceltype pthread_setname_np pthread_setspecific ",
    " pthread_sigmask pthread_testcancel putc putc_unlocked putchar putchar_unlocked putenv ",
    " putgrent putpwent puts putw pwrite qsort raise rand random rawmemchr re_comp ",
    " re_compile_fastmap re_compile_pattern re_exec re_match_2 re_search_2 re_set_registers ",
    " re_set_syntax read readdir readlink readv realloc realpath recv recvfrom recvmmsg ",
    " recvmsg regcomp regerror regexec regfree remainder remove remquo rename rewind rewinddir ",
    " rindex rint rmdir round roundeven rresvport rresvport_af sbrk scalb scalbln scalbn scanf ",
    " sched_yield secure_getenv seed48 select sem_destroy sem_init sem_post sem_wait send ",
    " sendmmsg sendmsg sendto setbuf setenv setgid setgrent sethostent setitimer setjmp ",
    " setlocale setpayload setpayloadsig setpgid setpwent setrlimit setservent setsid ",
    " setsockopt setstate settimeofday setuid setvbuf shm_open shm_unlink shutdown sigaction ",
    " sigaddset sigdelset sigemptyset sigfillset sigismember sigmask signal signbit ",
    " significand sigpause sigprocmask sigsetjmp sigsuspend sigwait sin sincos sinh sleep ",
    " snprintf sockatmark socket socketpair sprintf sqrt srand srandom sscanf stat ",
    " static_assert stpcpy stpncpy strcasecmp strcasestr strcat strchr strchrnul strcmp ",
    " strcoll strcpy strcspn strdup strdupa strerror strerror_r strfry strftime strlen ",
    " strncasecmp strncat strncmp strncpy strndup strndupa strnlen strpbrk strptime strrchr ",
    " strsep strsignal strspn strstr strtod strtof strtoimax strtok strtok_r strtol strtold ",
    " strtoll strtoul strtoull strtoumax swab symlink sysconf syslog system tan tanh tcdrain ",
    " tempnam tgamma time timegm timeradd timerclear timercmp timerisset timersub tmpfile ",
    " tmpnam tmpnam_r toascii tolower totalorder totalordermag toupper trunc truncate ttyname ",
    " tzset ufromfp ufromfpx umask uname ungetc unlink unlinkat unsetenv usleep utimensat ",
    " utimes va_arg va_copy va_end va_start vasprintf vfork vfprintf vprintf vsnprintf ",
    " vsprintf vsscanf wait wait3 wait4 waitid waitpid write writev y0 y1 yn "};

static Str first_word(size_t line)
{
    Str words = str_from(names[line] + 1);
    return str_sub(words, 0, str_find(words, ' '));
}

bool includes_is_standard(Str name)
{
    char room[64];
    size_t line = 0;
    if (!name.len || name.len + 2 > sizeof room) return false;
    while (line + 1 < ARRAY_LEN(names) && str_cmp(first_word(line + 1), name) <= 0) line++;
    room[0] = room[name.len + 1] = ' ';
    memcpy(room + 1, name.ptr, name.len);
    return str_contains(str_from(names[line]), (Str){room, name.len + 2});
}
