"""The peer's side of the comparison: a service with chains of three durable steps."""

import asyncio

import restate

chain = restate.Service("Chain")


async def nothing() -> int:
    return 0


async def program() -> int:
    process = await asyncio.create_subprocess_exec("/bin/true")
    return await process.wait()


async def in_a_row(context: restate.Context, step) -> None:
    for number in range(3):
        await context.run_typed(f"step {number}", step)


@chain.handler()
async def noop(context: restate.Context, value: int) -> int:
    await in_a_row(context, nothing)
    return value


@chain.handler("true")
async def run_true(context: restate.Context, value: int) -> int:
    await in_a_row(context, program)
    return value


app = restate.app([chain])
