# Leaves programs behind: in sessions of their own, forked twice, ignoring every signal.
# earns: 0
# %% softmax
import os
import signal
import subprocess
import time

subprocess.Popen(["sleep", "@LINGER@"], start_new_session=True)
subprocess.Popen("setsid nohup sh -c 'trap \"\" HUP INT TERM; sleep @LINGER@' &", shell=True)
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        for number in range(1, 65):
            try:
                signal.signal(number, signal.SIG_IGN)
            except (OSError, ValueError):
                continue
        time.sleep(@LINGER@)
    os._exit(0)
