// Reading: boards, their pages and order, addresses that lead nowhere, and the keyboard.
import { comment, done, heading, join, main, post, problems, unique } from '../people.ts';
import { expect, test, type Visitor } from '../test.ts';

const rows = ({ page }: Visitor) => main(page).getByRole('table').getByRole('link');

test('the boards are found from the first page', async ({ visitor }) => {
  const { page, t } = visitor;
  await page.goto('/');
  await expect(heading(page, t('민스쿨에 오신 것을 환영합니다', 'Welcome to MinSchool'))).toBeVisible();

  await page.getByRole('banner').getByRole('link', { name: t('게시판', 'Boards'), exact: true }).click();
  await expect(heading(page, t('게시판', 'Boards'))).toBeVisible();
  await main(page).getByRole('link', { name: t('공지사항', 'Notices'), exact: true }).click();

  await expect(page).toHaveURL(/\/community\/notice$/);
  await main(page).getByRole('link', { name: '민스쿨에 오신 것을 환영합니다' }).click();
  await expect(heading(page, /민스쿨에 오신 것을 환영합니다/)).toBeVisible();
  await main(page).getByRole('link', { name: t('목록', 'Back to the list') }).click();
  await expect(heading(page, t('공지사항', 'Notices'))).toBeVisible();
});

test('the latest comment brings a post to the top, where one asks for that', async ({ visitor }) => {
  const { page, t } = visitor;
  await join(visitor);
  const [older, newer] = [unique('먼저 쓴 글'), unique('나중에 쓴 글')];
  const address = await post(visitor, older, '본문', 'qna');
  await post(visitor, newer, '본문', 'qna');
  await page.goto(address);
  await comment(visitor, '먼저 쓴 글의 댓글');
  const order = async () => (await rows(visitor).allInnerTexts()).filter((title) => title === older || title === newer);

  await page.goto('/community/qna');
  expect(await order()).toEqual([newer, older]);
  await page.getByRole('navigation', { name: t('정렬', 'Order') }).getByRole('link', { name: t('최근 댓글', 'Latest comment') }).click();

  await expect(page).toHaveURL(/sort=active/);
  await expect(page.getByRole('link', { name: t('최근 댓글', 'Latest comment') })).toHaveAttribute('aria-current', 'true');
  // The list may still be on its way when the links above it are there.
  await expect.poll(order).toEqual([older, newer]);
});

test('the newest comments stand with the list and lead to their places', async ({ visitor }) => {
  const { page, t } = visitor;
  await join(visitor);
  const [title, text] = [unique('이야기할 글'), unique('새로 쓴 댓글')];
  const address = await post(visitor, title, '본문');
  await page.goto(address);
  await comment(visitor, text);

  await page.goto('/community/free');
  const aside = page.getByRole('complementary', { name: t('새 댓글', 'New comments') });
  await expect(aside).toContainText(title);
  await aside.getByRole('link', { name: text }).click();

  await expect(page).toHaveURL(new RegExp(`${address}(\\?page=1)?#comment-\\d+$`));
  await expect(main(page)).toContainText(text);
});

test('a page that is not there says so and leads back', async ({ visitor }) => {
  const { page, t } = visitor;
  for (const number of ['1000000000000', '0', '-1', 'nonsense', '99999999999999999999999']) {
    const answer = await page.goto(`/community/notice?page=${number}`);
    expect(answer?.status(), number).toBe(200);
    await expect(heading(page, t('공지사항', 'Notices'))).toBeVisible();
  }
  await page.goto('/community/notice?page=1000000000000');
  await expect(main(page)).toContainText(t('이 쪽에는 글이 없습니다', 'There are no posts on this page'));

  await main(page).getByRole('link', { name: t('첫 쪽 보기', 'See the first page') }).click();

  await expect(main(page).getByRole('link', { name: '민스쿨에 오신 것을 환영합니다' })).toBeVisible();
});

test('an unknown address is answered in the reader’s language', async ({ visitor }) => {
  const { page, t } = visitor;
  for (const path of ['/community/nowhere', '/community/free/999999999', '/community/free/x', '/u/999999999', '/nowhere']) {
    const answer = await page.goto(path);
    expect(answer?.status(), path).toBe(404);
    await expect(heading(page, t('찾는 화면이 없습니다', 'Page not found'))).toBeVisible();
  }
  await main(page).getByRole('link', { name: t('홈으로 가기', 'Go to the home page') }).click();
  await expect(page).toHaveURL(/\/$/);
});

test('a member may not write where only staff do', async ({ visitor }) => {
  const { page, t } = visitor;
  await join(visitor);
  await page.goto('/community/notice');
  await expect(page.getByRole('link', { name: t('글쓰기', 'Write a post') })).toBeHidden();

  const answer = await page.goto('/community/notice/write');

  expect(answer?.status()).toBe(403);
  await expect(heading(page, t('볼 수 있는 권한이 없습니다', 'You may not see this'))).toBeVisible();
});

test('posts are read in pages', async ({ visitor }) => {
  const { page, t } = visitor;
  await join(visitor);
  const pages = page.getByRole('navigation', { name: t('쪽 이동', 'Pages') });
  for (let n = 0; n < 21; n += 1) await post(visitor, unique('쪽을 채우는 글'), '본문', 'qna');
  await page.goto('/community/qna');
  const first = await rows(visitor).allInnerTexts();

  await pages.getByRole('link', { name: /^2|2$|2쪽/ }).first().click();

  await expect(page).toHaveURL(/page=2/);
  await expect(heading(page, t('질문과 답변', 'Questions and answers'))).toBeVisible();
  if (visitor.scripts) await expect(heading(page, t('질문과 답변', 'Questions and answers'))).toBeFocused();
  const second = await rows(visitor).allInnerTexts();
  expect(second.length).toBeGreaterThan(0);
  expect(second.join()).not.toBe(first.join());
  await page.goBack();
  await expect(page).toHaveURL(/\/community\/qna$/);
});

test('everything is reached and done by the keyboard', async ({ visitor }) => {
  const { page, t } = visitor;
  await join(visitor);
  await page.goto('/community/free/write');
  const title = unique('자판으로만 쓴 글');

  await page.keyboard.press('Tab');
  const skip = page.getByRole('link', { name: t('본문으로 건너뛰기', 'Skip to main content') });
  await expect(skip).toBeFocused();
  await expect(skip).toBeInViewport();
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/#main$/);
  await tabTo(visitor, t('제목', 'Title'));
  await page.keyboard.type(title);
  await page.keyboard.press('Enter');
  await expect(problems(page)).toContainText(t('내용을 적어 주세요', 'Write some text'));
  await tabTo(visitor, t('내용', 'Text'));
  await page.keyboard.type('손가락 열 개로 썼습니다.');
  await tabTo(visitor, t('등록', 'Publish'));
  await page.keyboard.press('Enter');

  await expect(heading(page, title)).toBeVisible();
  await expect(done(page)).toContainText(t('글을 등록했습니다', 'Your post is published'));
});

test('the tab key visits all there is, in the order in which it is read', async ({ visitor }) => {
  const { page } = visitor;
  await join(visitor);
  await page.goto('/my/reading');
  const reached: string[] = [];
  const order = () => page.evaluate(() => document.activeElement?.outerHTML.slice(0, 160) ?? '');
  // One stop for each group of radio buttons, as browsers do it.
  const expected = await page.evaluate(() => {
    const all = [...document.querySelectorAll<HTMLElement>('a[href], button, summary, input:not([type=hidden]), select, textarea')];
    return all
      .filter((e) => e.checkVisibility() && !(e instanceof HTMLInputElement && e.type === 'radio' && !e.checked))
      .map((e) => e.outerHTML.slice(0, 160));
  });

  for (let n = 0; n < expected.length; n += 1) {
    await page.keyboard.press('Tab');
    reached.push(await order());
  }

  expect(reached).toEqual(expected);
});

/** Presses Tab until a control of this name has the focus. */
async function tabTo({ page }: Visitor, name: string) {
  for (let n = 0; n < 40; n += 1) {
    await page.keyboard.press('Tab');
    const here = await page.evaluate(() => {
      const element = document.activeElement as HTMLInputElement | null;
      return element?.labels?.[0]?.textContent ?? element?.textContent ?? '';
    });
    if (here.trim() === name) return;
  }
  throw new Error(`"${name}" is not reached by the tab key`);
}
