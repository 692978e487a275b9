// What every journey starts from: a visitor with a page of their own, more people where a story needs them,
// and a watchman who fails the test when the console, the policy or the network says that something is wrong.
import { test as base, type BrowserContext, type Page } from '@playwright/test';
import { type House, house as houseOf } from './servers.ts';

/** What a project chooses. */
export interface Circumstances {
  house: 'alone' | 'shared';
  lang: 'ko' | 'en';
}

/** Somebody with a browser of their own. */
export interface Visitor {
  page: Page;
  /** The site's origin of the instance that they talk to. */
  site: string;
  /** The same for the admin panel. */
  admin: string;
  /** Whether scripts run in their browser. */
  scripts: boolean;
  /** The text in the project's language. */
  t: (ko: string, en: string) => string;
}

/** Lets a journey expect trouble: patterns of complaints that are part of its story. */
export interface Watchman {
  expect: (complaint: RegExp) => void;
}

interface People {
  home: House;
  t: Visitor['t'];
  watchman: Watchman & { watch: (context: BrowserContext) => Promise<void> };
  /** A visitor of the first instance. */
  visitor: Visitor;
  /** One more visitor, of the instance with this number (there is one alone, and three that share). */
  another: (instance?: number) => Promise<Visitor>;
}

export const test = base.extend<Circumstances & People>({
  house: ['alone', { option: true }],
  lang: ['ko', { option: true }],

  home: ({ house }, use) => use(houseOf(house)),
  t: ({ lang }, use) => use((ko, en) => (lang === 'ko' ? ko : en)),

  watchman: [
    async ({ home }, use) => {
      const complaints: string[] = [];
      const expected: RegExp[] = [];
      const complain = (text: string) => expected.some((pattern) => pattern.test(text)) || complaints.push(text);
      const ours = home.instances.flatMap((instance) => [instance.site, instance.admin]);
      await use({
        expect: (complaint) => void expected.push(complaint),
        watch: (context) => watch(context, ours, complain),
      });
      if (complaints.length) throw new Error(`The browser complained:\n${complaints.join('\n')}`);
    },
    { auto: true },
  ],

  another: async ({ browser, home, t, watchman, javaScriptEnabled }, use) => {
    const contexts: BrowserContext[] = [];
    await use(async (number = 0) => {
      const instance = home.instances[number % home.instances.length];
      const context = await browser.newContext({ baseURL: instance.site });
      contexts.push(context);
      await watchman.watch(context);
      return { page: await context.newPage(), ...instance, scripts: javaScriptEnabled !== false, t };
    });
    await Promise.all(contexts.map((context) => context.close()));
  },

  visitor: async ({ another }, use) => use(await another()),
});

export { expect } from '@playwright/test';

/** Hears what a browser says about pages that are not as they should be. */
async function watch(context: BrowserContext, ours: string[], complain: (text: string) => void) {
  // A violation of the policy reaches the console as well, but says less there.
  await context.exposeBinding('policyViolated', (_, text: string) => complain(`policy: ${text}`));
  await context.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => {
      const tell = (window as unknown as { policyViolated: (text: string) => void }).policyViolated;
      tell(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`);
    });
  });
  context.on('console', (message) => {
    // What was answered is judged below, where the address is known.
    if (message.text().startsWith('Failed to load resource')) return;
    // A page that is left before its stream was open gives the stream up; there is nothing to mend.
    if (/Failed to fetch[\s\S]*div\.stream/.test(message.text())) return;
    if (message.type() === 'error' || message.type() === 'warning') complain(`console: ${message.text()} (${message.page()?.url()})`);
  });
  context.on('weberror', (fault) => complain(`script: ${fault.error().stack}`));
  context.on('request', (request) => {
    const url = new URL(request.url());
    if (url.protocol.startsWith('http') && !ours.includes(url.origin)) complain(`other host: ${url}`);
  });
  context.on('response', (response) => {
    const lost = response.status() >= 400 && response.request().resourceType() !== 'document' && response.url().includes('/static/');
    if (lost || response.status() >= 500) complain(`answer: ${response.status()} ${response.request().method()} ${response.url()}`);
  });
}
