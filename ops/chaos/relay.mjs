// The mail server of the drill relay-away: takes each mail and writes a line about it: the address, the Message-ID, the link in it.
//   node ops/chaos/relay.mjs PORT FILE
import { appendFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(new URL('../../e2e/package.json', import.meta.url));
const { SMTPServer } = require('smtp-server');
const { default: PostalMime } = require('postal-mime');
const [port, file] = process.argv.slice(2);

const server = new SMTPServer({
  authOptional: true,
  disabledCommands: ['STARTTLS'],
  onData(stream, session, done) {
    const chunks = [];
    stream.on('data', (chunk) => chunks.push(chunk));
    stream.on('end', async () => {
      const { messageId = '', text = '' } = await PostalMime.parse(Buffer.concat(chunks));
      const link = /^https?:\/\/\S+\/\S+$/m.exec(text)?.[0] ?? '';
      for (const { address } of session.envelope.rcptTo) appendFileSync(file, `${address} ${messageId} ${link}\n`);
      done();
    });
  },
});
server.listen(Number(port), '127.0.0.1', () => console.log('open'));
