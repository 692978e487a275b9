// The fixtures of the journeys: a visitor with a browser context of their own, more visitors where a test needs them, and a
// check that fails the test on errors of the console, the content security policy or the network.
import { test as base, type BrowserContext, type Page } from '@playwright/test';
import { type Deployment, deployment as deploymentNamed } from './servers.ts';

/** What a project chooses. */
export interface Circumstances {
  deployment: 'alone' | 'shared';
  lang: 'ko' | 'en';
}

/** A person with a browser context of their own. */
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

/** Errors of the browser that fail a test, but for the patterns that it allows. */
export interface BrowserErrors {
  allow: (error: RegExp) => void;
}

interface People {
  deployed: Deployment;
  t: Visitor['t'];
  browserErrors: BrowserErrors & { watch: (context: BrowserContext) => Promise<void> };
  /** A visitor of the first instance. */
  visitor: Visitor;
  /** One more visitor, of the instance with this number (there is one alone, and three that share). */
  another: (instance?: number) => Promise<Visitor>;
}

export const test = base.extend<Circumstances & People>({
  deployment: ['alone', { option: true }],
  lang: ['ko', { option: true }],

  deployed: ({ deployment }, use) => use(deploymentNamed(deployment)),
  t: ({ lang }, use) => use((ko, en) => (lang === 'ko' ? ko : en)),

  browserErrors: [
    async ({ deployed }, use) => {
      const errors: string[] = [];
      const allowed: RegExp[] = [];
      const report = (text: string) => allowed.some((pattern) => pattern.test(text)) || errors.push(text);
      const ours = deployed.instances.flatMap((instance) => [instance.site, instance.admin]);
      await use({
        allow: (error) => void allowed.push(error),
        watch: (context) => watch(context, ours, report),
      });
      if (errors.length) throw new Error(`The browser reported:\n${errors.join('\n')}`);
    },
    { auto: true },
  ],

  another: async ({ browser, deployed, t, browserErrors, javaScriptEnabled }, use) => {
    const contexts: BrowserContext[] = [];
    await use(async (number = 0) => {
      const instance = deployed.instances[number % deployed.instances.length];
      const context = await browser.newContext({ baseURL: instance.site });
      contexts.push(context);
      await browserErrors.watch(context);
      return { page: await context.newPage(), ...instance, scripts: javaScriptEnabled !== false, t };
    });
    await Promise.all(contexts.map((context) => context.close()));
  },

  visitor: async ({ another }, use) => use(await another()),
});

export { expect } from '@playwright/test';

/** Reports errors of the console, of scripts, of the policy, and failed or foreign requests. */
async function watch(context: BrowserContext, ours: string[], report: (text: string) => void) {
  // A violation of the policy reaches the console as well, but says less there.
  await context.exposeBinding('policyViolated', (_, text: string) => report(`policy: ${text}`));
  await context.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => {
      const report = (window as unknown as { policyViolated: (text: string) => void }).policyViolated;
      report(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`);
    });
  });
  context.on('console', (message) => {
    // What was answered is judged below, where the address is known.
    if (message.text().startsWith('Failed to load resource')) return;
    // A page that is left before its stream was open gives the stream up; there is nothing to mend.
    if (/Failed to fetch[\s\S]*div\.stream/.test(message.text())) return;
    if (message.type() === 'error' || message.type() === 'warning') report(`console: ${message.text()} (${message.page()?.url()})`);
  });
  context.on('weberror', (fault) => report(`script: ${fault.error().stack}`));
  context.on('request', (request) => {
    const url = new URL(request.url());
    if (url.protocol.startsWith('http') && !ours.includes(url.origin)) report(`other host: ${url}`);
  });
  context.on('response', (response) => {
    const lost = response.status() >= 400 && response.request().resourceType() !== 'document' && response.url().includes('/static/');
    if (lost || response.status() >= 500) report(`answer: ${response.status()} ${response.request().method()} ${response.url()}`);
  });
}
