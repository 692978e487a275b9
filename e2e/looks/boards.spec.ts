// Boards that show more of a post than its title: its files, or a picture; and the first page with the pictures.
import { WRITE } from '../editor.ts';
import { ADMIN, done, enter, enterAsStaff, heading, problems, unique } from '../people.ts';
import { look } from '../looks.ts';
import { expect, test, type Visitor } from '../test.ts';

/** One red pixel. */
const PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==';
const files = [
  { name: '입구 사진.png', mimeType: 'image/png', buffer: Buffer.from(PIXEL, 'base64') },
  { name: '2026년 나눔 바자회 참가 신청서 (누구나 쓸 수 있는 쉬운 말로 고친 것).txt', mimeType: 'text/plain', buffer: Buffer.from('이름:') },
];

test.beforeEach(({ browserErrors }) => {
  // A window that is left while its preview is on its way gives the preview up; a refused form answers 422.
  browserErrors.allow(/Failed to fetch/);
  browserErrors.allow(/status of 422/);
});

/** A board with this look; a copy of what an administrator clicks. */
async function make(visitor: Visitor, name: string, look: RegExp): Promise<string> {
  const { page, admin, t } = visitor;
  const slug = unique('look').replace(' ', '-');
  await page.goto(`${admin}/boards/new`);
  await page.getByLabel(t('게시판 이름', 'Board name'), { exact: true }).fill(name);
  await page.getByLabel(t('주소 이름', 'Address')).fill(slug);
  const choice = page.getByLabel(t('글 목록의 모양', 'How posts are listed'));
  await choice.selectOption((await choice.getByRole('option').filter({ hasText: look }).getAttribute('value'))!);
  await page.getByLabel(t('사진 설명을 꼭 받기', 'Require descriptions of pictures')).check();
  await page.getByRole('button', { name: t('저장', 'Save'), exact: true }).click();
  await expect(done(page).first()).toContainText(t('만들었습니다', 'Created'));
  return slug;
}

async function publish({ page, t }: Visitor, slug: string, title: string) {
  await page.goto(WRITE.replace('free', slug));
  await page.getByLabel(t('제목', 'Title')).fill(title);
  await page.getByRole('textbox', { name: t('내용', 'Text') }).fill('함께 봐 주세요.');
  await page.getByLabel(t('파일 고르기', 'Choose files')).setInputFiles(files);
  await expect(page.locator('#attached .files a')).toHaveCount(2);
  await page.getByRole('button', { name: t('등록', 'Publish'), exact: true }).click();
  await expect(problems(page)).toContainText(t('사진 설명을 적어 주세요', 'Please describe this picture'));
}

test('a gallery, and the first page with its pictures', async ({ visitor, t }) => {
  const { page } = visitor;
  await enterAsStaff(visitor);
  await enter(visitor, ADMIN);
  const slug = await make(visitor, unique('사진첩'), /gallery|갤러리/);
  const title = unique('가을 나들이');
  await publish(visitor, slug, title);
  await look(page, 'an editor that asks for a description');
  await page.getByLabel(t('사진 설명', 'Description of the picture')).fill('턱 없는 입구');
  await page.getByRole('button', { name: t('등록', 'Publish'), exact: true }).click();
  await expect(heading(page, title)).toBeVisible();
  const form = page.locator('#comment-form');
  await form.getByText(t('파일 붙이기', 'Add files'), { exact: true }).click();
  await form.getByText(t('파일 더 붙이기', 'Add more files')).click();
  await form.getByLabel(t('파일 2', 'File 2'), { exact: true }).setInputFiles(files[0]);
  await look(page, 'a comment whose pictures must be described');
  await form.getByLabel(t('댓글 쓰기', 'Write a comment')).fill('사진입니다.');
  await form.getByRole('button', { name: t('댓글 등록', 'Post comment') }).click();
  await expect(problems(page)).toContainText(t('사진 설명을 적어 주세요', 'Please describe this picture'));
  await look(page, 'a comment with a picture that is not described');
  await page.goto(`/community/${slug}`);
  await expect(page.locator('.cover img')).toBeVisible();
  await look(page, 'a gallery');
  await page.goto('/');
  await expect(page.locator('.pictures-of-boards')).toContainText(title);
  await look(page, 'home with pictures');
});

test('a board of documents', async ({ visitor, t }) => {
  const { page } = visitor;
  await enterAsStaff(visitor);
  await enter(visitor, ADMIN);
  const slug = await make(visitor, unique('자료실'), /With their files|자료실/);
  const title = unique('신청서');
  await publish(visitor, slug, title);
  await page.getByLabel(t('사진 설명', 'Description of the picture')).fill('턱 없는 입구');
  await page.getByRole('button', { name: t('등록', 'Publish'), exact: true }).click();
  await expect(heading(page, title)).toBeVisible();
  await page.goto(`/community/${slug}`);
  await expect(page.locator('.materials .files a')).toHaveCount(2);
  await look(page, 'a board of documents');
});
