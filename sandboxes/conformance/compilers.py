"""Attacks in other languages: through compilers, which read files too, and through JavaScript."""

from __future__ import annotations

from functools import partial

from sandboxes.base import Limits
from sandboxes.conformance.canaries import inherited, secret_file, tcp_listener
from sandboxes.conformance.case import (
    ANY,
    CRASH,
    MLE,
    OK,
    OLE,
    RE,
    SEC,
    TLE,
    Case,
    attack,
)

__all__ = ["COMPILERS"]

#: Compilers are slow to start.
_LIMITS = Limits(cpu_s=2.0, wall_s=8.0, memory_mb=256, processes=16, output_bytes=2**16)
_FAILED = (*RE, *TLE, *MLE, *OLE, *CRASH, *SEC)
_c = partial(attack, group="escape", language="c", limits=_LIMITS)
_cpp = partial(attack, group="escape", language="cpp", limits=_LIMITS)
_js = partial(attack, group="escape", language="javascript", limits=_LIMITS)

_INCLUDE = '#include "/etc/shadow"\nint main(void) { return 0; }\n'
_INCLUDE_ENDLESS = '#include "/dev/zero"\nint main(void) { return 0; }\n'
_INCLUDE_SELF = "#include __FILE__\nint main(void) { return 0; }\n"
_INCBIN = """
#include <unistd.h>
__asm__(".data\\nsecret: .incbin \\"/etc/shadow\\"\\nsecret_end:\\n");
extern char secret[], secret_end[];
int main(void) { write(1, "BREACH included\\n", 16); write(1, secret, secret_end - secret); return 0; }
"""
_BIG_ARRAY = "char kept[1UL << 33] = {1};\nint main(void) { return kept[5]; }\n"
_MACROS = (
    "#define A0 x x x x x x x x x x\n"
    + "".join(f"#define A{n} {' '.join([f'A{n - 1}'] * 10)}\n" for n in range(1, 6))
    + "int main(void) { A5; }\n"
)
_TEMPLATES = """
template<int n, int m> struct T { static const int v = T<n - 1, m>::v + T<n - 1, m + (1 << n)>::v; };
template<int m> struct T<0, m> { static const int v = m; };
int main() { return T<15, 0>::v; }
"""
_CONSTANT = """
constexpr int spin(unsigned long n) { int v = 0; for (unsigned long i = 0; i < n; i++) v ^= i; return v; }
static_assert(spin(1000000000000UL) == 0, "x");
int main() { return 0; }
"""
_C_SHELL = """
#include <stdlib.h>
int main(void) { return system("echo BREACH executed") == 0 ? 0 : 1; }
"""
_C_FORK = """
#include <stdio.h>
#include <unistd.h>
int main(void) {
    if (fork() >= 0) puts("BREACH forked");
    return 1;
}
"""
_C_CONNECT = """
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
int main(int count, char **words) {
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(atoi(words[1]))};
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int s = socket(AF_INET, SOCK_STREAM, 0);
    if (s < 0 || connect(s, (struct sockaddr *)&to, sizeof to)) return 1;
    puts("BREACH connected");
    return 0;
}
"""
_C_READ = """
#include <stdio.h>
int main(int count, char **words) {
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", words[1], words[2]);
    FILE *file = fopen(path, "r");
    if (!file) return 1;
    for (int letter; (letter = getc(file)) != EOF;) putchar(letter);
    return 0;
}
"""
_C_BOMB = """
#include <stdlib.h>
#include <string.h>
int main(void) {
    for (;;) { char *kept = malloc(1 << 20); if (!kept) abort(); memset(kept, 1, 1 << 20); }
}
"""
_C_ENVIRONMENT = """
#include <stdio.h>
extern char **environ;
int main(void) {
    for (char **one = environ; one && *one; one++) printf("BREACH %s\\n", *one);
    return 0;
}
"""
_JS_READ = """
const fs = process.getBuiltinModule ? process.getBuiltinModule('fs') : require('fs');
console.log(fs.readFileSync(process.argv.slice(-2).join('/'), 'utf8'));
"""
_JS_CHILD = """
console.log(String(require('child_process').execSync('echo BREACH executed')));
"""
_JS_CONNECT = """
const port = Number(process.argv.at(-1));
require('net').connect(port, '127.0.0.1', () => console.log('BREACH connected'))
    .on('error', error => { throw error; });
"""
_JS_ENVIRONMENT = """
for (const [name, value] of Object.entries(process.env)) console.log(`${name}=${value}`);
"""
_JS_SPIN = "for (;;);\n"
_JS_GROW = "const kept = []; for (;;) kept.push(new Array(1e5).fill(kept.length));\n"
_JS_FLOOD = "for (;;) require('fs').writeSync(1, 'x'.repeat(1000));\n"

COMPILERS: tuple[Case, ...] = (
    _c("N501", "include /etc/shadow", _INCLUDE, _FAILED),
    _c("N502", "include an endless device", _INCLUDE_ENDLESS, _FAILED),
    _c("N503", "a file that includes itself", _INCLUDE_SELF, _FAILED),
    _c("N504", "include /etc/shadow by the assembler", _INCBIN, _FAILED),
    _c("N505", "an object file of gigabytes", _BIG_ARRAY, ANY),
    _c("N506", "macros that multiply", _MACROS, _FAILED),
    _cpp("N507", "templates that multiply", _TEMPLATES, (*OK, *_FAILED)),
    _cpp("N508", "an endless constant", _CONSTANT, _FAILED),
    _c("N509", "execute a shell from C", _C_SHELL, _FAILED),
    _c("N510", "fork from C", _C_FORK, _FAILED),
    _c("N511", "connect from C", _C_CONNECT, _FAILED, host=tcp_listener),
    _c("N512", "read a file of the host from C", _C_READ, _FAILED, host=secret_file),
    _c("N513", "fill memory from C", _C_BOMB, (*MLE, *CRASH)),
    _c("N514", "the environment of a C program", _C_ENVIRONMENT, OK),
    _js("N521", "read a file of the host", _JS_READ, _FAILED, host=secret_file),
    _js("N522", "execute a shell", _JS_CHILD, _FAILED),
    _js("N523", "connect", _JS_CONNECT, _FAILED, host=tcp_listener),
    _js("N524", "the environment", _JS_ENVIRONMENT, (*OK, *RE), also=inherited),
    _js("N525", "spin", _JS_SPIN, TLE),
    _js("N526", "fill memory", _JS_GROW, (*MLE, *CRASH)),
    _js("N527", "flood standard output", _JS_FLOOD, OLE),
)
