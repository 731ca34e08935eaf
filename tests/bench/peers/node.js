// The same echo job in node: bytes are bytes, a line at a time.
const net = require('net');
const hello = Buffer.from('Hello, ');
const server = net.createServer({ noDelay: true }, (socket) => {
    let rest = null;
    socket.on('error', () => socket.destroy());
    socket.write('Welcome. Type a line, or exit.\n');
    socket.on('data', (piece) => {
        let bytes = rest ? Buffer.concat([rest, piece]) : piece;
        for (let end; (end = bytes.indexOf(10)) >= 0; bytes = bytes.subarray(end + 1))
            socket.write(Buffer.concat([hello, bytes.subarray(0, end + 1)]));
        rest = bytes.length > 0 ? bytes : null;
        if (rest && rest.length > 4097)
            socket.destroy();
    });
});
server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 },
    () => console.log(`Serving on 127.0.0.1:${server.address().port}`));
