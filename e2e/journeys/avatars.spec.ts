// A member's picture: chosen in the settings, seen by others beside the name, removed again, and taken away by staff.
import { comment, done, join, main, post, problems, said, signInAsStaff, unique } from '../people.ts';
import { expect, test, type Visitor } from '../test.ts';

/** One red pixel. */
const PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==';
const picture = { name: '나.png', mimeType: 'image/png', buffer: Buffer.from(PIXEL, 'base64') };

// A refused form answers 422.
test.beforeEach(({ browserErrors }) => browserErrors.allow(/status of 422/));

async function choose({ page, t }: Visitor, file: typeof picture) {
  await page.goto('/my/profile');
  await page.getByLabel(t('사진 고르기', 'Choose a picture')).setInputFiles(file);
  await page.getByLabel(t('위쪽이나 왼쪽', 'Top or left')).check();
  await page.getByRole('button', { name: t('사진 저장', 'Save picture') }).click();
}

const header = ({ page }: Visitor) => page.getByRole('banner').locator('img.avatar');

test('a picture is seen beside the name, and the letter comes back without it', async ({ visitor, another }) => {
  const { page, t } = visitor;
  await join(visitor);
  const path = await post(visitor, unique('얼굴'));

  await choose(visitor, picture);

  await expect(done(page)).toContainText(t('프로필 사진을 바꾸었습니다', 'Your picture has changed'));
  await expect(header(visitor)).toBeVisible();
  await page.goto(path);
  await comment(visitor, '제 얼굴이에요.');
  const reader = await another(1);
  await reader.page.goto(path);
  const face = said(reader.page, '제 얼굴이에요.').locator('img.avatar');
  await expect(face).toBeVisible();
  expect(await face.evaluate((img: HTMLImageElement) => img.decode().then(() => img.naturalWidth))).toBe(1);

  await page.goto('/my/profile');
  await page.getByRole('button', { name: t('사진 지우기', 'Remove picture') }).click();

  await expect(done(page)).toContainText(t('프로필 사진을 지웠습니다', 'Your picture is removed'));
  await expect(header(visitor)).toHaveCount(0);
  await reader.page.goto(path);
  await expect(said(reader.page, '제 얼굴이에요.')).toBeVisible();
  await expect(reader.page.locator('img.avatar')).toHaveCount(0);
});

test('what is no picture says why, and the choice is kept', async ({ visitor }) => {
  const { page, t } = visitor;
  await join(visitor);

  await choose(visitor, { ...picture, buffer: Buffer.from('사진이 아닙니다') });

  await expect(problems(page)).toContainText(t('사진 파일이 아닙니다', 'This is not a picture'));
  await expect(page.getByLabel(t('위쪽이나 왼쪽', 'Top or left'))).toBeChecked();
  await expect(header(visitor)).toHaveCount(0);
});

test('staff take a picture away', async ({ visitor, another }) => {
  const person = await join(visitor);
  await choose(visitor, picture);
  await expect(header(visitor)).toBeVisible();
  const staff = await another();
  await signInAsStaff(staff);
  await staff.page.goto(`${staff.admin}/users?q=${encodeURIComponent(person.name)}`);
  await main(staff.page).getByRole('link', { name: person.name }).click();
  await expect(main(staff.page).locator('.profile img.avatar')).toBeVisible();

  await staff.page.getByRole('button', { name: staff.t('사진 지우기', 'Remove picture') }).click();

  await expect(done(staff.page)).toContainText(staff.t('프로필 사진을 지웠습니다', "The member's picture is removed"));
  await visitor.page.goto('/');
  await expect(header(visitor)).toHaveCount(0);
});
