// What a page weighs on the wire, and that all of it comes from us.
import { gzipSync } from 'node:zlib';
import { enter, join, post, unique } from '../people.ts';
import { expect, test, type Visitor } from '../test.ts';

const KIB = 1024;
const compressed = (text: Buffer) => gzipSync(text).length;

/** The compressed bytes of the page's text, styles and scripts. */
async function weigh({ page }: Visitor, path: string) {
  const found: Record<string, number> = { document: 0, stylesheet: 0, script: 0 };
  let requests = 0;
  const bodies: Promise<void>[] = [];
  page.on('response', (response) => {
    const kind = response.request().resourceType();
    // Pictures of members come when they are in sight; they are what the page is for.
    if (/\/(events|files)\b/.test(response.url())) return;
    requests += 1;
    if (kind in found) bodies.push(response.body().then((body) => void (found[kind] += compressed(body))));
  });
  await page.goto(path, { waitUntil: 'load' });
  await Promise.all(bodies);
  page.removeAllListeners('response');
  return { ...found, requests, all: found.document + found.stylesheet + found.script } as Record<string, number>;
}

test('pages are light', async ({ another }) => {
  const writer = await another();
  const person = await join(writer);
  const address = await post(writer, unique('무게'), '가나다라마바사 '.repeat(400));
  for (const path of ['/', '/community', '/community/free', address, '/community/free/write']) {
    const reader = await another();
    await enter(reader, person);
    const weight = await weigh(reader, path);
    // The editor brings one script more, which sends files.
    const [scripts, requests] = path.endsWith('/write') ? [23, 5] : [20, 4];
    expect.soft(weight.script, `scripts of ${path}`).toBeLessThanOrEqual(scripts * KIB);
    expect.soft(weight.stylesheet, `styles of ${path}`).toBeLessThanOrEqual(12 * KIB);
    expect.soft(weight.document, `text of ${path}`).toBeLessThanOrEqual(14 * KIB);
    expect.soft(weight.all, `${path} in all`).toBeLessThanOrEqual(60 * KIB);
    expect.soft(weight.requests, `requests for ${path}`).toBeLessThanOrEqual(requests);
    expect.soft(weight.script, 'scripts were counted').toBeGreaterThan(KIB);
  }
});

test('a second page fetches itself alone', async ({ visitor }) => {
  const { page } = visitor;
  await page.goto('/');
  const fetched: string[] = [];
  page.on('request', (request) => fetched.push(new URL(request.url()).pathname));
  const pages = () => fetched.filter((path) => !/^\/(static\/icon|files)/.test(path));

  await page.getByRole('banner').getByRole('link', { name: visitor.t('자유게시판', 'Open board') }).click();
  await expect(page).toHaveURL(/free$/);

  expect(pages()).toEqual(['/community/free']);
});
