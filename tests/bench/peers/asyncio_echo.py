"""The same echo job on asyncio's protocols; with the argument "uvloop", on uvloop's loop."""
import asyncio
import sys


class Echo(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport = transport
        self.rest = b""
        transport.write(b"Welcome. Type a line, or exit.\n")

    def data_received(self, data):
        *lines, self.rest = (self.rest + data).split(b"\n")
        for line in lines:
            self.transport.write(b"Hello, " + line + b"\n")
        if len(self.rest) > 4097:
            self.transport.close()


async def main():
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Echo, "127.0.0.1", 0, backlog=4096)
    print("Serving on 127.0.0.1:%d" % server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if "uvloop" in sys.argv:
    import uvloop
    uvloop.install()
asyncio.run(main())
