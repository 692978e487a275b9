// Comments on a post: answers, changes, how the page behaves, and who is notified.
import { bell, comment, done, heading, join, main, post, problems, said, unique, write } from '../people.ts';
import { expect, test, type Visitor } from '../test.ts';

const comments = ({ page, t }: Visitor) => page.getByRole('region', { name: t('댓글', 'Comments') });

/** A number by which a reload would be noticed. */
const mark = ({ page }: Visitor) => page.evaluate(() => ((window as unknown as { kept: number }).kept = 1));
const marked = ({ page }: Visitor) => page.evaluate(() => (window as unknown as { kept?: number }).kept);

test('a comment appears where it was written, is said, and has the focus', async ({ visitor }) => {
  const { page, t } = visitor;
  const { name } = await join(visitor);
  await write(visitor, unique('첫인사'));
  await expect(comments(visitor)).toContainText(t('아직 댓글이 없습니다', 'No comments yet'));
  await mark(visitor);

  await comment(visitor, '반갑습니다!');

  await expect(comments(visitor).getByRole('article')).toHaveCount(1);
  await expect(page.getByLabel(t('댓글 쓰기', 'Write a comment'))).toHaveValue('');
  await expect(comments(visitor).getByLabel(t('댓글 1개', '1 comment'))).toBeVisible();
  if (visitor.scripts) {
    expect(await marked(visitor), 'the page was not loaded again').toBe(1);
    await expect(page.locator(':focus')).toHaveText(t(`${name}님의 댓글`, `Comment by ${name}`));
    await expect(page.locator('[aria-live=polite]')).toContainText(t('댓글을 등록했습니다', 'Your comment is posted'));
  } else {
    await expect(done(page)).toContainText(t('댓글을 등록했습니다', 'Your comment is posted'));
  }
});

test('an answer, a change and a deletion', async ({ visitor }) => {
  const { page, t } = visitor;
  const { name } = await join(visitor);
  await page.goto(await post(visitor, unique('이야기')));
  await comment(visitor, '누구 없나요?');
  await mark(visitor);

  await page.getByRole('link', { name: t(`${name}님에게 답글 쓰기`, `Reply to ${name}`) }).click();
  await page.getByRole('textbox', { name: t(`${name}님에게 답글 쓰기`, `Reply to ${name}`) }).fill('저 있어요.');
  await page.getByRole('button', { name: t('답글 등록', 'Post reply') }).click();
  await expect(said(page, '저 있어요.')).toBeVisible();
  const answers = page.getByRole('list', { name: t(`${name}님의 댓글에 달린 답글`, `Replies to ${name}`) });
  await expect(answers.getByRole('article')).toHaveCount(1);

  await said(page, '누구 없나요?').getByRole('link', { name: t('내 댓글 수정', 'Edit my comment') }).click();
  const editor = page.getByRole('textbox', { name: t('댓글 수정', 'Edit comment') });
  await expect(editor).toHaveValue('누구 없나요?');
  if (visitor.scripts) await expect(editor).toBeFocused();
  await editor.fill('다들 어디 계세요?');
  await page.getByRole('button', { name: t('저장', 'Save'), exact: true }).click();
  await expect(said(page, '다들 어디 계세요?')).toContainText(t('수정됨', 'edited'));
  if (visitor.scripts) {
    expect(await marked(visitor), 'the page was not loaded again').toBe(1);
    await expect(page.locator(':focus')).toHaveText(t(`${name}님의 댓글`, `Comment by ${name}`));
  }

  await said(page, '다들 어디 계세요?').getByRole('link', { name: t('내 댓글 삭제', 'Delete my comment') }).click();
  await expect(heading(page, t('댓글을 삭제할까요?', 'Delete this comment?'))).toBeVisible();
  await page.getByRole('button', { name: t('댓글 삭제', 'Delete comment') }).click();
  await expect(comments(visitor)).toContainText(t('삭제된 댓글입니다', 'This comment was deleted'));
  await expect(page.getByText(t('댓글을 삭제했습니다.', 'The comment is deleted.'))).toBeVisible();
  await expect(said(page, '저 있어요.')).toBeVisible();
});

test('an empty comment comes back beside its reason', async ({ visitor }) => {
  const { page, t } = visitor;
  await join(visitor);
  await page.goto(await post(visitor, unique('빈 댓글')));

  await page.getByRole('button', { name: t('댓글 등록', 'Post comment') }).click();

  await expect(problems(page)).toContainText(t('내용을 적어 주세요', 'Write some text'));
  await expect(comments(visitor).getByRole('article')).toHaveCount(0);
});

test('a double click makes one comment', async ({ visitor }) => {
  const { page, t } = visitor;
  await join(visitor);
  await page.goto(await post(visitor, unique('두 번 누른 댓글')));
  await page.getByLabel(t('댓글 쓰기', 'Write a comment')).fill('한 번만');

  await page.getByRole('button', { name: t('댓글 등록', 'Post comment') }).dblclick();

  await expect(said(page, '한 번만')).toBeVisible();
  await expect(page.getByLabel(t('댓글 쓰기', 'Write a comment'))).toHaveValue('');
  await page.reload();
  await expect(said(page, '한 번만')).toHaveCount(1);
});

test('a comment reaches everybody who has the post open, and rings its writer’s bell', async ({ visitor, another }) => {
  const [writer, guest] = [visitor, await another(1)];
  const { t } = writer;
  await join(writer);
  const { name } = await join(guest);
  const title = unique('모임 안내');
  const address = await write(writer, title);
  await guest.page.goto(address);

  await comment(guest, '저도 갈게요.');

  if (!writer.scripts) await writer.page.goto('/');
  await expect(bell(writer)).toHaveAccessibleName(t('알림, 읽지 않은 것 1개', 'Notifications, 1 unread'));
  if (writer.scripts) {
    await expect(said(writer.page, '저도 갈게요.')).toBeVisible();
    await expect(comments(writer).getByLabel(t('댓글 1개', '1 comment'))).toBeVisible();
    await expect(writer.page.locator('[aria-live=polite]')).toContainText(name);
  }
  await expect(bell(guest)).toHaveAccessibleName(t('알림', 'Notifications'));
});

test('a notification leads to its comment; the rest are read at once', async ({ visitor, another }) => {
  const [writer, guest] = [visitor, await another(2)];
  const { page, t } = writer;
  const me = await join(writer);
  const { name } = await join(guest);
  const title = unique('질문');
  const address = await post(writer, title);
  await guest.page.goto(address);
  await comment(guest, '첫째 대답');
  await comment(guest, '둘째 대답');
  await comment(guest, `@${me.name} 셋째 대답`);

  await page.goto('/notifications');
  await expect(main(page)).toContainText(t('읽지 않은 알림이 3개 있습니다', 'You have 3 unread notifications'));
  await expect(main(page).getByText(t('읽지 않음', 'Unread'), { exact: true })).toHaveCount(3);
  const first = main(page).getByRole('listitem').filter({ hasText: '첫째 대답' });
  await first.getByRole('button', { name: t(`${name}님이 내 글 「${title}」에 댓글을 남겼습니다`, `${name} commented on your post`) }).click();
  await expect(page).toHaveURL(/#comment-\d+$/);
  await expect(said(page, '첫째 대답')).toBeInViewport();

  await page.goto('/notifications');
  const readAll = page.getByRole('button', { name: t('모두 읽음으로 표시', 'Mark all as read') });
  if (await readAll.isVisible()) await readAll.click();
  await expect(main(page)).toContainText(t('새 알림을 모두 읽었습니다', 'You have read everything'));
  await expect(bell(writer)).toHaveAccessibleName(t('알림', 'Notifications'));
});

test('all are read at once', async ({ visitor, another }) => {
  const { page, t } = visitor;
  await join(visitor);
  const address = await post(visitor, unique('인기 글'));
  const guest = await another(1);
  await join(guest);
  await guest.page.goto(address);
  await comment(guest, '하나');
  await comment(guest, '둘');

  await page.goto('/notifications');
  await page.getByRole('button', { name: t('모두 읽음으로 표시', 'Mark all as read') }).click();

  await expect(done(page)).toContainText(t('모두 읽음으로 표시했습니다', 'All marked as read'));
  await expect(main(page).getByText(t('읽지 않음', 'Unread'), { exact: true })).toHaveCount(0);
  await expect(bell(visitor)).toHaveAccessibleName(t('알림', 'Notifications'));
});

test('a visitor reads, and is asked to sign in before writing', async ({ visitor, another }) => {
  const writer = await another();
  await join(writer);
  const title = unique('누구나 읽는 글');
  const address = await post(writer, title);

  await visitor.page.goto(address);

  await expect(heading(visitor.page, title)).toBeVisible();
  await visitor.page.getByRole('link', { name: visitor.t('댓글을 쓰려면 로그인해 주세요', 'Sign in to write a comment') }).click();
  await expect(heading(visitor.page, visitor.t('로그인', 'Sign in'))).toBeVisible();
});
