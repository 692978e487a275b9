// Drafts: what is being written is not lost with the window, two windows do not overwrite each other, publishing takes a draft away.
import { WRITE, saveButton, saved, savedText, text, type } from '../editor.ts';
import { heading, join, main, post, unique } from '../people.ts';
import { expect, test, type Visitor } from '../test.ts';

// A window that is left while its preview is on its way gives the preview up.
test.beforeEach(({ browserErrors }) => browserErrors.allow(/Failed to fetch/));

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
