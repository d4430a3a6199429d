"""A kernel is put through its paces: the same for every place where one may run."""

SECONDS = 30


async def session(manager):
    """Start a kernel, run, interrupt, restart, run; return what each gave."""
    await manager.start_kernel()
    client = manager.client()
    client.start_channels()

    async def answer(request):
        while True:
            reply = await client.get_shell_msg(timeout=SECONDS)
            if reply["parent_header"].get("msg_id") == request:
                return reply["content"].get("ename", "ok")

    try:
        await client.wait_for_ready(timeout=SECONDS)
        seen = [await answer(client.execute("x = 6 * 7"))]
        request = client.execute("import time; print('on'); time.sleep(60)")
        while (await client.get_iopub_msg(timeout=SECONDS))["msg_type"] != "stream":
            pass
        await manager.interrupt_kernel()
        seen.append(await answer(request))
        await manager.restart_kernel(now=True)
        await client.wait_for_ready(timeout=SECONDS)
        seen.append(await answer(client.execute("x")))
    finally:
        client.stop_channels()
        await manager.shutdown_kernel(now=True)
    return seen
