// The mail server of the drill relay-away: takes each mail and writes a line about it.
//   node ops/chaos/relay.mjs PORT FILE
import { appendFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const { SMTPServer } = createRequire(new URL('../../e2e/package.json', import.meta.url))('smtp-server');
const [port, file] = process.argv.slice(2);

const server = new SMTPServer({
  authOptional: true,
  disabledCommands: ['STARTTLS'],
  onData(stream, session, done) {
    const chunks = [];
    stream.on('data', (chunk) => chunks.push(chunk));
    stream.on('end', () => {
      const number = /^Message-ID: (\S+)/im.exec(Buffer.concat(chunks).toString('latin1'))?.[1] ?? '';
      for (const { address } of session.envelope.rcptTo) appendFileSync(file, `${address} ${number}\n`);
      done();
    });
  },
});
server.listen(Number(port), '127.0.0.1', () => console.log('open'));
