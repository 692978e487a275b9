// Every page of the site in its main states.
import { odt } from '../documents.ts';
import { comment, confirmLink, done, enter, fillSignIn, finishSignUp, heading, join, main, post, problems, sendSignUp, signInButton, newPerson, unique } from '../people.ts';
import { look } from '../looks.ts';
import { linkIn, mailTo } from '../mailbox.ts';
import { expect, test, type Visitor } from '../test.ts';

/** Opens pages one after the other and looks at each. */
async function lookAtAll({ page }: Visitor, paths: string[]) {
  for (const path of paths) {
    await page.goto(path);
    await look(page, path);
  }
}

/** One red pixel. */
const PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==';
const LONG = '아주긴낱말이띄어쓰기없이이어지면화면이옆으로늘어나기쉽습니다'.repeat(3);

test('what a visitor sees first', async ({ visitor }) => {
  await lookAtAll(visitor, ['/', '/community', '/community/notice', '/community/notice/1', '/login', '/signup', '/password/forgot', '/password/sent']);
});

test('what a visitor finds around it', async ({ visitor }) => {
  await lookAtAll(visitor, ['/terms', '/privacy', '/accessibility', '/my/reading', '/nowhere', '/community/notice?page=9', '/who', '/search', '/search?q=환영', '/search?q=없는말']);
});

test('forms with faults', async ({ visitor, t }) => {
  const { page } = visitor;
  await page.goto('/signup');
  await page.getByRole('button', { name: t('가입하기', 'Create account') }).click();
  await expect(problems(page)).toBeVisible();
  await look(page, 'sign-up with faults');
  await page.goto('/login');
  await fillSignIn(visitor, newPerson());
  await signInButton(visitor).click();
  await expect(problems(page)).toBeVisible();
  await look(page, 'sign-in with faults');

  await page.goto('/password/forgot');
  await page.getByRole('button', { name: t('메일 보내기', 'Send the mail') }).click();
  await expect(problems(page)).toBeVisible();
  await look(page, 'a forgotten password with faults');

  await join(visitor);
  await page.goto('/community/free/write');
  await page.getByRole('button', { name: t('등록', 'Publish') }).click();
  await expect(problems(page)).toBeVisible();
  await look(page, 'a post with faults');
  await page.goto('/my/password');
  await page.getByRole('button', { name: t('비밀번호 바꾸기', 'Change password') }).click();
  await expect(problems(page)).toBeVisible();
  await look(page, 'a new password with faults');
});

test('a new password by the link of a mail', async ({ visitor, t }) => {
  const { page } = visitor;
  const { email } = await join(visitor);
  await page.goto('/password/forgot');
  await page.getByLabel(t('이메일', 'E-mail')).fill(email);
  await page.getByRole('button', { name: t('메일 보내기', 'Send the mail') }).click();
  // The first mail is that of the sign-up.
  const { pathname, search } = new URL(linkIn(await mailTo(email, 1)));
  await lookAtAll(visitor, [pathname + search, '/email/verify', '/email/verified']);
  await lookAtAll(visitor, ['/password/reset?token=none']);
});

test('a sign-up by the link of a mail', async ({ visitor, another, t }) => {
  const { page } = visitor;
  const person = newPerson();
  await sendSignUp(visitor, person);
  await look(page, 'a mail is on its way');
  const link = await confirmLink(person);
  await lookAtAll(visitor, [link]);
  await join(await another(), { ...newPerson(), name: person.name });
  await finishSignUp(visitor, person);
  await expect(problems(page)).toBeVisible();
  await look(page, 'a sign-up whose name was taken meanwhile');
  await page.getByLabel(t('이름(별명)', 'Name or nickname')).fill(newPerson().name);
  await finishSignUp(visitor, person);
  await expect(done(page)).toBeVisible();
  await page.context().clearCookies();
  await lookAtAll(visitor, [link, '/login?why=confirmed']);
});

test('a post with everything in it', async ({ visitor, t }) => {
  const { page } = visitor;
  const { name } = await join(visitor);
  const body = `## 둘째 제목부터\n\n#### 하나 건너\n\n**굵게** ${LONG}\n\n> 인용\n\n- 목록\n\n| 표 | 칸 |\n|---|---|\n| 가 | ${LONG} |\n\n\`\`\`\n${LONG}\n\`\`\`\n\nhttps://www.youtube.com/watch?v=dQw4w9WgXcQ\n`;
  const address = await post(visitor, `${unique('모든 것')} ${LONG.slice(0, 60)}`, body);
  await page.goto(address);
  await comment(visitor, '첫째 댓글');
  await comment(visitor, LONG);
  await page.getByRole('link', { name: t(`${name}님에게 답글 쓰기`, `Reply to ${name}`) }).first().click();
  await expect(page.getByRole('textbox', { name: t('답글 쓰기', 'Reply to') })).toBeVisible();
  await look(page, 'a post with comments and an open answer');
  await page.getByLabel(t('댓글 쓰기', 'Write a comment')).fill('');
  await page.getByRole('button', { name: t('댓글 등록', 'Post comment') }).click();
  await expect(problems(page)).toBeVisible();
  await look(page, 'a comment with faults');
  await lookAtAll(visitor, ['/', '/community/free', `${address}/edit`, `${address}/delete`]);
});

test('files in the editor and on a post', async ({ visitor, browserErrors, t }) => {
  const { page } = visitor;
  // A window that is left while its preview is on its way gives the preview up; a refused form answers 422.
  browserErrors.allow(/Failed to fetch/);
  browserErrors.allow(/status of 422/);
  await join(visitor);
  await page.goto('/community/free/write');
  await page.getByLabel(t('제목', 'Title')).fill(unique('사진과 파일'));
  await page.getByLabel(t('내용', 'Text')).fill('함께 봐 주세요.');
  const notes = { name: `${LONG.slice(0, 60)}.txt`, mimeType: 'text/plain', buffer: Buffer.from('글') };
  const broken = { name: '거짓.jpg', mimeType: 'image/jpeg', buffer: Buffer.from([0xff, 0xd8, 0xff, 0xe0, 1, 2, 3]) };
  const picture = { name: '빨간 점.png', mimeType: 'image/png', buffer: Buffer.from(PIXEL, 'base64') };
  await page.getByLabel(t('파일 고르기', 'Choose files')).setInputFiles([notes, broken, picture]);
  await expect(page.locator('#attached .files a')).toHaveCount(2);
  await expect(main(page)).toContainText(t('열 수 없는 사진입니다', 'This picture cannot be opened'));
  await look(page, 'an editor with files, one refused');
  await page.getByRole('button', { name: t('등록', 'Publish'), exact: true }).click();
  await expect(page.getByRole('img', { name: '빨간 점' }).or(main(page).locator('img')).first()).toBeVisible();
  await look(page, 'a post with a picture and a file');
});

test('a document that is read as text, and one that cannot be', async ({ visitor, t }) => {
  const { page } = visitor;
  await join(visitor);
  const title = unique('문서');
  await page.goto('/community/free/write');
  await page.getByLabel(t('제목', 'Title')).fill(title);
  await page.getByLabel(t('내용', 'Text')).fill('첨부를 봐 주세요.');
  const text = { name: `${LONG.slice(0, 50)}.txt`, mimeType: 'text/plain', buffer: Buffer.from(`${title} 첫 줄\n둘째 줄\n\n${LONG}\n\n${'긴 문단입니다. '.repeat(2_000)}`) };
  const outline = '<text:h text:outline-level="1">참가 안내</text:h><text:h text:outline-level="3">오시는 길</text:h><text:p>엘리베이터로 올라오세요.</text:p>';
  const document = { name: '안내.odt', mimeType: 'application/vnd.oasis.opendocument.text', buffer: odt(outline) };
  const lies = { name: '거짓.pdf', mimeType: 'application/pdf', buffer: Buffer.from('<html>') };
  await page.getByLabel(t('파일 고르기', 'Choose files')).setInputFiles([text, document, lies]);
  await expect(page.locator('#attached .files > li')).toHaveCount(3);
  await expect(page.getByRole('link', { name: lies.name })).toBeVisible();
  await page.getByRole('button', { name: t('등록', 'Publish'), exact: true }).click();
  await expect(heading(page, title)).toBeVisible();
  const read = page.getByRole('link', { name: t('글로 보기', 'Read as text') });
  await expect(async () => {
    await page.reload();
    await expect(read).toHaveCount(2, { timeout: 500 });
  }).toPass({ timeout: 20_000 });
  await look(page, 'a post with a document and one that lies');
  await read.first().click();
  await expect(heading(page, text.name)).toBeVisible();
  await look(page, 'the text of a document');
  await page.goBack();
  await read.last().click();
  await expect(page.getByRole('heading', { level: 3, name: '오시는 길' })).toBeVisible();
  await look(page, 'the text of a document with headings');
  await lookAtAll(visitor, [`/search?q=${encodeURIComponent(title)}`, `/search?kind=file&q=${encodeURIComponent(title)}`]);
});

test('what a post said before', async ({ visitor, t }) => {
  const { page } = visitor;
  await join(visitor);
  const address = await post(visitor, unique('고친 글'), LONG);
  await page.goto(`${address}/edit`);
  await page.getByLabel(t('내용', 'Text')).fill(`${LONG} 더한 말`);
  await page.getByRole('button', { name: t('수정 저장', 'Save changes') }).click();
  await expect(main(page)).toContainText(t('수정한 내용을 저장했습니다', 'Your changes are saved'));
  await lookAtAll(visitor, [address, `${address}/revisions`, `${address}/revisions/1`, `${address}/revisions/0`]);
});

test('what a writer is asked about a comment', async ({ visitor, t }) => {
  const { page } = visitor;
  await join(visitor);
  await page.goto(await post(visitor, unique('물음')));
  await comment(visitor, '지울까요?');
  const id = /\d+/.exec((await page.getByRole('article').filter({ hasText: '지울까요?' }).getAttribute('id')) ?? '')?.[0];
  await lookAtAll(visitor, [`/comments/${id}/reply`, `/comments/${id}/edit`, `/comments/${id}/delete`]);
  await page.getByRole('button', { name: t('댓글 삭제', 'Delete comment') }).click();
  await expect(main(page)).toContainText(t('삭제된 댓글입니다', 'This comment was deleted'));
  await look(page, 'a deleted comment');
});

test('notifications by mail', async ({ visitor }) => {
  await join(visitor);
  await lookAtAll(visitor, ['/my/notifications/mail', '/mail/stop']);
});

test('a member’s own pages', async ({ visitor, another, t }) => {
  const { page } = visitor;
  const person = await join(visitor);
  const address = await post(visitor, unique('내 글'));
  await enter(await another(), person);
  await lookAtAll(visitor, ['/notifications', '/my/bookmarks', '/my/drafts', '/my/profile', '/my/email', '/my/password', '/my/sessions', '/my/reading', '/logout', '/who', '/u/1']);
  const guest = await another();
  await join(guest);
  await guest.page.goto(address);
  await comment(guest, '좋은 글이네요.');
  await page.goto('/notifications');
  await expect(main(page)).toContainText('좋은 글이네요.');
  await look(page, 'notifications');
  await page.locator('summary').click();
  // The menu lies over what is below, for as long as it is open.
  await look(page, 'the open menu', { except: ['target-size'] });
  await page.getByRole('button', { name: t('모두 읽음으로 표시', 'Mark all as read') }).waitFor();
});

test('drafts, and two windows with different texts', async ({ visitor, t }) => {
  const { page } = visitor;
  await join(visitor);
  const save = async () => {
    await page.getByRole('button', { name: t('임시저장', 'Save draft'), exact: true }).click();
    await expect(page.locator('#saved')).not.toBeEmpty();
  };
  await page.goto('/community/free/write');
  await page.getByLabel(t('제목', 'Title')).fill(LONG.slice(0, 90));
  await page.getByLabel(t('내용', 'Text')).fill(LONG);
  await save();
  const other = await page.context().newPage();
  await page.goto('/community/free/write');
  await look(page, 'an editor that offers a draft');
  await page.getByRole('link', { name: t('이어 쓰기', 'Continue') }).click();
  await expect(page.locator('#saved')).not.toBeEmpty();
  await other.goto(page.url());
  await other.getByLabel(t('내용', 'Text')).fill('다른 창에서 쓴 글');
  await other.getByRole('button', { name: t('임시저장', 'Save draft'), exact: true }).click();
  await expect(other.locator('#saved')).not.toContainText(t('월', 'Nov'));
  await page.getByLabel(t('내용', 'Text')).fill(`${LONG} 더`);
  await save();
  const both = page.getByRole('link', { name: t('두 글 나란히 보기', 'See both side by side') });
  await expect(both).toBeVisible();
  await both.click();
  await expect(heading(page, t('서로 다른 글 두 개', 'Two different texts'))).toBeVisible();
  await look(page, 'two drafts side by side');
  await lookAtAll(visitor, ['/my/drafts']);
});

test('a form that waits for its writer to sign in', async ({ visitor, t }) => {
  const { page } = visitor;
  await join(visitor);
  await page.goto('/community/free/write');
  await page.getByLabel(t('제목', 'Title')).fill(LONG.slice(0, 90));
  await page.getByLabel(t('내용', 'Text')).fill(LONG);
  await page.context().clearCookies();
  await page.getByRole('button', { name: t('등록', 'Publish') }).click();
  await expect(heading(page, t('다시 로그인해 주세요', 'Please sign in again'))).toBeVisible();
  await look(page, 'signing in again');
});
