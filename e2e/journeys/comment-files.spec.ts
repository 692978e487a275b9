// Files of comments: sent with the text, seen and found by others, described, added and taken out by a change; what is not taken keeps
// the text.
import { ADMIN, done, enter, enterAsStaff, fillSignIn, join, main, post, problems, said, unique } from '../people.ts';
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
  if (files.length) await chooser.setInputFiles(files);
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

test('a change adds files, and search leads to their comment', async ({ visitor, another }) => {
  const { page, t } = visitor;
  await join(visitor);
  const path = await post(visitor, unique('글'));
  const reader = await another(1);
  await page.goto(path);
  await send(visitor, '파일은 나중에 붙입니다.', []);
  const mine = said(page, '파일은 나중에 붙입니다.');
  const late = { ...notes, name: `${unique('나중에 붙인 명단')}.txt` };

  await mine.getByRole('link', { name: t('수정', 'Edit') }).click();
  const form = page.locator('form[id^="edit-form"]');
  await form.getByText(t('파일 붙이기', 'Add files')).click();
  await form.getByLabel(t('파일 고르기', 'Choose files')).setInputFiles([late, picture]);
  await form.getByRole('button', { name: t('저장', 'Save'), exact: true }).click();

  await expect(mine.getByRole('link', { name: new RegExp(`^${late.name}`) })).toBeVisible();
  await expect(mine.getByRole('img', { name: picture.name })).toBeVisible();
  await reader.page.goto(`/search?q=${encodeURIComponent(late.name)}`);
  await main(reader.page).locator('.hit').getByRole('link', { name: t('댓글: ', 'Comment on ') }).click();
  await expect(said(reader.page, '파일은 나중에 붙입니다.').getByRole('link', { name: new RegExp(`^${late.name}`) })).toBeVisible();
});

test('where pictures must be described, each file has a field for that', async ({ visitor }) => {
  const { page, admin, t } = visitor;
  await enterAsStaff(visitor);
  await enter(visitor, ADMIN);
  const slug = unique('strict').replace(' ', '-');
  await page.goto(`${admin}/boards/new`);
  await page.getByLabel(t('게시판 이름', 'Board name'), { exact: true }).fill(unique('설명 게시판'));
  await page.getByLabel(t('주소 이름', 'Address')).fill(slug);
  await page.getByLabel(t('사진 설명을 꼭 받기', 'Require descriptions of pictures')).check();
  await page.getByRole('button', { name: t('저장', 'Save'), exact: true }).click();
  await expect(done(page).first()).toContainText(t('만들었습니다', 'Created'));
  await page.goto(await post(visitor, unique('글'), '본문', slug));
  const form = page.locator('#comment-form');
  const [first, second] = [t('파일 1', 'File 1'), t('파일 2', 'File 2')];
  const described = t('파일 1의 설명 (사진일 때)', 'Description of file 1, if it is a picture');

  await form.getByLabel(t('댓글 쓰기', 'Write a comment')).fill('설명을 적은 사진입니다.');
  await form.getByText(t('파일 붙이기', 'Add files'), { exact: true }).click();
  await form.getByLabel(first, { exact: true }).setInputFiles(picture);
  await form.getByRole('button', { name: t('댓글 등록', 'Post comment') }).click();

  await expect(problems(page)).toContainText(t('사진 설명을 적어 주세요', 'Please describe this picture'));
  await expect(form.getByLabel(t('댓글 쓰기', 'Write a comment'))).toHaveValue('설명을 적은 사진입니다.');
  await form.getByLabel(first, { exact: true }).setInputFiles(picture);
  await form.getByLabel(described).fill('빨간 점 하나');
  await form.getByText(t('파일 더 붙이기', 'Add more files')).click();
  await form.getByLabel(second, { exact: true }).setInputFiles(notes);
  await form.getByRole('button', { name: t('댓글 등록', 'Post comment') }).click();
  const mine = said(page, '설명을 적은 사진입니다.');
  await expect(mine.getByRole('img', { name: '빨간 점 하나' })).toBeVisible();
  await expect(mine.getByRole('link', { name: new RegExp(`^${notes.name}`) })).toBeVisible();
});

test('a file of a form whose session was ended is named, and chosen again', async ({ visitor, another, browserErrors }) => {
  browserErrors.allow(/status of 401/);
  const { page, t } = visitor;
  const person = await join(visitor);
  const path = await post(visitor, unique('글'));
  await page.goto(path);
  const device = await another(1);
  await enter(device, person);
  await device.page.goto('/my/sessions');
  await device.page.getByRole('button', { name: device.t('다른 기기 모두 로그아웃시키기', 'Sign out all other devices') }).click();
  await expect(done(device.page)).toBeVisible();

  await send(visitor, '쓰던 댓글입니다.', [notes]);

  await expect(main(page)).toContainText(t('보관하지 못해 다시 골라야 하는 파일', 'Files that could not be kept'));
  await expect(main(page)).toContainText(notes.name);
  await fillSignIn(visitor, person);
  await page.getByRole('button', { name: t('로그인하고 등록', 'Sign in and send') }).click();
  await expect(problems(page)).toContainText(t('파일을 다시 골라 주세요', 'choose the files again'));
  await expect(page.getByLabel(t('댓글 쓰기', 'Write a comment'))).toHaveValue('쓰던 댓글입니다.');
});
