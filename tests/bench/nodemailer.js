// SPDX-License-Identifier: MIT
// nodemailer with a pool: what many web programs send with.
// node nodemailer.js HOST PORT CONNECTIONS COUNT FILE
// FILE is the shared part of the letter, ready for the wire: nodemailer composes nothing here.
'use strict';
const fs = require('fs');
const nodemailer = require('nodemailer');

const [host, port, connections, count] = [process.argv[2], ...process.argv.slice(3, 6).map(Number)];
const shared = fs.readFileSync(process.argv[6]);
const transport = nodemailer.createTransport({
    host, port, pool: true, maxConnections: connections, maxMessages: Infinity,
    secure: false, ignoreTLS: true,
});
let next = 0;
let done = 0;

function send() {
    if (next === count)
        return;
    const n = next++;
    const name = String(n).padStart(6, '0');
    const own = `To: Nguoi ${name} <n${name}@paper${n % 50}.example>\r\n` +
        `Message-ID: <bench.${name}@press.test.example>\r\n` +
        `X-Greeting: Kinh gui: Ong/Ba Nguoi ${name}, Bao ${n % 50}\r\n`;
    transport.sendMail({
        envelope: { from: `bounce+n${name}@press.test.example`, to: `n${name}@paper${n % 50}.example` },
        raw: Buffer.concat([Buffer.from(own), shared]),
    }, (err) => {
        if (err) {
            console.error(String(err));
            process.exit(1);
        }
        if (++done === count)
            transport.close();
        else
            send();
    });
}

for (let i = 0; i < 2 * connections; i++) // one letter always waits behind each connection
    send();
