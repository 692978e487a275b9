// When the network or the server fails, a reader with scripts gets a message, loses nothing and can try again.
// (Without scripts the browser itself says what failed; playwright.config.ts leaves this file out there.)
import { heading, join, post, said, unique } from '../people.ts';
import { expect, test, type Visitor } from '../test.ts';

const toast = ({ page }: Visitor) => page.locator('#toasts');
const retry = (who: Visitor) => toast(who).getByRole('button', { name: who.t('다시 시도', 'Try again') });
const saidAloud = ({ page }: Visitor) => page.locator('[aria-live=assertive]');

for (const status of [500, 503] as const) {
  test(`a comment that meets a ${status} is kept and sent again`, async ({ visitor, browserErrors }) => {
    const { page, t } = visitor;
    browserErrors.allow(/answer: 50\d POST/);
    browserErrors.allow(/console: .*(500|503)/);
    await join(visitor);
    await page.goto(await post(visitor, unique('고장 난 날')));
    await page.getByLabel(t('댓글 쓰기', 'Write a comment')).fill('그래도 남는 댓글');
    await page.route('**/comments', (route) => route.fulfill({ status, contentType: 'text/html', body: '<h1>x</h1>' }), { times: 1 });

    await page.getByRole('button', { name: t('댓글 등록', 'Post comment') }).click();

    await expect(toast(visitor)).toContainText(t('지금은 처리하지 못했습니다. 입력한 내용은 그대로 있습니다.', 'What you typed is still here.'));
    await expect(saidAloud(visitor)).toContainText(t('지금은 처리하지 못했습니다', 'That did not work just now'));
    await expect(page.getByLabel(t('댓글 쓰기', 'Write a comment'))).toHaveValue('그래도 남는 댓글');
    await retry(visitor).click();
    await expect(said(page, '그래도 남는 댓글')).toHaveCount(1);
    await expect(toast(visitor)).toBeEmpty();
  });
}

test('a link that fails leaves the page as it is', async ({ visitor, browserErrors }) => {
  const { page, t } = visitor;
  browserErrors.allow(/answer: 500/);
  browserErrors.allow(/console: .*500/);
  await page.goto('/');
  await page.route('**/community', (route) => route.fulfill({ status: 500, contentType: 'text/html', body: 'x' }), { times: 1 });
  const link = page.getByRole('banner').getByRole('link', { name: t('게시판', 'Boards'), exact: true });

  await link.click();

  await expect(toast(visitor)).toContainText(t('지금은 처리하지 못했습니다.', 'That did not work just now.'));
  await expect(heading(page, t('민스쿨에 오신 것을 환영합니다', 'Welcome to MinSchool'))).toBeVisible();
  await expect(page).toHaveURL(/\/$/);
  await retry(visitor).click();
  await expect(heading(page, t('게시판', 'Boards'))).toBeVisible();
});

test('a post that is sent without a network is sent when it is back', async ({ visitor, browserErrors }) => {
  const { page, t } = visitor;
  browserErrors.allow(/Failed to fetch|ERR_INTERNET_DISCONNECTED|network/i);
  await join(visitor);
  const title = unique('지하철에서 쓴 글');
  await page.goto('/community/free/write');
  await page.getByLabel(t('제목', 'Title')).fill(title);
  await page.getByLabel(t('내용', 'Text')).fill('터널을 지나는 중입니다.');
  await page.context().setOffline(true);

  await page.getByRole('button', { name: t('등록', 'Publish') }).click();

  await expect(toast(visitor)).toContainText(t('연결이 끊겼습니다.', 'The connection was lost.'));
  await expect(page.getByLabel(t('내용', 'Text'))).toHaveValue('터널을 지나는 중입니다.');
  // The preview, which fails by itself meanwhile, leaves the button where it is.
  const failed = page.waitForEvent('requestfailed', (request) => request.url().endsWith('/preview'));
  await page.getByLabel(t('내용', 'Text')).pressSequentially(' 곧 나옵니다.');
  await failed;
  await expect(retry(visitor)).toBeVisible();
  await page.context().setOffline(false);
  await retry(visitor).click();
  await expect(heading(page, title)).toBeVisible();
});

test('typed text is asked about before one leaves it', async ({ visitor }) => {
  const { page, t } = visitor;
  await join(visitor);
  await page.goto('/community/free/write');
  await page.getByLabel(t('제목', 'Title')).fill('아직 쓰는 중');
  const asked: string[] = [];
  page.once('dialog', (dialog) => {
    asked.push(dialog.message());
    void dialog.dismiss();
  });

  await page.getByRole('banner').getByRole('link', { name: t('게시판', 'Boards'), exact: true }).click();

  await expect.poll(() => asked.join()).toContain(t('저장하지 않은 내용이 있습니다', 'You have changes that are not saved'));
  await expect(page.getByLabel(t('제목', 'Title'))).toHaveValue('아직 쓰는 중');
});

test('a followed link is announced and takes the focus along; going back returns it', async ({ visitor }) => {
  const { page, t } = visitor;
  await page.goto('/community');
  const link = page.getByRole('main').getByRole('link', { name: t('자유게시판', 'Open board'), exact: true });
  await link.click();
  await expect(heading(page, t('자유게시판', 'Open board'))).toBeFocused();
  await expect(page.locator('[aria-live=polite]')).toContainText(t('자유게시판', 'Open board'));
  await expect(page.getByRole('banner').getByRole('link', { name: t('자유게시판', 'Open board') })).toHaveAttribute('aria-current', 'page');

  await page.goBack();

  await expect(heading(page, t('게시판', 'Boards'))).toBeVisible();
  await expect(link).toBeFocused();
});
