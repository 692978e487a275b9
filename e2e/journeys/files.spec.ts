// Files: sent with the text of a post, described, removed, published, read; what is not taken says why and loses nothing.
import { WRITE, text, type } from '../editor.ts';
import { heading, join, main, unique } from '../people.ts';
import { expect, test, type Visitor } from '../test.ts';

// A window that is left while its preview is on its way gives the preview up; a refused form answers 422.
test.beforeEach(({ browserErrors }) => {
  browserErrors.allow(/Failed to fetch/);
  browserErrors.allow(/status of 422/);
});

/** One red pixel. */
const PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==';
const picture = { name: '빨간 점.png', mimeType: 'image/png', buffer: Buffer.from(PIXEL, 'base64') };
const notes = { name: '회의록 11월.txt', mimeType: 'text/plain', buffer: Buffer.from('여덟 명이 모였습니다.') };

/** Scripts send what is chosen at once; without them a button does. */
async function upload({ page, scripts, t }: Visitor, files: { name: string; mimeType: string; buffer: Buffer }[]) {
  await page.getByLabel(t('파일 고르기', 'Choose files')).setInputFiles(files);
  if (scripts) await expect(page.locator('#files .uploads > li')).toHaveCount(0);
  else await page.getByRole('button', { name: t('고른 파일 올리기', 'Upload chosen files') }).click();
}

test('a picture and a file are sent with the text, described and published', async ({ visitor, another }) => {
  const { page, t } = visitor;
  await join(visitor);
  const title = unique('사진과 회의록');
  await page.goto(WRITE);
  await type(visitor, title, '함께 봐 주세요.');

  await upload(visitor, [picture, notes]);

  await expect(page.getByRole('link', { name: new RegExp(`^${notes.name}`) })).toBeVisible();
  await expect(page.getByRole('link', { name: picture.name })).toBeVisible();
  await expect(text(visitor)).toHaveValue('함께 봐 주세요.');
  await page.getByLabel(t('사진 설명', 'Description of the picture')).fill('빨간 점 하나');
  await page.getByRole('button', { name: t('등록', 'Publish'), exact: true }).click();

  await expect(heading(page, title)).toBeVisible();
  await expect(page.getByRole('img', { name: '빨간 점 하나' })).toBeVisible();
  const reader = await another(1);
  await reader.page.goto(page.url());
  await expect(reader.page.getByRole('img', { name: '빨간 점 하나' })).toBeVisible();
  const download = reader.page.waitForEvent('download');
  await reader.page.getByRole('link', { name: new RegExp(`^${notes.name}`) }).click();
  expect((await download).suggestedFilename()).toBe(notes.name);
});

test('a file is taken out again, and a picture that is none says why', async ({ visitor }) => {
  const { page, t } = visitor;
  await join(visitor);
  await page.goto(WRITE);
  await type(visitor, unique('글'), '오래 쓴 글입니다.');

  await upload(visitor, [notes, { ...picture, name: '거짓.jpg', buffer: Buffer.from([0xff, 0xd8, 0xff, 0xe0, 1, 2, 3]) }]);

  await expect(main(page)).toContainText(t('열 수 없는 사진입니다', 'This picture cannot be opened'));
  await expect(text(visitor)).toHaveValue('오래 쓴 글입니다.');
  await page.getByRole('button', { name: t(`빼기: ${notes.name}`, `Remove: ${notes.name}`) }).click();
  await expect(page.getByRole('link', { name: new RegExp(`^${notes.name}`) })).toHaveCount(0);
  await expect(text(visitor)).toHaveValue('오래 쓴 글입니다.');
});

test('files that were chosen do not stay behind when the main button is pressed', async ({ visitor }) => {
  const { page, scripts, t } = visitor;
  await join(visitor);
  const title = unique('성급한 글');
  await page.goto(WRITE);
  await type(visitor, title, '내용');
  await page.getByLabel(t('파일 고르기', 'Choose files')).setInputFiles([notes]);
  const publish = page.getByRole('button', { name: t('등록', 'Publish'), exact: true });
  if (scripts) await expect(page.getByRole('link', { name: new RegExp(`^${notes.name}`) })).toBeVisible();

  await publish.click();

  if (!scripts) {
    await expect(main(page)).toContainText(t('고른 파일이 아직 올라가지 않았습니다', 'The files you chose are not uploaded yet'));
    await expect(text(visitor)).toHaveValue('내용');
    await upload(visitor, [notes]);
    await publish.click();
  }
  await expect(heading(page, title)).toBeVisible();
  await expect(page.getByRole('link', { name: new RegExp(`^${notes.name}`) })).toBeVisible();
});

test('a document is read as text, and found by its words', async ({ visitor }) => {
  const { page, t } = visitor;
  await join(visitor);
  const word = unique('느티나무').replaceAll(' ', '');
  const name = `${unique('안내')}.txt`;
  const title = unique('문서가 있는 글');
  await page.goto(WRITE);
  await type(visitor, title, '첨부를 봐 주세요.');
  await upload(visitor, [{ name, mimeType: 'text/plain', buffer: Buffer.from(`첫 문단입니다.\n\n둘째 문단에 ${word} 있습니다.`) }]);
  await page.getByRole('button', { name: t('등록', 'Publish'), exact: true }).click();
  await expect(heading(page, title)).toBeVisible();
  const read = page.getByRole('link', { name: t(`글로 보기: ${name}`, `Read as text: ${name}`) });
  await expect(async () => {
    await page.reload();
    await expect(read).toBeVisible({ timeout: 500 });
  }).toPass({ timeout: 20_000 });

  await read.click();

  await expect(heading(page, name)).toBeVisible();
  await expect(main(page)).toContainText(word);
  await page.goto(`/search?q=${encodeURIComponent(word)}`);
  await expect(main(page)).toContainText(t('파일 안', 'In a file'));
  await page.getByRole('link', { name, exact: true }).click();
  await expect(heading(page, name)).toBeVisible();
  await page.getByRole('link', { name: t('글로 돌아가기', 'Back to the post') }).click();
  await expect(page.getByRole('link', { name: new RegExp(`^${name}`) })).toBeVisible();
});
