"""What the file system of the sandbox is made of, as far as this machine has it."""

PROGRAMS = tuple(
    # One list of words is easier to read and to change than 130 quoted ones.
    """
    sh bash dash
    [ arch b2sum base32 base64 basename basenc cat chgrp chmod chown cksum comm cp csplit cut date dd df dir
    dirname du echo env expand expr factor false fmt fold groups head hostid id install join link ln logname ls
    md5sum mkdir mkfifo mktemp mv nice nl nohup nproc numfmt od paste pathchk pr printenv printf ptx pwd readlink
    realpath rm rmdir seq sha1sum sha224sum sha256sum sha384sum sha512sum shred shuf sleep sort split stat stdbuf
    stty sum sync tac tail tee test timeout touch tr true truncate tsort tty uname unexpand uniq unlink vdir wc
    who whoami yes
    awk mawk gawk bc bzip2 bunzip2 bzcat cmp column dc diff diff3 egrep fgrep find getopt grep gunzip gzip hexdump
    hostname jq kill less more patch rev rg sdiff sed setsid strings tar tree ulimit unxz which xargs xxd xz xzcat
    zcat zgrep zstd
    """.split()  # noqa: SIM905 - see above
)

# Libraries that no program here names, but that wheels and the C library itself load while they run.
LIBRARIES = ("libgcc_s.so.1", "libstdc++.so.6", "libgomp.so.1", "libz.so.1", "librt.so.1", "libdl.so.2",
             "libpthread.so.0", "libutil.so.1", "libm.so.6")  # fmt: skip

# Certificates: a program that may reach named hosts must be able to verify its peer.
SHARED = ("/usr/share/zoneinfo", "/usr/lib/locale/C.utf8", "/etc/ssl/certs")

# Empty folders, some of them places to mount on.
FOLDERS = ("dev", "etc", "home/user", "opt", "proc", "tmp", "usr/bin", "usr/lib", "usr/libexec", "usr/local/bin",
           "usr/local/lib", "usr/share", "var/tmp")  # fmt: skip

FILES = {
    "etc/passwd": "root:x:0:0:root:/:/bin/false\nuser:x:1000:1000:user:/home/user:/bin/sh\n",
    "etc/group": "root:x:0:\nuser:x:1000:\n",
    "etc/hosts": "127.0.0.1 localhost sandbox\n::1 localhost\n",
    "etc/hostname": "sandbox\n",
    "etc/nsswitch.conf": "passwd: files\ngroup: files\nhosts: files\n",
    "etc/resolv.conf": "",
}
