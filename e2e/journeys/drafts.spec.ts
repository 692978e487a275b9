// Drafts: what is being written is not lost with the window, two windows do not overwrite each other, publishing takes a draft away.
import { fillSignIn, heading, join, main, post, unique } from '../people.ts';
import { expect, test, type Visitor } from '../test.ts';

const WRITE = '/community/free/write';

// A window that is left while its preview is on its way gives the preview up.
test.beforeEach(({ watchman }) => watchman.expect(/Failed to fetch/));

async function type({ page, t }: Visitor, title: string, body: string) {
  await page.getByLabel(t('제목', 'Title')).fill(title);
  await page.getByLabel(t('내용', 'Text')).fill(body);
}

const saveButton = ({ page, t }: Visitor) => page.getByRole('button', { name: t('임시저장', 'Save draft'), exact: true });
const saved = ({ page }: Visitor) => page.locator('#saved');
const savedText = ({ t }: Visitor) => t('에 임시저장했습니다', 'Draft saved at');
const text = ({ page, t }: Visitor) => page.getByLabel(t('내용', 'Text'));

test('a draft is saved by its button, found again and published', async ({ visitor }) => {
  const { page, t } = visitor;
  await join(visitor);
  const title = unique('쓰다 만 글');
  await page.goto(WRITE);
  await type(visitor, title, '아직 더 쓸 것이 있습니다.');

  await saveButton(visitor).click();

  await expect(saved(visitor)).toContainText(savedText(visitor));
  await expect(text(visitor)).toHaveValue('아직 더 쓸 것이 있습니다.');
  await expect(visitor.scripts ? saveButton(visitor) : saved(visitor)).toBeFocused();
  await page.goto('/');
  await page.goto('/my/drafts');
  await page.getByRole('link', { name: t(`이어 쓰기: ${title}`, `Continue: ${title}`) }).click();
  await expect(text(visitor)).toHaveValue('아직 더 쓸 것이 있습니다.');
  await page.getByRole('button', { name: t('등록', 'Publish') }).click();
  await expect(heading(page, title)).toBeVisible();
  await page.goto('/my/drafts');
  await expect(main(page)).toContainText(t('임시저장한 글이 없습니다', 'No drafts'));
});

test('an empty editor offers to go on', async ({ visitor }) => {
  const { page, t } = visitor;
  await join(visitor);
  await page.goto(WRITE);
  await type(visitor, '', '제목은 나중에 정합니다.');
  await saveButton(visitor).click();
  await expect(saved(visitor)).toContainText(savedText(visitor));

  await page.goto(WRITE);
  await main(page).getByRole('link', { name: t('이어 쓰기', 'Continue') }).click();

  await expect(text(visitor)).toHaveValue('제목은 나중에 정합니다.');
});

test('two windows are shown side by side', async ({ visitor }) => {
  const { page, t } = visitor;
  await join(visitor);
  await page.goto(await post(visitor, unique('고칠 글')));
  await main(page).getByRole('link', { name: t('수정', 'Edit'), exact: true }).click();
  await expect(heading(page, t('글 수정', 'Edit post'))).toBeVisible();
  const other: Visitor = { ...visitor, page: await page.context().newPage() };
  await other.page.goto(page.url());
  await text(visitor).fill('왼쪽에서 고친 글');
  await saveButton(visitor).click();
  await expect(saved(visitor)).toContainText(savedText(visitor));

  await text(other).fill('오른쪽에서 고친 글');
  await saveButton(other).click();

  if (visitor.scripts) {
    await expect(saved(other)).toContainText(t('따로 임시저장했습니다', 'saved separately'));
    await saved(other).getByRole('link', { name: t('두 글 나란히 보기', 'See both side by side') }).click();
  }
  await expect(heading(other.page, t('서로 다른 글 두 개', 'Two different texts'))).toBeVisible();
  await expect(main(other.page)).toContainText('왼쪽에서 고친 글');
  await expect(main(other.page)).toContainText('오른쪽에서 고친 글');
  const theirs = main(other.page).getByRole('region', { name: t('다른 창에서 저장한 글', 'What another window saved') });
  await theirs.getByRole('link', { name: t('이 글로 계속 쓰기', 'Continue with this text') }).click();
  await expect(text(other)).toHaveValue('왼쪽에서 고친 글');
});

test('what is typed is saved by itself, and again only when it changed', async ({ visitor }) => {
  test.skip(!visitor.scripts, 'only scripts save by themselves');
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
  test.skip(!visitor.scripts, 'only scripts save by themselves');
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
  test.skip(!visitor.scripts, 'only scripts save by themselves');
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

test('a draft is deleted, and a window that is still open is not saved again', async ({ visitor }) => {
  const { page, t } = visitor;
  await join(visitor);
  await page.goto(WRITE);
  await type(visitor, '지울 글', '내용');
  await saveButton(visitor).click();
  await expect(saved(visitor)).toContainText(savedText(visitor));
  const other: Visitor = { ...visitor, page: await page.context().newPage() };
  await other.page.goto('/my/drafts');
  await other.page.getByRole('button', { name: t('지우기: 지울 글', 'Delete: 지울 글') }).click();
  await expect(main(other.page)).toContainText(t('임시저장한 글이 없습니다', 'No drafts'));

  await text(visitor).fill('더 쓴 내용');
  await saveButton(visitor).click();

  await expect(main(page)).toContainText(t('이미 등록했거나 지운 글', 'published or deleted already'));
  await expect(text(visitor)).toHaveValue('더 쓴 내용');
});
