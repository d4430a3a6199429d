"""Who decides: test cells run in a trusted process that the student's code never entered.

The threat, in one sentence: a student who has read all of this controls every byte that comes out
of the kernel, and must gain no point by it. So:

- `codec` turns bytes into plain data or raises `ChannelError`, and never does anything else;
- `mirror` keeps lists, dicts, arrays and tensors alike on both sides, within kind and shape;
- `peer` is the conversation: requests, replies, callbacks, and what may be asked of whom;
- `tensors` lets autograd cross;
- `proxy` is what a test sees of a student's function or object: it may be called and read, and is
  never asked to compare or to judge;
- `profile` is what the reference solution did on each line, and so what a student's may do there;
- `runner` is the trusted process; `agent` is our end in the student's kernel, trusted by nobody.

No module here knows nbgrader, the sandbox, or the gradebook.
"""
