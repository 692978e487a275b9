// What the editor's script saves by itself. Without scripts a button does (drafts.spec.ts), so the journeys without leave this out.
import { WRITE, saveButton, saved, savedText, text, type } from '../editor.ts';
import { fillSignIn, heading, join, main, unique } from '../people.ts';
import { expect, test } from '../test.ts';

// A window that is left while its preview is on its way gives the preview up.
test.beforeEach(({ browserErrors }) => browserErrors.allow(/Failed to fetch/));

test('what is typed is saved by itself, and again only when it changed', async ({ visitor }) => {
  const { page } = visitor;
  await join(visitor);
  // Twenty seconds pass in one; a clock of the test's own would make htmx's requests time out.
  await page.addInitScript(() => {
    const wait = window.setInterval;
    window.setInterval = ((run: () => void, ms: number) => wait(run, ms === 20_000 ? 1_000 : ms)) as typeof window.setInterval;
  });
  let saves = 0;
  page.on('request', (request) => (saves += request.url().endsWith('/draft') ? 1 : 0));
  await page.goto(WRITE);
  await page.waitForTimeout(2_500);
  expect(saves).toBe(0);

  await type(visitor, '저절로 저장되는 글', '하나');
  await expect(saved(visitor)).toContainText(savedText(visitor));
  await expect(text(visitor)).toBeFocused();
  // The title may have been saved before the text was typed.
  await page.waitForTimeout(1_500);
  const before = saves;
  await page.waitForTimeout(2_500);
  expect(saves).toBe(before);

  await text(visitor).press('End');
  await text(visitor).pressSequentially(' 둘');
  await expect.poll(() => saves).toBeGreaterThan(before);
  await expect(text(visitor)).toHaveValue('하나 둘');
  await page.waitForTimeout(1_500);
  await page.goto('/my/drafts');
  await expect(main(page).locator('.card')).toHaveCount(1);
});

test('what is typed is saved on leaving', async ({ visitor }) => {
  const { page, t } = visitor;
  await join(visitor);
  await page.goto(WRITE);
  await text(visitor).pressSequentially('떠나기 바로 전에 쓴 글');
  // The question whether to leave is answered with yes.
  page.on('dialog', (dialog) => dialog.accept());

  await page.goto('/community');

  await expect.poll(async () => (await (await page.request.get('/my/drafts')).text()).includes('떠나기 바로 전에 쓴 글')).toBe(true);
  await page.goto(WRITE);
  await main(page).getByRole('link', { name: t('이어 쓰기', 'Continue') }).click();
  await expect(text(visitor)).toHaveValue('떠나기 바로 전에 쓴 글');
});

test('a session that ended meanwhile is said, and the post goes on', async ({ visitor }) => {
  const { page, t } = visitor;
  const person = await join(visitor);
  const title = unique('로그인이 끝난 글');
  await page.goto(WRITE);
  await type(visitor, title, '한 시간 동안 쓴 글입니다.');
  await page.context().clearCookies();

  await saveButton(visitor).click();

  await expect(saved(visitor)).toContainText(t('로그인이 끝나', 'You are signed out'));
  await page.getByRole('button', { name: t('등록', 'Publish') }).click();
  await fillSignIn(visitor, person);
  await page.getByRole('button', { name: t('로그인하고 등록', 'Sign in and send') }).click();
  await expect(heading(page, title)).toBeVisible();
});
