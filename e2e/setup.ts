// The first administrator comes through the link that the first start prints. It works once.
import { ADMIN, fillSignIn, heading } from './people.ts';
import { expect, test } from './test.ts';

test('the printed link makes the first administrator, once', async ({ deployed, visitor }) => {
  const { page, t } = visitor;
  expect(deployed.invitation, 'the first start prints a link').toContain('/setup?token=');
  await page.goto(deployed.invitation);
  await expect(heading(page, t('첫 관리자 만들기', 'Create the first administrator'))).toBeVisible();

  await page.getByLabel(t('이름(별명)', 'Name or nickname')).fill(ADMIN.name);
  await fillSignIn(visitor, ADMIN);
  await page.getByRole('button', { name: t('관리자 만들기', 'Create administrator') }).click();
  await expect(heading(page, t('대시보드', 'Dashboard'))).toBeVisible();

  const again = await page.goto(deployed.invitation);
  expect(again?.status()).toBe(404);
  await expect(heading(page, t('찾는 화면이 없습니다', 'Page not found'))).toBeVisible();
});
