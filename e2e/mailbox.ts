// The mail server of a run, and what people find in their mailboxes.
import { createServer } from 'node:net';
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import PostalMime from 'postal-mime';
import { SMTPServer } from 'smtp-server';
import { expect } from '@playwright/test';

/** A mail as people see it. */
export interface Mail {
  to: string[];
  subject: string;
  text: string;
  html: string;
}

/** Opens a server that writes each mail into a file as a line of JSON; the answer is its port, and how to close it. */
export async function openMailServer(file: string): Promise<{ port: number; close: () => void }> {
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const to = session.envelope.rcptTo.map(({ address }) => address);
        appendFileSync(file, `${JSON.stringify({ to, raw: Buffer.concat(chunks).toString('latin1') })}\n`);
        done();
      });
    },
  });
  const probe = createServer();
  const port = await new Promise<number>((done) => probe.listen(0, '127.0.0.1', () => done((probe.address() as { port: number }).port)));
  await new Promise((done) => probe.close(done));
  await new Promise<void>((done) => server.listen(port, '127.0.0.1', done));
  return { port, close: () => server.close(() => undefined) };
}

/** The mails to an address so far, the oldest first. */
async function mailsTo(address: string): Promise<Mail[]> {
  const file = process.env.MINSCHOOL_MAILS ?? '';
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n').filter(Boolean);
  const ours = lines.map((line) => JSON.parse(line) as { to: string[]; raw: string }).filter(({ to }) => to.includes(address));
  return Promise.all(
    ours.map(async ({ to, raw }) => {
      const { subject = '', text = '', html = '' } = await PostalMime.parse(Buffer.from(raw, 'latin1'));
      return { to, subject, text, html };
    }),
  );
}

/** The nth mail to an address, waited for. */
export async function mailTo(address: string, nth = 0): Promise<Mail> {
  await expect.poll(async () => (await mailsTo(address)).length, { timeout: 15_000, message: `mails to ${address}` }).toBeGreaterThan(nth);
  return (await mailsTo(address))[nth];
}

/** The address in a mail that leads to the site. */
export const linkIn = ({ text }: Mail): string => /^https?:\/\/\S+\/\S+$/m.exec(text)?.[0] ?? '';
