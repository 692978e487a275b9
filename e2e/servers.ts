// Starts the two deployments of a run on free ports and in a temporary folder, and stops them afterwards:
// "alone" (one instance, SQLite) and "shared" (three instances, PostgreSQL, Redis).
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { appendFileSync, chownSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as pause } from 'node:timers/promises';
import { openMailServer } from './mailbox.ts';

/** Where an instance is. */
export interface Instance {
  site: string;
  admin: string;
}

/** One installation: its instances, and the link that its first start printed. */
export interface Deployment {
  instances: Instance[];
  invitation: string;
}

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const TARGET = process.env.CARGO_TARGET_DIR ?? join(ROOT, 'target');
const BINARY = process.env.MINSCHOOL_BIN ?? join(TARGET, 'debug/minschool');
const POSTGRES = process.env.POSTGRES_BIN ?? '/usr/lib/postgresql/15/bin';

/** A deployment of this run; workers inherit both through the environment. */
export const deployment = (name: 'alone' | 'shared'): Deployment => JSON.parse(process.env.MINSCHOOL_DEPLOYMENTS ?? '{}')[name];

/** Where the instances hand their mail to. */
let relay: Record<string, string> = {};

/** Processes in the order in which they were started. */
const running: ChildProcess[] = [];

export default async function open() {
  if (!existsSync(BINARY)) throw new Error(`${BINARY} is not there; run "cargo build" or "ops/test e2e" first`);
  const folder = mkdtempSync(join(process.env.E2E_TMP ?? tmpdir(), 'minschool-e2e-'));
  const killAll = () => running.forEach((child) => child.kill('SIGKILL'));
  process.on('exit', killAll);
  process.env.MINSCHOOL_MAILS = join(folder, 'mails');
  const mail = await openMailServer(process.env.MINSCHOOL_MAILS);
  relay = { SMTP_URL: `smtp://127.0.0.1:${mail.port}`, MAIL_FROM: '민스쿨 <noreply@example.org>', MAIL_PER_MINUTE: '6000', MAIL_NOTICE_DELAY: '1' };
  try {
    const alone = startAlone(folder);
    const shared = startShared(folder);
    process.env.MINSCHOOL_DEPLOYMENTS = JSON.stringify({ alone: await alone, shared: await shared });
  } catch (fault) {
    mail.close();
    await close(folder);
    throw fault;
  }
  return async () => {
    await close(folder);
    mail.close();
  };
}

async function startAlone(folder: string): Promise<Deployment> {
  return deploymentOf([await start({ DATA_DIR: join(folder, 'alone') }, true)]);
}

async function startShared(folder: string): Promise<Deployment> {
  const [database, redis] = await Promise.all([postgres(join(folder, 'postgres')), redisServer(folder)]);
  const env = { DATABASE_URL: database, REDIS_URL: redis, DATABASE_CONNECTIONS: '8' };
  // One after the other: only the first instance on an empty database prints the link.
  const first = await start(env, true);
  return deploymentOf([first, ...(await Promise.all([start(env), start(env)]))]);
}

const deploymentOf = (started: Started[]): Deployment => ({
  instances: started.map(({ site, admin }) => ({ site, admin })),
  invitation: started[0].invitation,
});

interface Started extends Instance {
  invitation: string;
}

async function start(env: Record<string, string>, opens = false): Promise<Started> {
  const [sitePort, adminPort] = [await freePort(), await freePort()];
  // Not "localhost": Node's resolver asks the network for it, and waits five seconds when an answer is lost.
  const [site, admin] = [`http://127.0.0.1:${sitePort}`, `http://127.0.0.1:${adminPort}`];
  const settings = {
    SITE_LISTEN: `127.0.0.1:${sitePort}`,
    ADMIN_LISTEN: `127.0.0.1:${adminPort}`,
    PUBLIC_URL: site,
    ADMIN_PUBLIC_URL: admin,
    // A journey is about people, not about hashing; load is not what is looked at.
    PASSWORD_MEMORY_KIB: '8',
    PASSWORD_ROUNDS: '1',
    RATE_LIMITS: 'off',
    LOG: process.env.LOG ?? 'warn',
  };
  const output = run(BINARY, ['serve'], { ...settings, ...relay, ...env });
  await answers(`${site}/readyz`, output);
  const invitation = () => /\S+\/setup\?token=\S+/.exec(output())?.[0] ?? '';
  // What it printed may reach us after its first answer.
  for (let tries = 0; opens && !invitation() && tries < 100; tries += 1) await pause(50);
  return { site, admin, invitation: invitation() };
}

async function postgres(data: string): Promise<string> {
  const port = await freePort();
  // PostgreSQL refuses to run as root; the package made a user for it.
  const root = process.getuid?.() === 0;
  const as = root ? ['setpriv', '--reuid=postgres', '--regid=postgres', '--init-groups'] : [];
  if (root) chownSync(join(data, '..'), Number(execFileSync('id', ['-u', 'postgres'])), -1);
  const command = (name: string, args: string[]) => [...as, join(POSTGRES, name), ...args];
  const init = command('initdb', ['-D', data, '-U', 'minschool', '-A', 'trust', '-E', 'UTF8', '--locale=C', '-N']);
  execFileSync(init[0], init.slice(1), { stdio: 'pipe' });
  const options = ['-p', `${port}`, '-c', 'listen_addresses=127.0.0.1', '-c', 'unix_socket_directories=', '-c', 'fsync=off'];
  const server = command('postgres', ['-D', data, ...options, '-c', 'max_connections=60']);
  run(server[0], server.slice(1), { PATH: process.env.PATH ?? '' });
  const ask = ['-h', '127.0.0.1', '-p', `${port}`, '-U', 'minschool'];
  await eventually('PostgreSQL', () => succeeds(join(POSTGRES, 'pg_isready'), ask));
  execFileSync(join(POSTGRES, 'createdb'), [...ask, 'journeys']);
  return `postgres://minschool@127.0.0.1:${port}/journeys`;
}

async function redisServer(folder: string): Promise<string> {
  const port = await freePort();
  run('redis-server', ['--port', `${port}`, '--bind', '127.0.0.1', '--save', '', '--dir', folder], { PATH: process.env.PATH ?? '' });
  await eventually('Redis', () => succeeds('redis-cli', ['-p', `${port}`, 'ping']));
  return `redis://127.0.0.1:${port}`;
}

/** Starts a program with this environment and no other; returns a function that gives its output so far. */
function run(program: string, args: string[], env: Record<string, string>): () => string {
  const child = spawn(program, args, { env, cwd: tmpdir(), stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  const collect = (chunk: Buffer) => {
    output += chunk;
    if (process.env.E2E_LOG) appendFileSync(process.env.E2E_LOG, chunk);
  };
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  // A server that ended during the journeys explains most of what fails after it.
  child.once('exit', (code, signal) => running.includes(child) && console.error(`${program} ended (${signal ?? code}):\n${output}`));
  running.push(child);
  return () => {
    if (child.exitCode !== null) throw new Error(`${program} ended with ${child.exitCode}:\n${output}`);
    return output;
  };
}

async function answers(url: string, output: () => string) {
  await eventually(url, async () => {
    output();
    return fetch(url).then((answer) => answer.ok).catch(() => false);
  });
}

function succeeds(program: string, args: string[]): boolean {
  try {
    execFileSync(program, args, { stdio: 'pipe' });
    return true;
  } catch {
    return false;
  }
}

async function eventually(what: string, holds: () => boolean | Promise<boolean>) {
  const patience = Date.now() + 20_000;
  while (!(await holds())) {
    if (Date.now() > patience) throw new Error(`${what} does not answer`);
    await pause(30);
  }
}

function freePort(): Promise<number> {
  return new Promise((done, fail) => {
    const probe = createServer().on('error', fail);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => done(port));
    });
  });
}

/** Ends everything, the last started first, and removes the folder. */
async function close(folder: string) {
  for (const child of running.splice(0).reverse()) {
    if (child.exitCode !== null) continue;
    const ended = new Promise((done) => child.once('exit', done));
    // PostgreSQL takes SIGINT for "now, in order"; the others take it for "stop".
    child.kill('SIGINT');
    const patience = setTimeout(() => child.kill('SIGKILL'), 10_000);
    await ended;
    clearTimeout(patience);
  }
  rmSync(folder, { recursive: true, force: true });
}
