// Checks a page: axe in every theme, at the widths of a desktop and of a phone, large letters, forced colours,
// reduced motion.
import axe from 'axe-core';
import { expect, type Page } from '@playwright/test';

const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const COLOURS = ['color-contrast', 'link-in-text-block'];

/** Makes all checks of the open page; failures are soft, so that one run shows all of them. */
export async function look(page: Page, name: string, { except = [] as string[] } = {}) {
  const check = async (where: string, rules?: string[]) => {
    const found = (await violations(page, rules)).filter((text) => !except.some((rule) => text.startsWith(rule)));
    expect.soft(found, `axe on ${where}`).toEqual([]);
  };
  await page.setViewportSize({ width: 1280, height: 900 });
  await check(`${name}, light, 1280`);
  await page.setViewportSize({ width: 360, height: 740 });
  await check(`${name}, light, 360`);
  // Colours, edges and motion are the same in both languages; words are longer in one than in the other.
  if ((await page.locator('html').getAttribute('lang')) === 'ko') {
    // A theme changes what colours stand for, wherever they are: one width is enough for each.
    await page.emulateMedia({ colorScheme: 'dark' });
    await check(`${name}, dark, 360`, COLOURS);
    await page.emulateMedia({ colorScheme: 'light' });
    await withAids(page, { theme: 'contrast' }, () => check(`${name}, high contrast, 360`, COLOURS));
    await worksInForcedColours(page, name);
    await isStill(page, name);
  }
  await fits(page, name);
  await growsWithItsText(page, name);
  await page.setViewportSize({ width: 1280, height: 900 });
}

/** Runs axe with all its rules or, where only colours changed, with those about colours. */
async function violations(page: Page, rules?: string[]): Promise<string[]> {
  const loaded = await page.evaluate(() => 'axe' in window);
  // By the debugger's protocol, which the page's content security policy does not stop.
  if (!loaded) await page.evaluate(axe.source);
  // Transitions between two themes have to end first: colours between them are not checked.
  await page.evaluate(() => Promise.allSettled(document.getAnimations().map((animation) => animation.finished)));
  return page.evaluate(async ([tags, only]) => {
    const options = { runOnly: only ? { type: 'rule' as const, values: only } : { type: 'tag' as const, values: tags }, resultTypes: ['violations' as const] };
    const { violations } = await (window as unknown as { axe: typeof axe }).axe.run(document, options);
    return violations.flatMap(({ id, help, nodes }) => nodes.map((node) => `${id}: ${help}: ${node.html.slice(0, 160)} ${node.failureSummary ?? ''}`));
  }, [TAGS, rules] as const);
}

/** Nothing needs to be scrolled sideways: on the narrowest phone, nor with the largest letters. */
async function fits(page: Page, name: string) {
  await page.setViewportSize({ width: 320, height: 640 });
  expect.soft(await tooWide(page), `${name} is wider than 320 px`).toEqual([]);
  await withAids(page, { size: '150', spacing: 'wide' }, async () => {
    expect.soft(await tooWide(page), `${name} is wider than 320 px in large letters`).toEqual([]);
  });
}

/** Letters of twice the size (WCAG 1.4.4) and the reader's own spacing (WCAG 1.4.12) cut nothing off. */
async function growsWithItsText(page: Page, name: string) {
  await page.setViewportSize({ width: 1280, height: 900 });
  await withStyle(page, 'html { font-size: 200% !important }', async () => {
    expect.soft(await tooWide(page), `${name} is wider than the window in letters of 200 %`).toEqual([]);
    expect.soft(await cutOff(page), `${name} cuts letters of 200 %`).toEqual([]);
  });
  const spacing = '* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important } p { margin-block-end: 2em !important }';
  for (const width of [1280, 360]) {
    await page.setViewportSize({ width, height: 900 });
    await withStyle(page, spacing, async () => {
      expect.soft(await tooWide(page), `${name} is wider than ${width} px with the reader's spacing`).toEqual([]);
      expect.soft(await cutOff(page), `${name} cuts text with the reader's spacing at ${width} px`).toEqual([]);
    });
  }
}

/** Elements that hide a part of their text. */
const cutOff = (page: Page) =>
  page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>('body *')]
      .filter((e) => e.checkVisibility() && !e.closest('.visually-hidden, textarea, select') && e.textContent?.trim())
      // One pixel is how what is for screen readers alone is hidden.
      .filter((e) => e.clientHeight > 1 && ['hidden', 'clip'].includes(getComputedStyle(e).overflowY) && e.scrollHeight > e.clientHeight + 2)
      .map((e) => `${e.tagName}.${e.className} shows ${e.clientHeight} of ${e.scrollHeight} px`),
  );

/** With a reader's own style sheet for a moment; a constructed one, which the page's policy lets through. */
async function withStyle(page: Page, css: string, work: () => Promise<void>) {
  await page.evaluate((text) => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(text);
    document.adoptedStyleSheets = [sheet];
  }, css);
  await work();
  await page.evaluate(() => {
    document.adoptedStyleSheets = [];
  });
}

/** What makes the page wider than the window. */
const tooWide = (page: Page) =>
  page.evaluate(() => {
    const width = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= width) return [];
    const wide = [...document.querySelectorAll('body *')].filter((e) => e.getBoundingClientRect().right > width + 1 && !e.closest('.scroller'));
    return wide.map((e) => `${e.tagName}.${e.className} ${Math.round(e.getBoundingClientRect().right)}`).slice(-5);
  });

/** Where the system chooses the colours, controls keep an outline and the focus is seen. */
async function worksInForcedColours(page: Page, name: string) {
  await page.emulateMedia({ forcedColors: 'active' });
  const bare = await page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>('button, .button, input:not([type=hidden]), select, textarea')]
      .filter((e) => e.checkVisibility() && getComputedStyle(e).borderTopWidth === '0px' && !e.matches('.linkish, [type=checkbox], [type=radio]'))
      .map((e) => e.outerHTML.slice(0, 100)),
  );
  expect.soft(bare, `controls without an edge in forced colours on ${name}`).toEqual([]);
  const first = page.getByRole('main').locator('a[href], button').locator('visible=true').first();
  if (await first.count()) {
    await first.focus();
    await page.keyboard.press('Shift+Tab');
    await page.keyboard.press('Tab');
    const ring = await page.evaluate(() => getComputedStyle(document.activeElement ?? document.body).outlineStyle);
    expect.soft(ring, `the focus on ${name} is seen in forced colours`).not.toBe('none');
  }
  await page.emulateMedia({ forcedColors: 'none' });
}

/** Nothing moves for those who do not want it. */
async function isStill(page: Page, name: string) {
  const moving = () =>
    page.evaluate(() =>
      [...document.querySelectorAll('*')]
        .filter((e) => {
          const { transitionDuration, animationDuration, animationName } = getComputedStyle(e);
          const long = (times: string) => times.split(',').some((time) => parseFloat(time) > 0.01);
          return long(transitionDuration) || (animationName !== 'none' && long(animationDuration));
        })
        .map((e) => `${e.tagName}.${e.className}`)
        .slice(0, 5),
    );
  await page.emulateMedia({ reducedMotion: 'reduce' });
  expect.soft(await moving(), `${name} moves although the device asks for stillness`).toEqual([]);
  await page.emulateMedia({ reducedMotion: 'no-preference' });
  await withAids(page, { motion: 'reduced' }, async () => {
    expect.soft(await moving(), `${name} moves although the reader asked for stillness`).toEqual([]);
  });
}

/** With these reading aids for a moment, as the server would set them. */
async function withAids(page: Page, aids: Record<string, string>, work: () => Promise<void>) {
  const set = (values: Record<string, string>) =>
    page.evaluate((all) => {
      const { dataset } = document.documentElement;
      const before = Object.fromEntries(Object.keys(all).map((key) => [key, dataset[key] ?? '']));
      Object.assign(dataset, all);
      return before;
    }, values);
  const before = await set(aids);
  await work();
  await set(before);
}
