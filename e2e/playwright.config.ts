// The projects of the journeys. Two deployments are started for a run (servers.ts): "alone" is one instance on SQLite,
// "shared" is three instances on PostgreSQL and Redis. On "shared" every journey runs with scripts in one language and
// without in the other; on "alone" the essential ones do so the other way round. Two more projects look at every page, one
// in each language.
import { execFileSync } from 'node:child_process';
import { defineConfig } from '@playwright/test';
import type { Circumstances } from './test.ts';

/** Chromium, where it is there without windows of its own, else the whole of it. */
const chromium = (): string => {
  try {
    return execFileSync('sh', ['-c', 'command -v chromium-headless-shell || command -v chromium'], { encoding: 'utf8' }).trim();
  } catch {
    throw new Error('chromium is not installed; ops/test installs it');
  }
};

type Deployment = Circumstances['deployment'];
type Lang = Circumstances['lang'];

/** The first administrator is made through the printed link, with scripts in one deployment and without in the other. */
const setup = (deployment: Deployment, scripts: boolean, lang: Lang) => ({
  name: `setup ${deployment}`,
  testMatch: 'setup.ts',
  use: { deployment, lang, locale: lang, javaScriptEnabled: scripts },
});

/** What everybody does, which runs on SQLite too; what differs between the engines is tested through the router (src/tests). */
const ESSENTIAL = ['accounts', 'posts', 'comments', 'drafts', 'files'].map((name) => `journeys/${name}.spec.ts`);

const journeys = (deployment: Deployment, scripts: boolean, lang: Lang) => ({
  name: `${deployment} · ${scripts ? 'scripts' : 'plain'} · ${lang}`,
  testMatch: deployment === 'alone' ? ESSENTIAL : 'journeys/*.spec.ts',
  testIgnore: scripts ? [] : ['**/autosave.spec.ts', '**/counts.spec.ts', '**/trouble.spec.ts', '**/uploads.spec.ts'],
  dependencies: [`setup ${deployment}`],
  use: { deployment, lang, locale: lang, javaScriptEnabled: scripts },
});

const looks = (deployment: Deployment, lang: Lang) => ({
  name: `looks ${lang}`,
  testMatch: 'looks/*.spec.ts',
  dependencies: [`setup ${deployment}`],
  use: { deployment, lang, locale: lang, javaScriptEnabled: true },
});

export default defineConfig<Circumstances>({
  testDir: '.',
  outputDir: process.env.E2E_RESULTS ?? 'test-results',
  globalSetup: './servers.ts',
  fullyParallel: true,
  forbidOnly: true,
  workers: 2,
  timeout: 60_000,
  // A machine that is busy may miss a moment; what passed only at the second try is printed as flaky.
  retries: process.env.CI ? 1 : 0,
  expect: { timeout: 5_000 },
  reporter: process.env.E2E_JSON ? [['line'], ['json', { outputFile: process.env.E2E_JSON }]] : 'list',
  use: {
    browserName: 'chromium',
    timezoneId: 'Asia/Seoul',
    viewport: { width: 1280, height: 900 },
    actionTimeout: 10_000,
    trace: 'off',
    launchOptions: {
      executablePath: chromium(),
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
  },
  projects: [
    setup('alone', false, 'ko'),
    setup('shared', true, 'en'),
    journeys('alone', true, 'ko'),
    journeys('alone', false, 'en'),
    journeys('shared', true, 'en'),
    journeys('shared', false, 'ko'),
    looks('alone', 'ko'),
    looks('shared', 'en'),
  ],
});
