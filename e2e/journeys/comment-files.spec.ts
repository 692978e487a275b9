// Files of comments: sent with the text, seen by others, described and taken out by a change; what is not taken keeps the text.
import { join, main, post, problems, said, unique } from '../people.ts';
import { expect, test, type Visitor } from '../test.ts';

// A refused form answers 422.
test.beforeEach(({ browserErrors }) => browserErrors.allow(/status of 422/));

/** One red pixel. */
const PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==';
const picture = { name: '빨간 점.png', mimeType: 'image/png', buffer: Buffer.from(PIXEL, 'base64') };
const notes = { name: '회의록.txt', mimeType: 'text/plain', buffer: Buffer.from('여덟 명이 모였습니다.') };

async function send({ page, t }: Visitor, text: string, files: (typeof picture)[]) {
  const form = page.locator('#comment-form');
  await form.getByLabel(t('댓글 쓰기', 'Write a comment')).fill(text);
  const chooser = form.getByLabel(t('파일 고르기', 'Choose files'));
  if (!(await chooser.isVisible())) await form.getByText(t('파일 붙이기', 'Add files')).click();
  await chooser.setInputFiles(files);
  await form.getByRole('button', { name: t('댓글 등록', 'Post comment') }).click();
}

test('a picture and a file are posted with a comment, described, and one is taken out', async ({ visitor, another }) => {
  const { page, t } = visitor;
  await join(visitor);
  const path = await post(visitor, unique('사진 모음'));
  const reader = await another(1);
  await page.goto(path);

  await send(visitor, '같이 봐 주세요.', [picture, notes]);

  const mine = said(page, '같이 봐 주세요.');
  await expect(mine.getByRole('img', { name: picture.name })).toBeVisible();
  await expect(mine.getByRole('link', { name: new RegExp(`^${notes.name}`) })).toBeVisible();
  await reader.page.goto(path);
  const theirs = said(reader.page, '같이 봐 주세요.');
  await expect(theirs.getByRole('img', { name: picture.name })).toBeVisible();

  await mine.getByRole('link', { name: t('수정', 'Edit') }).click();
  await page.getByLabel(t(`사진 설명: ${picture.name}`, `Description of the picture: ${picture.name}`)).fill('빨간 점 하나');
  await page.getByLabel(t(`빼기: ${notes.name}`, `Remove: ${notes.name}`)).check();
  await main(page).getByRole('button', { name: t('저장', 'Save'), exact: true }).click();

  await expect(said(page, '같이 봐 주세요.').getByRole('img', { name: '빨간 점 하나' })).toBeVisible();
  await expect(said(page, '같이 봐 주세요.').getByRole('link', { name: new RegExp(`^${notes.name}`) })).toHaveCount(0);
  await reader.page.goto(path);
  await expect(said(reader.page, '같이 봐 주세요.').getByRole('img', { name: '빨간 점 하나' })).toBeVisible();
});

test('a file that is not taken keeps the text, and nothing is posted', async ({ visitor }) => {
  const { page, t } = visitor;
  await join(visitor);
  const path = await post(visitor, unique('글'));
  await page.goto(path);

  await send(visitor, '오래 쓴 댓글입니다.', [notes, { ...picture, name: '거짓.jpg', buffer: Buffer.from([0xff, 0xd8, 0xff, 0xe0, 1, 2, 3]) }]);

  await expect(problems(page)).toContainText(t('파일을 다시 골라 주세요', 'choose the files again'));
  await expect(main(page)).toContainText(t('열 수 없는 사진입니다', 'This picture cannot be opened'));
  await expect(page.getByLabel(t('댓글 쓰기', 'Write a comment'))).toHaveValue('오래 쓴 댓글입니다.');
  await send(visitor, '오래 쓴 댓글입니다.', [notes]);
  await expect(said(page, '오래 쓴 댓글입니다.').getByRole('link', { name: new RegExp(`^${notes.name}`) })).toBeVisible();
});
