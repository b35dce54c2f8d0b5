"""Runs a command as on a kernel that knows Landlock in an older version: VERSION COMMAND...

Version 0: not at all. The kernel's answer to the question for the version is replaced, for the
command and all that it starts. What an older version does not know is then not asked for, and so
not refused.
"""

import ctypes
import fcntl
import os
import platform
import select
import socket
import struct
import sys

SECCOMP = {"x86_64": 317, "aarch64": 277}[platform.machine()]
SET_MODE_FILTER, NEW_LISTENER = 1, 8
RECEIVE, SEND = 0xC0502100, 0xC0182101  # of 80 and of 24 bytes
LANDLOCK_CREATE_RULESET, ASKS_FOR_VERSION = 444, 1
ENOSYS = 38

LOAD, IF_EQUAL, RETURN = 0x20, 0x15, 0x06
NUMBER, THIRD_ARGUMENT = 0, 32  # offsets in what a filter looks at
TELL, ALLOW = 0x7FC00000, 0x7FFF0000


def listen():
    """Makes calls for the version wait for an answer; the descriptor that gives it."""
    filter = b"".join(
        struct.pack("HBBI", *step)
        for step in [
            (LOAD, 0, 0, NUMBER),
            (IF_EQUAL, 0, 3, LANDLOCK_CREATE_RULESET),
            (LOAD, 0, 0, THIRD_ARGUMENT),
            (IF_EQUAL, 0, 1, ASKS_FOR_VERSION),
            (RETURN, 0, 0, TELL),
            (RETURN, 0, 0, ALLOW),
        ]
    )
    steps = ctypes.create_string_buffer(filter, len(filter))
    program = struct.pack("HxxxxxxQ", len(filter) // 8, ctypes.addressof(steps))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(38, 1, 0, 0, 0) != 0:  # no new privileges: else only root may filter
        raise OSError(ctypes.get_errno(), "prctl")
    listener = libc.syscall(SECCOMP, SET_MODE_FILTER, NEW_LISTENER, program)
    if listener < 0:
        raise OSError(ctypes.get_errno(), "seccomp")
    return listener


def answer(listener, version):
    """Answers until nobody is left who could ask."""
    poll = select.poll()
    poll.register(listener, select.POLLIN)
    while True:
        [(_, event)] = poll.poll()
        if not event & select.POLLIN:
            return
        asked = bytearray(80)
        try:
            fcntl.ioctl(listener, RECEIVE, asked)
            (question,) = struct.unpack_from("Q", asked)
            error = 0 if version else -ENOSYS
            fcntl.ioctl(listener, SEND, struct.pack("QqiI", question, version, error, 0))
        except FileNotFoundError:
            pass  # who asked has ended


def main():
    version, command = int(sys.argv[1]), sys.argv[2:]
    mine, theirs = socket.socketpair()
    first = os.fork()
    if first == 0:
        if os.fork() == 0:  # nobody's child
            os.setsid()
            mine.close()
            nothing = os.open(os.devnull, os.O_RDWR)
            for stream in range(3):
                os.dup2(nothing, stream)
            _, [listener], _, _ = socket.recv_fds(theirs, 1, 1)
            answer(listener, version)
        os._exit(0)
    os.waitpid(first, 0)
    theirs.close()
    socket.send_fds(mine, [b"."], [listen()])
    os.execvp(command[0], command)


main()
